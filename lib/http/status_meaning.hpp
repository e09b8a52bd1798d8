#pragma once

#include <optional>
#include <string_view>

#include "base/error.hpp"
#include "base/outcome.hpp"
#include "base/time.hpp"
#include "http/message.hpp"

namespace mactiond::http {

/// What an answer means by its status and headers alone. local is the time of receipt; a
/// Retry-After date is measured against the answer's own Date header where it has one, so that a
/// wrong local clock changes nothing.
[[nodiscard]] Outcome outcome(const Response& response, WallTime local);

/// What a transport error means.
[[nodiscard]] Outcome outcome(const Error& error);

/// Delta seconds or an HTTP date (all three forms). Nothing for garbage or a negative number; a
/// date in the past is zero; capped at 30 days, so that a huge one cannot hold a peer off forever.
[[nodiscard]] std::optional<Duration> parse_retry_after(std::string_view value, WallTime reference);

/// The peer's clock, from the Date header (whole seconds, cut off).
[[nodiscard]] std::optional<WallTime> server_date(const Response& response);

}  // namespace mactiond::http

#pragma once

#include "base/error.hpp"
#include "base/outcome.hpp"
#include "base/time.hpp"
#include "doctor/check.hpp"

namespace mactiond::doctor {

/// What became of a test event that was sent to a webhook.
[[nodiscard]] Check delivery_check(const Target& target, const Outcome& outcome, Duration took);
/// The same of a syslog receiver.
[[nodiscard]] Check syslog_check(const Target& target, const Result<void>& sent);

}  // namespace mactiond::doctor

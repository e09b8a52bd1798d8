#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/outcome.hpp"
#include "http/message.hpp"
#include "webhook/request.hpp"

namespace mactiond::webhook {

// Splunk's indexer acknowledgement: a 200 says that an event looks right, and gives it a number;
// that it is indexed is asked for with that number, on the same channel, again and again.

/// A channel's GUID: always the same for the same receiver and webhook.
[[nodiscard]] std::string splunk_channel(std::string_view receiver, std::string_view webhook);

/// The number in the answer to an event; Errc::UnexpectedDocument if there is none, which a token
/// without acknowledgement answers.
[[nodiscard]] Result<std::int64_t> parse_ack_id(const http::Response& response);

/// Asks whether the event of this number is indexed.
[[nodiscard]] http::Request make_ack_request(const Target& target, std::int64_t ack_id);

/// Whether it is. Whatever is no clear yes is a no.
[[nodiscard]] bool is_acknowledged(const http::Response& response, std::int64_t ack_id);

/// What a delivery is whose answer carries no number: nothing that waiting helps.
[[nodiscard]] Outcome not_acknowledgeable(int status);
/// What it is when its time has passed without a yes. The event may be indexed all the same.
[[nodiscard]] Outcome not_acknowledged();

}  // namespace mactiond::webhook

#pragma once

#include "base/disposition.hpp"
#include "base/time.hpp"
#include "http/message.hpp"
#include "webhook/request.hpp"

namespace mactiond::webhook {

/// What a receiver's answer means: its status as http::outcome has it, and for a receiver of a
/// known kind also what it says beside a 2xx. Slack takes a message with "ok" alone, Teams tells
/// of a refusal inside a 200, Splunk gives a code. What it says of a refusal becomes the detail,
/// without any secret of ours. local is the time of receipt.
[[nodiscard]] Disposition outcome(const Target& target, const http::Response& response,
                                  WallTime local);

}  // namespace mactiond::webhook

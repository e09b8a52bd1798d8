#pragma once

#include "base/outcome.hpp"
#include "base/time.hpp"
#include "http/message.hpp"
#include "webhook/request.hpp"

namespace mactiond::webhook {

/// What a receiver's answer means: its status as http::outcome has it, and for a receiver of a
/// known kind also what it says beside a 2xx. Slack answers "ok" alone, Teams names a refusal
/// inside a 200, Splunk sends a code. The receiver's words about a refusal become the detail,
/// without any secret of ours. local is the time of receipt.
[[nodiscard]] Outcome outcome(const Target& target, const http::Response& response, WallTime local);

}  // namespace mactiond::webhook

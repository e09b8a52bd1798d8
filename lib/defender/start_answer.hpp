#pragma once

#include "action/start_answer.hpp"
#include "base/time.hpp"
#include "http/message.hpp"
#include "http/send_error.hpp"

namespace mactiond::defender {

/// The answer to start_request(). Its outcome is api_outcome, refined: NotFound only where the API
/// itself says that it has no such machine, and Permission only where a permission would help; both
/// are Rejected else. A success without an action is BadAnswer. The detail of a final refusal ends
/// with "; " and what to do. busy and blocker come from the whole message (docs/defender-api.md 8).
[[nodiscard]] StartAnswer start_answer(const http::Response& response, WallTime local);
[[nodiscard]] StartAnswer start_answer(const http::SendError& error);

}  // namespace mactiond::defender

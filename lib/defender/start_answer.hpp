#pragma once

#include "action/start_answer.hpp"
#include "base/time.hpp"
#include "http/message.hpp"
#include "http/send_error.hpp"

namespace mactiond::defender {

/// The answer to start_request(). Its outcome is operator_outcome; a success without an action is
/// BadAnswer. busy and blocker come from the whole message (docs/defender-api.md 8).
[[nodiscard]] StartAnswer start_answer(const http::Response& response, WallTime local);
[[nodiscard]] StartAnswer start_answer(const http::SendError& error);

}  // namespace mactiond::defender

#pragma once

#include "action/submit_answer.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "http/message.hpp"

namespace mactiond::defender {

/// What the answer to start_request() means: api_outcome, and what is known of its effect.
[[nodiscard]] SubmitAnswer submit_outcome(const http::Response& response, WallTime local);

/// What a transport error means. NotSent only where the connection was never ready.
[[nodiscard]] SubmitAnswer submit_outcome(const Error& error);

}  // namespace mactiond::defender

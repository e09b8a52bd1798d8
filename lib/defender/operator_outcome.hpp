#pragma once

#include "base/outcome.hpp"
#include "base/time.hpp"
#include "http/message.hpp"

namespace mactiond::defender {

/// What an answer of the API means to somebody who waits for it: api_outcome, refined. NotFound
/// only where the API itself says that it has no such thing, and Permission only where a permission
/// would help; both are Rejected else. The detail of a final refusal ends with "; " and what to do.
[[nodiscard]] Outcome operator_outcome(const http::Response& response, WallTime local);

}  // namespace mactiond::defender

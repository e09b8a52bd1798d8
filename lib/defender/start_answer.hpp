#pragma once

#include <optional>

#include "action/machine_action.hpp"
#include "base/error.hpp"
#include "base/outcome.hpp"
#include "base/time.hpp"
#include "http/message.hpp"

namespace mactiond::defender {

/// What came back from start_request(); core/submit judges by it whether an action was started.
struct StartAnswer {
  Outcome outcome;
  /// The connection was never ready: no byte of the request left.
  bool unsent = false;
  /// Of a success: the action that was started, or one that was in progress before.
  std::optional<MachineAction> action{};
};

/// api_outcome, refined: NotFound only where the API itself says that it has no such machine, and
/// Permission only where a permission would help; both are Rejected else. A success without an
/// action is BadAnswer. The detail of a final refusal ends with "; " and what to do.
[[nodiscard]] StartAnswer start_answer(const http::Response& response, WallTime local);
[[nodiscard]] StartAnswer start_answer(const Error& error);

}  // namespace mactiond::defender

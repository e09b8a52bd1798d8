#pragma once

#include <optional>

#include "action/machine_action.hpp"
#include "base/outcome.hpp"

namespace mactiond {

/// What came back from the POST that starts an action. core/submit judges by it whether one was
/// started.
struct StartAnswer {
  Outcome outcome;
  bool unsent = false;  ///< no byte of the request left this machine
  bool busy = false;    ///< refused: another action is in progress on the machine
  /// With busy: what the answer names. It may be something else than an action.
  std::optional<ActionId> blocker{};
  /// Of a success: the action that was started, or one that was in progress before.
  std::optional<MachineAction> action{};
};

}  // namespace mactiond

#pragma once

#include <string>

#include "action/machine_action.hpp"

namespace mactiond::core {

/// The permission that the API asks for to cancel an action of this type, beside the one to read it
/// (docs/defender-api.md 9).
[[nodiscard]] std::string cancel_permission(const ActionType& type);

}  // namespace mactiond::core

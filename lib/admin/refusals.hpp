#pragma once

#include <string>

#include "action/machine_action.hpp"
#include "core/cancel/cancel_guard.hpp"
#include "core/reply.hpp"
#include "core/submit/submit_guard.hpp"

namespace mactiond::admin {

// Why something is not done, and what to do about it, in sentences without a full stop.

/// type: of the action that is not cancelled.
[[nodiscard]] std::string sentence(core::CancelGuard guard, const ActionType& type = {});

[[nodiscard]] std::string sentence(core::SubmitGuard guard);

[[nodiscard]] std::string sentence(const core::Refusal& refusal);

}  // namespace mactiond::admin

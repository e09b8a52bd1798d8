#pragma once

#include "base/time.hpp"
#include "core/decision.hpp"
#include "event/event_record.hpp"

namespace mactiond::core {

/// "md_" and a name-based UUID of what was decided: equal inputs, equal id.
[[nodiscard]] std::string make_decision_id(const Decision& decision);

/// The policy's name, or "operator": as log lines and metrics say it.
[[nodiscard]] std::string decided_by(const Decision& decision);

/// cancel.requested, cancel.confirmed, cancel.overtaken or cancel.failed, by the state of the
/// decision. completed_commands: how many commands had completed of a live response that ended
/// Cancelled; 0 otherwise. server: the API's clock.
[[nodiscard]] EventRecord cancel_event(EventType type, const Decision& decision,
                                       int completed_commands, WallTime server);

/// action.stale: a policy would act, or only notifies.
[[nodiscard]] EventRecord stale_event(const StaleRow& row, const ActionType& type, Duration age,
                                      bool would_cancel, WallTime server);

/// cancel.suppressed: once per policy and hour.
[[nodiscard]] EventRecord suppressed_event(const SuppressedRow& row, const std::string& region,
                                           std::string_view which, int limit, WallTime server);

}  // namespace mactiond::core

#pragma once

#include <optional>
#include <string>

#include "action/machine_action.hpp"
#include "base/time.hpp"
#include "core/event_record.hpp"
#include "core/tracker.hpp"

namespace mactiond::core {

/// The records of what a region tells; seq and instance are the recorder's. server: the API's
/// clock.
///
/// The id names the transition for good: the action, its new status and its stamp (Tracker).
[[nodiscard]] EventRecord transition_event(const std::string& region, const MachineAction& action,
                                           const Observation& seen, std::optional<Duration> lag,
                                           WallTime server);
/// stamp: the action's last known one.
[[nodiscard]] EventRecord vanished_event(const std::string& region, const ActionId& action,
                                         WallTime stamp, WallTime server);
/// region.degraded or region.recovered.
[[nodiscard]] EventRecord region_event(EventType type, const std::string& region,
                                       const std::string& reason, WallTime server);

}  // namespace mactiond::core

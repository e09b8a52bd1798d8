#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "action/machine_action.hpp"
#include "base/time.hpp"
#include "core/region/tracker.hpp"
#include "core/rows.hpp"
#include "event/event_record.hpp"

namespace mactiond::core {

/// The events of a region; seq and instance are the recorder's. server: the API's clock.
///
/// When a transition happened, and what is known of it beside the answer.
struct TransitionTime {
  WallTime time{};
  std::optional<Duration> lag;  ///< from then until now; nothing where it says nothing about us
  bool backlog = false;         ///< it happened before its region was first called
  std::string submission{};     ///< that the action is of; empty: of none of ours
};

/// The id names the transition for good: the action, its new status and its stamp (Tracker).
[[nodiscard]] EventRecord transition_event(const std::string& region, const MachineAction& action,
                                           const Observation& seen, const TransitionTime& shown);
/// stamp: the action's last known one.
[[nodiscard]] EventRecord vanished_event(const std::string& region, const ActionId& action,
                                         const ActionType& type, WallTime stamp, WallTime server);
/// What a new region was found to hold.
struct Baseline {
  std::int64_t open = 0;
  std::int64_t finished = 0;
  std::optional<Duration> oldest_open;  ///< its age; nothing if none is open
};

/// region.baseline. first_call: when the region was called for the first time.
[[nodiscard]] EventRecord baseline_event(const std::string& region, const Baseline& baseline,
                                         WallTime first_call, WallTime server);
/// credential.expiring.
[[nodiscard]] EventRecord credential_event(const std::string& region, const CredentialMark& mark,
                                           WallTime server);
/// region.degraded or region.recovered.
[[nodiscard]] EventRecord region_event(EventType type, const std::string& region,
                                       const std::string& reason, WallTime server);

}  // namespace mactiond::core

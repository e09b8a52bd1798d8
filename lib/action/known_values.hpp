#pragma once

#include <string_view>
#include <vector>

#include "action/machine_action.hpp"

namespace mactiond {

// What the API is known to send, as on the wire. Both sets are open: it may send others.

[[nodiscard]] constexpr std::string_view to_string(ActionType::Known type) {
  using Known = ActionType::Known;
  switch (type) {
    case Known::Unknown:
      return "Unknown";
    case Known::RunAntiVirusScan:
      return "RunAntiVirusScan";
    case Known::Offboard:
      return "Offboard";
    case Known::LiveResponse:
      return "LiveResponse";
    case Known::CollectInvestigationPackage:
      return "CollectInvestigationPackage";
    case Known::Isolate:
      return "Isolate";
    case Known::Unisolate:
      return "Unisolate";
    case Known::StopAndQuarantineFile:
      return "StopAndQuarantineFile";
    case Known::RestrictCodeExecution:
      return "RestrictCodeExecution";
    case Known::UnrestrictCodeExecution:
      return "UnrestrictCodeExecution";
    case Known::RequestSample:
      return "RequestSample";
  }
  return "";
}

[[nodiscard]] constexpr std::string_view to_string(ActionStatus::Known status) {
  using Known = ActionStatus::Known;
  switch (status) {
    case Known::Unknown:
      return "Unknown";
    case Known::Pending:
      return "Pending";
    case Known::InProgress:
      return "InProgress";
    case Known::Succeeded:
      return "Succeeded";
    case Known::Failed:
      return "Failed";
    case Known::TimeOut:
      return "TimeOut";
    case Known::Cancelled:
      return "Cancelled";
  }
  return "";
}

/// All but Unknown.
[[nodiscard]] std::vector<std::string_view> known_action_types();
[[nodiscard]] std::vector<std::string_view> known_action_statuses();

/// The types of what can be started (ActionRequest).
[[nodiscard]] std::vector<std::string_view> startable_action_types();

}  // namespace mactiond

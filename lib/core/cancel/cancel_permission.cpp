#include "core/cancel/cancel_permission.hpp"

namespace mactiond::core {

std::string cancel_permission(const ActionType& type) {
  using Known = ActionType::Known;
  switch (type.known()) {
    case Known::Isolate:
    case Known::Unisolate:
      return "Machine.Isolate";
    case Known::RestrictCodeExecution:
    case Known::UnrestrictCodeExecution:
      return "Machine.RestrictExecution";
    case Known::RunAntiVirusScan:
      return "Machine.Scan";
    case Known::CollectInvestigationPackage:
      return "Machine.CollectForensics";
    case Known::StopAndQuarantineFile:
      return "Machine.StopAndQuarantine";
    case Known::Offboard:
      return "Machine.Offboard";
    case Known::LiveResponse:
      return "Machine.LiveResponse";
    default:
      return "the one for " + std::string(type.text());
  }
}

}  // namespace mactiond::core

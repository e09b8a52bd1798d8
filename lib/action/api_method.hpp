#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "action/machine_action.hpp"
#include "action/quota_kind.hpp"

namespace mactiond {

/// The methods of the API that are called (docs/defender-api.md 6).
enum class ApiMethod : std::uint8_t {
  List,
  Get,
  Cancel,
  CollectPackage,
  Isolate,
  Unisolate,
  RestrictCodeExecution,
  UnrestrictCodeExecution,
  RunScan,
  Offboard,
  QuarantineFile,
  RunLiveResponse,
  PackageLink,
  ResultLink,
  GetAlert,
  AlertMachine,
  GetMachine,
  FindMachines,
};

/// As in metrics.
[[nodiscard]] constexpr std::string_view to_string(ApiMethod method) {
  switch (method) {
    case ApiMethod::List:
      return "list";
    case ApiMethod::Get:
      return "get";
    case ApiMethod::Cancel:
      return "cancel";
    case ApiMethod::CollectPackage:
      return "collect_package";
    case ApiMethod::Isolate:
      return "isolate";
    case ApiMethod::Unisolate:
      return "unisolate";
    case ApiMethod::RestrictCodeExecution:
      return "restrict";
    case ApiMethod::UnrestrictCodeExecution:
      return "unrestrict";
    case ApiMethod::RunScan:
      return "scan";
    case ApiMethod::Offboard:
      return "offboard";
    case ApiMethod::QuarantineFile:
      return "quarantine";
    case ApiMethod::RunLiveResponse:
      return "live_response";
    case ApiMethod::PackageLink:
      return "package_link";
    case ApiMethod::ResultLink:
      return "result_link";
    case ApiMethod::GetAlert:
      return "alert";
    case ApiMethod::AlertMachine:
      return "alert_machine";
    case ApiMethod::GetMachine:
      return "machine";
    case ApiMethod::FindMachines:
      return "find_machines";
  }
  return "";
}

/// The application permission that the method needs; empty for Cancel, where it is that of the
/// action's type.
[[nodiscard]] std::string_view permission_for(ApiMethod method);
/// Another permission that is enough instead; empty: none is.
[[nodiscard]] std::string_view permission_instead_of(ApiMethod method);
/// The permission to start or to cancel an action of this type, beside the one to read it
/// (docs/defender-api.md 9).
[[nodiscard]] std::string permission_for(const ActionType& type);

/// What its calls are counted with.
[[nodiscard]] QuotaKind quota_of(ApiMethod method);
/// Of the call that starts an action of this type.
[[nodiscard]] QuotaKind quota_of(const ActionType& type);

/// The method that starts actions of this type; nothing where none does.
[[nodiscard]] std::optional<ApiMethod> method_that_starts(const ActionType& type);

}  // namespace mactiond

#include "action/api_method.hpp"

#include <array>
#include <cstddef>

#include "base/enum_values.hpp"

namespace mactiond {
namespace {

struct MethodFacts {
  ApiMethod method;
  std::string_view permission;
  QuotaKind quota = QuotaKind::Api;
  std::string_view instead{};
};

constexpr std::string_view kRead = "Machine.Read.All";
constexpr std::string_view kReadWrite = "Machine.ReadWrite.All";

// By method. Where documented editions name several permissions, the one that all of them accept.
constexpr std::array kMethods{
    MethodFacts{ApiMethod::List, kReadWrite, QuotaKind::Api, kRead},
    MethodFacts{ApiMethod::Get, kReadWrite, QuotaKind::Api, kRead},
    MethodFacts{ApiMethod::Cancel, ""},
    MethodFacts{ApiMethod::CollectPackage, "Machine.CollectForensics"},
    MethodFacts{ApiMethod::Isolate, "Machine.Isolate"},
    MethodFacts{ApiMethod::Unisolate, "Machine.Isolate"},
    MethodFacts{ApiMethod::RestrictCodeExecution, "Machine.RestrictExecution"},
    MethodFacts{ApiMethod::UnrestrictCodeExecution, "Machine.RestrictExecution"},
    MethodFacts{ApiMethod::RunScan, "Machine.Scan"},
    MethodFacts{ApiMethod::Offboard, "Machine.Offboard"},
    MethodFacts{ApiMethod::QuarantineFile, "Machine.StopAndQuarantine", QuotaKind::Api, kReadWrite},
    MethodFacts{ApiMethod::RunLiveResponse, "Machine.LiveResponse", QuotaKind::LiveResponse},
    MethodFacts{ApiMethod::PackageLink, kReadWrite, QuotaKind::PackageLink, kRead},
    MethodFacts{ApiMethod::ResultLink, kReadWrite, QuotaKind::Api, kRead},
    MethodFacts{ApiMethod::GetAlert, "Alert.Read.All", QuotaKind::Api, "Alert.ReadWrite.All"},
    MethodFacts{ApiMethod::AlertMachine, kRead, QuotaKind::Api, kReadWrite},
    MethodFacts{ApiMethod::GetMachine, kRead, QuotaKind::Api, kReadWrite},
    MethodFacts{ApiMethod::FindMachines, kRead, QuotaKind::Api, kReadWrite},
};

consteval bool is_by_method() {
  for (std::size_t i = 0; i < kMethods.size(); ++i) {
    if (static_cast<std::size_t>(kMethods[i].method) != i) return false;
  }
  return kMethods.size() == kValuesOf<ApiMethod>.size();
}
static_assert(is_by_method());

const MethodFacts& facts_of(ApiMethod method) { return kMethods[static_cast<std::size_t>(method)]; }

}  // namespace

std::string_view permission_for(ApiMethod method) { return facts_of(method).permission; }

std::string_view permission_instead_of(ApiMethod method) { return facts_of(method).instead; }

std::string permission_for(const ActionType& type) {
  if (const auto method = method_that_starts(type)) return std::string(permission_for(*method));
  return "the one for " + std::string(type.text());
}

QuotaKind quota_of(ApiMethod method) { return facts_of(method).quota; }

QuotaKind quota_of(const ActionType& type) {
  const auto method = method_that_starts(type);
  return method ? quota_of(*method) : QuotaKind::Api;
}

std::optional<ApiMethod> method_that_starts(const ActionType& type) {
  using Known = ActionType::Known;
  switch (type.known()) {
    case Known::RunAntiVirusScan:
      return ApiMethod::RunScan;
    case Known::Offboard:
      return ApiMethod::Offboard;
    case Known::LiveResponse:
      return ApiMethod::RunLiveResponse;
    case Known::CollectInvestigationPackage:
      return ApiMethod::CollectPackage;
    case Known::Isolate:
      return ApiMethod::Isolate;
    case Known::Unisolate:
      return ApiMethod::Unisolate;
    case Known::StopAndQuarantineFile:
      return ApiMethod::QuarantineFile;
    case Known::RestrictCodeExecution:
      return ApiMethod::RestrictCodeExecution;
    case Known::UnrestrictCodeExecution:
      return ApiMethod::UnrestrictCodeExecution;
    case Known::RequestSample:
    case Known::Unknown:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace mactiond

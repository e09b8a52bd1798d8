#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace mactiond::sim {

/// What a call is for: by this the API meters it, and faults may be narrowed to it.
enum class Operation : std::uint8_t {
  Token,
  List,
  Get,
  Cancel,
  Create,  ///< any POST that makes an action but a live response
  LiveResponse,
  PackageUri,
  LiveResult,
  AlertMachine,
  Machines,  ///< the list
  Machine,
  Alert,
  Download,  ///< of what a link leads to; no call of the API
};

inline constexpr std::array<std::pair<Operation, std::string_view>, 13> kOperations{{
    {Operation::Token, "token"},
    {Operation::List, "list"},
    {Operation::Get, "get"},
    {Operation::Cancel, "cancel"},
    {Operation::Create, "create"},
    {Operation::LiveResponse, "live_response"},
    {Operation::PackageUri, "package_uri"},
    {Operation::LiveResult, "live_result"},
    {Operation::AlertMachine, "alert_machine"},
    {Operation::Machines, "machines"},
    {Operation::Machine, "machine"},
    {Operation::Alert, "alert"},
    {Operation::Download, "download"},
}};

[[nodiscard]] constexpr std::string_view to_string(Operation operation) {
  return kOperations[static_cast<std::size_t>(operation)].second;
}

/// Whether the API counts it against a quota.
[[nodiscard]] constexpr bool is_metered(Operation operation) {
  return operation != Operation::Token && operation != Operation::Download;
}

/// Which quota a call counts against. Package links and live response
/// have their own (docs/defender-api.md 4).
enum class Bucket : std::uint8_t { Api, Package, LiveResponse };

[[nodiscard]] constexpr Bucket bucket_of(Operation operation) {
  if (operation == Operation::PackageUri) return Bucket::Package;
  return operation == Operation::LiveResponse ? Bucket::LiveResponse : Bucket::Api;
}

}  // namespace mactiond::sim

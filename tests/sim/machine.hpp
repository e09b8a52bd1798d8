#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "sim/entity.hpp"
#include "sim/filter.hpp"
#include "sim/members.hpp"
#include "sim/refusal.hpp"

namespace mactiond::sim {

/// A machine as the API keeps it.
struct Machine {
  std::string id;
  std::optional<std::string> computer_dns_name;
  WallTime first_seen{};
  WallTime last_seen{};
  std::string os_platform = "Windows11";
  std::string version = "24H2";
  std::int64_t os_build = 26100;
  std::string last_ip_address = "10.0.0.1";
  std::string health_status = "Active";
  std::string onboarding_status = "Onboarded";
  std::string device_value = "Normal";
  std::int64_t rbac_group_id = 0;
  std::optional<std::string> rbac_group_name;
  std::string risk_score = "None";
  std::string exposure_level = "Low";
  std::optional<std::string> aad_device_id;
  std::vector<std::string> tags;
  std::optional<std::string> merged_into;
  bool potential_duplicate = false;
  /// The answer to every POST to it.
  std::optional<Refusal> refusal;
};

[[nodiscard]] std::string default_name(std::string_view machine_id);

[[nodiscard]] FieldValue field(const Machine& machine, Property property);
[[nodiscard]] std::optional<Property> parse_machine_property(std::string_view name);
[[nodiscard]] std::optional<std::string_view> parse_machine_key(std::string_view name);
inline constexpr Vocabulary kMachineWords{"microsoft.windowsDefenderATP.api.Machine",
                                          parse_machine_property, parse_machine_key};

/// The machine as a JSON object.
[[nodiscard]] std::string render(const Machine& machine, const KeySelection& select = {});

}  // namespace mactiond::sim

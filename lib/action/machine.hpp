#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace mactiond {

/// A machine as the API shows it (docs/defender-api.md 12): what tells machines of one name apart,
/// and what is said about the machine of an action. All but the id may be empty.
struct Machine {
  std::string id;
  std::string computer_dns_name;
  std::optional<WallTime> last_seen;  ///< its last full report
  std::string health_status;
  std::string onboarding_status;
  std::string os_platform;
  std::string rbac_group_name;
  std::vector<std::string> tags;
  std::string merged_into;  ///< the id of the machine that goes on in its place
  bool potential_duplicate = false;
  bool operator==(const Machine&) const = default;
};

/// An alert, as far as it leads to a machine.
struct MachineAlert {
  std::string id;
  std::string machine_id;  ///< empty where it has no machine
  std::string computer_dns_name;
  bool operator==(const MachineAlert&) const = default;
};

/// 40 hex digits.
[[nodiscard]] bool is_machine_id(std::string_view text);
/// What a query can hold as it is: letters, digits, `.`, `_`, `-`; at most 253.
[[nodiscard]] bool is_machine_name(std::string_view text);
/// What a path can hold as it is: letters, digits, `_`, `-`; at most 128.
[[nodiscard]] bool is_alert_id(std::string_view text);

}  // namespace mactiond

#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "sim/directory.hpp"

namespace mactiond::sim {

/// The machines of a body: one object or a list of them. The keys are listed in README.md.
[[nodiscard]] Answer<std::vector<Machine>> read_machine_specs(std::string_view body, WallTime now);
[[nodiscard]] Answer<std::vector<Alert>> read_alert_specs(std::string_view body, WallTime now);

/// What the control API says about one machine.
struct MachineChange {
  std::optional<bool> offline;
  /// Set with nothing inside: POSTs to it are served again.
  std::optional<std::optional<Refusal>> refusal;
};
[[nodiscard]] Answer<MachineChange> read_machine_change(std::string_view body);

}  // namespace mactiond::sim

#pragma once

#include <string>
#include <vector>

#include "action/machine.hpp"

namespace mactiond {

/// By what of a machine filters and policies choose.
struct MachineMarks {
  std::string group;  ///< `rbacGroupName`; empty: in none
  std::vector<std::string> tags;
  bool operator==(const MachineMarks&) const = default;
};

/// What events say about a machine.
struct MachineFacts {
  MachineMarks marks;
  std::string os_platform;
  std::string health_status;
  bool operator==(const MachineFacts&) const = default;
};

/// Of its tags the first that have 16 KiB together.
[[nodiscard]] MachineFacts facts_of(const Machine& machine);

}  // namespace mactiond

#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mactiond::ctl {

// A file that names machines: one a line, by name or id; blank lines and what follows a "#" count
// for nothing.

/// Why the file cannot be used, a line for each mistake.
struct MachinesMistake {
  std::string text;
};

using MachineList = std::variant<std::vector<std::string>, MachinesMistake>;

/// name: of the file, for messages.
[[nodiscard]] MachineList parse_machines(std::string_view text, const std::string& name);

/// path "-": stdin.
[[nodiscard]] MachineList read_machines(const std::string& path);

}  // namespace mactiond::ctl

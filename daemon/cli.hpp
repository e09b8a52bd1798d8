#pragma once

#include <string>
#include <variant>

#include "probe_options.hpp"

namespace mactiond::daemon {

struct CommandLine {
  std::string config = "/etc/mactiond/mactiond.toml";
  bool check_config = false;
  bool strict = false;  ///< of check_config
  bool print_config = false;
  bool changed = false;  ///< of print_config
  bool probe = false;
  ProbeOptions probing{};  ///< of probe
};

/// What to do, or the exit code of a process that is done: help and version are on stdout already,
/// what is wrong is on stderr.
[[nodiscard]] std::variant<CommandLine, int> parse_command_line(int argc, const char* const* argv);

}  // namespace mactiond::daemon

#include "time_flag.hpp"

#include <CLI/CLI.hpp>

#include "base/duration_text.hpp"

namespace mactiond::ctl {
namespace {

// What the parser makes of an option without a value.
constexpr const char* kNoTime = "true";

}  // namespace

std::optional<Duration> TimeFlag::time() const { return parse_duration(text); }

std::optional<std::string> TimeFlag::mistake() const {
  if (!given() || text == kNoTime || time()) return std::nullopt;
  return name + '=' + text + " is no time: write 30s, 5m, 4h or 3d";
}

void add_time_flag(CLI::App& command, TimeFlag& flag, const char* what) {
  command.add_flag(flag.name, flag.text, what)->option_text("[=TIME]");
}

}  // namespace mactiond::ctl

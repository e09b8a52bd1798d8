#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mactiond::core {

/// Something an operator may want to read in the daemon's own log. Core itself never logs.
struct LogEntry {
  enum class Level : std::uint8_t { Debug, Info, Warning, Error };
  Level level = Level::Info;
  std::string event;  ///< snake_case, stable
  std::vector<std::pair<std::string, std::string>> fields;
};

/// As configured and logged.
[[nodiscard]] constexpr std::string_view to_string(LogEntry::Level level) {
  switch (level) {
    case LogEntry::Level::Debug:
      return "debug";
    case LogEntry::Level::Info:
      return "info";
    case LogEntry::Level::Warning:
      return "warning";
    case LogEntry::Level::Error:
      return "error";
  }
  return "";
}

}  // namespace mactiond::core

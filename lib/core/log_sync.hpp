#pragma once

#include <cstdint>
#include <string_view>

namespace mactiond::core {

/// [transition_log] sync: when its lines are made durable.
enum class LogSync : std::uint8_t { Every, Batch, Never };

/// As configured.
[[nodiscard]] constexpr std::string_view to_string(LogSync sync) {
  switch (sync) {
    case LogSync::Every:
      return "every";
    case LogSync::Batch:
      return "batch";
    case LogSync::Never:
      return "never";
  }
  return "";
}

}  // namespace mactiond::core

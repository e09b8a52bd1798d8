#pragma once

#include <cstdint>
#include <string_view>

namespace mactiond::core {

/// What a step of a cancel came to, as the metrics count it.
enum class CancelResult : std::uint8_t {
  Requested,
  Confirmed,
  Overtaken,
  Failed,
  Suppressed,
  Stale,
};

/// A metric label.
[[nodiscard]] constexpr std::string_view to_string(CancelResult result) {
  switch (result) {
    case CancelResult::Requested:
      return "requested";
    case CancelResult::Confirmed:
      return "confirmed";
    case CancelResult::Overtaken:
      return "overtaken";
    case CancelResult::Failed:
      return "failed";
    case CancelResult::Suppressed:
      return "suppressed";
    case CancelResult::Stale:
      return "stale";
  }
  return "";
}

}  // namespace mactiond::core

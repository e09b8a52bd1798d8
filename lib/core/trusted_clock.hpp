#pragma once

#include <chrono>
#include <optional>

#include "base/time.hpp"

namespace mactiond::core {

// When the API's clock is relied on, for cancels and submissions alike.

/// It is known too roughly.
[[nodiscard]] inline bool is_too_rough(Duration uncertainty) {
  return uncertainty > std::chrono::minutes(5);
}

/// It and ours are a day or more apart: one of them is badly wrong.
[[nodiscard]] inline bool clocks_disagree(std::optional<WallTime> server, WallTime local) {
  return server && std::chrono::abs(*server - local) >= std::chrono::hours(24);
}

}  // namespace mactiond::core

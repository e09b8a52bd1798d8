#pragma once

#include <algorithm>
#include <chrono>

#include "base/disposition.hpp"
#include "base/time.hpp"

namespace mactiond::core {

/// A wait that is told is cut to what the limiter waits at most; a longer one is absurd.
inline void bound_wait(Disposition& outcome) {
  constexpr Duration kWaitMax = std::chrono::hours(1);
  if (outcome.retry_after) outcome.retry_after = std::min(*outcome.retry_after, kWaitMax);
}

/// Being told to stay away for so long is trouble by itself.
[[nodiscard]] inline bool waits_long(const Disposition& outcome) {
  constexpr Duration kLongWait = std::chrono::minutes(5);
  return outcome.retry_after.value_or(Duration{}) >= kLongWait;
}

}  // namespace mactiond::core

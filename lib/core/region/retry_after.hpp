#pragma once

#include <algorithm>
#include <chrono>

#include "base/outcome.hpp"
#include "base/time.hpp"
#include "core/region/trouble_limits.hpp"

namespace mactiond::core {

/// A Retry-After is capped at the longest wait of the limiter.
inline void cap_retry_after(Outcome& outcome) {
  constexpr Duration kWaitMax = std::chrono::hours(1);
  if (outcome.retry_after) outcome.retry_after = std::min(*outcome.retry_after, kWaitMax);
}

/// A Retry-After this long degrades the region.
[[nodiscard]] inline bool waits_long(const Outcome& outcome) {
  return outcome.retry_after.value_or(Duration{}) >= kLongWait;
}

}  // namespace mactiond::core

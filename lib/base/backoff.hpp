#pragma once

#include <algorithm>

#include "base/random.hpp"
#include "base/time.hpp"

namespace mactiond::core {

/// The wait after the failures-th failure in a row: first, doubled each time, at most max, with
/// ±20 % jitter.
[[nodiscard]] inline Duration backoff(int failures, Duration first, Duration max, Random& random) {
  Duration delay = first;
  for (int i = 1; i < failures && delay < max; ++i) delay *= 2;
  return random.jitter(std::min(delay, max), 20);
}

}  // namespace mactiond::core

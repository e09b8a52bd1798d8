#pragma once

#include <algorithm>

#include "base/random.hpp"
#include "base/time.hpp"

namespace mactiond {

/// The wait after the failures-th failure in a row: first, doubled each time, at most max.
[[nodiscard]] inline Duration backoff(int failures, Duration first, Duration max) {
  Duration delay = first;
  for (int i = 1; i < failures && delay < max; ++i) delay *= 2;
  return std::min(delay, max);
}

/// The same, longer or shorter by up to jitter_percent.
[[nodiscard]] inline Duration backoff(int failures, Duration first, Duration max, Random& random,
                                      int jitter_percent = 20) {
  return random.jitter(backoff(failures, first, max), jitter_percent);
}

}  // namespace mactiond

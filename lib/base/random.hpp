#pragma once

#include <cstdint>

#include "base/time.hpp"

namespace mactiond {

/// splitmix64: small, seeded, the same on every machine. Not for secrets.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  [[nodiscard]] std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }

  /// Uniform in [0, bound); 0 for bound 0. The bias of the remainder is below 2^-40 for the bounds
  /// used here.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }

  /// Uniform in [delay - percent %, delay + percent %], in whole ticks.
  [[nodiscard]] Duration jitter(Duration delay, int percent) {
    const std::int64_t spread = delay.count() / 100 * percent;
    if (spread <= 0) return delay;
    const auto offset =
        static_cast<std::int64_t>(below(static_cast<std::uint64_t>(2 * spread + 1)));
    return delay + Duration(offset - spread);
  }

 private:
  std::uint64_t state_;
};

}  // namespace mactiond

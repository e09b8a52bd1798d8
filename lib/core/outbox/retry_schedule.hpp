#pragma once

#include <chrono>
#include <optional>

#include "base/random.hpp"
#include "base/time.hpp"

namespace mactiond::core {

/// The attempts of one delivery: at once, then 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and
/// 24 h after the former (Standard Webhooks 1.0.0), each ±20 %. Nothing after the last: the
/// delivery is dead. attempts: made so far, at least 1.
[[nodiscard]] std::optional<Duration> delay_after(int attempts, Random& random);

/// The least time between two attempts of one delivery: the first delay less its jitter.
inline constexpr Duration kRetryLeast = std::chrono::seconds(4);
/// No delivery waits longer: the longest Retry-After that is kept.
inline constexpr Duration kDelayMax = std::chrono::hours(24) * 31;
/// An event that was refused this often for its content is given up.
inline constexpr int kContentTries = 3;

/// How many attempts the schedule has.
[[nodiscard]] int attempts_max();

}  // namespace mactiond::core

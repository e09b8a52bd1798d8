#pragma once

#include <chrono>

#include "base/time.hpp"

namespace mactiond::core {

inline constexpr Duration kListTimeout = std::chrono::seconds(60);
/// So many polls that fail in a row degrade a region.
inline constexpr int kPollFailuresUntilTrouble = 3;
/// A Retry-After this long degrades it at once. No back-off is longer.
inline constexpr Duration kLongWait = std::chrono::minutes(5);

/// Trouble of polls is reported this long after it began, at the latest.
inline constexpr Duration kTroubleReportedWithin =
    kPollFailuresUntilTrouble * (kListTimeout + kLongWait);

}  // namespace mactiond::core

#pragma once

#include <chrono>
#include <string>

#include "base/time.hpp"
#include "core/decision.hpp"

namespace mactiond::core {

/// No clock that was trusted is off by more: no cancel is sent while the API's clock is a day or
/// more from ours (cancel_guard.cpp).
inline constexpr Duration kClockOffMax = std::chrono::hours(25);

/// How much time has passed since the stamp: no more than is certain. Without a boot id the wall
/// clock is believed, up to the uptime.
///
/// Within one boot the monotonic clock is exact, whatever a wall clock shows. Of another boot it is
/// certain that it ended before this one began. A wall clock may have been wrong: it only says more
/// once the stamp is older than any clock that was trusted can be off.
[[nodiscard]] Duration elapsed_since(const PostStamp& stamp, const std::string& boot_id, Now now);

}  // namespace mactiond::core

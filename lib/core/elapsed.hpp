#pragma once

#include <chrono>
#include <string>

#include "base/time.hpp"
#include "core/decision.hpp"
#include "core/quota/token_bucket.hpp"

namespace mactiond::core {

/// No clock that was trusted is off by more: no cancel is sent while the API's clock is a day or
/// more from ours (trusted_clock.hpp).
inline constexpr Duration kClockOffMax = std::chrono::hours(25);

/// A POST counts towards the limit of an hour for so long: it may arrive later than it left.
inline constexpr Duration kPostCounts = std::chrono::hours(1) + kSendWithin;
/// What a limit counts is remembered a little longer than it counts.
inline constexpr Duration kPostRemembered = std::chrono::hours(2);

/// How much time has passed since the stamp: no more than is certain. Without a boot id the wall
/// clock is believed, up to the uptime.
///
/// Within one boot the monotonic clock is exact, whatever a wall clock shows. Of another boot it is
/// certain that it ended before this one began. A wall clock may have been wrong: it only says more
/// once the stamp is older than any clock that was trusted can be off.
[[nodiscard]] Duration elapsed_since(const PostStamp& stamp, const std::string& boot_id, Now now);

}  // namespace mactiond::core

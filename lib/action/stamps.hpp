#pragma once

#include <chrono>

#include "action/machine_action.hpp"
#include "base/time.hpp"

namespace mactiond {

/// The service did not exist before.
inline constexpr WallTime kEarliestStamp = std::chrono::sys_days(std::chrono::year(2015) / 1 / 1);

/// Whether a stamp of the API can be true: not from before the service existed, and at most a day
/// later than server_now, the API's own time.
[[nodiscard]] bool is_possible(WallTime stamp, WallTime server_now);

/// A stamp that cannot be true counts as none from here on, in everything that is derived from it:
/// ages, order, watermarks, lags. The document keeps what the API sent.
void drop_impossible_stamps(MachineAction& action, WallTime server_now);

}  // namespace mactiond

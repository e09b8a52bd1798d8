#pragma once

#include "action/machine_action.hpp"
#include "base/time.hpp"
#include "core/region/submit_lane.hpp"
#include "core/region/tracker.hpp"

namespace mactiond::core {

/// A sweep that reaches back to a submission in doubt shows what was forgotten since: it is no
/// news.
[[nodiscard]] bool is_forgotten(const MachineAction& action, WallTime known_from,
                                const Tracker& tracker, const SubmitLane& submissions);

}  // namespace mactiond::core

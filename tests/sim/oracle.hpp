#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"
#include "sim/world.hpp"

namespace mactiond::sim {

/// What the run so far shows, held against the ground truth. Empty: all promises were kept.
///
/// - seq has no gap, event ids are unique, nothing is told that did not happen, and per action
///   in the order in which it happened;
/// - every status that stayed visible for longer than visible_longer_than was told;
/// - the last status of every action was told (settled: nothing changed lately);
/// - every receiver got every event at least once, with its id, in order per action (drained);
/// - no trailing window held more calls than its limit.
struct OracleOptions {
  Duration visible_longer_than = std::chrono::seconds(20);
  bool settled = true;
  bool drained = true;
};
[[nodiscard]] std::vector<std::string> judge(World& world, const OracleOptions& options);

/// Detection lags (true change -> committed) of the told transitions that happened later than this
/// after the world began, sorted.
[[nodiscard]] std::vector<Duration> detection_lags(const World& world, Duration since_start = {});

}  // namespace mactiond::sim

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "sim/world.hpp"

namespace mactiond::sim {

/// What the run so far shows, held against the ground truth. Empty: all promises were kept.
///
/// - seq has no gap, event ids are unique, nothing is recorded that did not happen, and per action
///   in the order in which it happened;
/// - every status that stayed visible for longer than visible_longer_than was recorded;
/// - the last status of every action was recorded (settled: nothing changed lately);
/// - every receiver got every event at least once, with its id, in order per action, beside those
///   that it refused for their content (drained); its trouble begins and ends in turn;
/// - no trailing window held more calls than its limit.
struct OracleOptions {
  Duration visible_longer_than = std::chrono::seconds(20);
  bool settled = true;
  bool drained = true;
  /// Both clocks were a day or more behind for a time: what changed then looked impossible, so such
  /// an event has no lag, and its time is when it was seen.
  bool stamps_looked_impossible = false;
};
[[nodiscard]] std::vector<std::string> judge(World& world, const OracleOptions& options);

/// Events that were committed during an outage of this receiver and came later than some minutes
/// after the first one that it took when the outage was over. Left out are events about an action
/// of which one was refused for its content, and what the next outage may have held up.
[[nodiscard]] std::vector<std::string> late_after_outages(
    World& world, const std::string& receiver,
    const std::vector<std::pair<WallTime, WallTime>>& outages);

/// Detection lags (true change -> committed) of recorded transitions that happened later than this
/// after the world began, sorted.
[[nodiscard]] std::vector<Duration> detection_lags(const World& world, Duration since_start = {});

}  // namespace mactiond::sim

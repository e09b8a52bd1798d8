#include <algorithm>

#include "core/engine_state.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kPruneInterval = 1h;
/// A wall clock that moves by more than this against the monotonic one was set, not slewed.
constexpr Duration kJump = 2s;
/// Larger than any routine correction: the clock was set.
constexpr Duration kClockSet = 1h;
/// After this long without a jump the clocks alone decide what is old.
constexpr Duration kSteadyFor = 24h;

}  // namespace

void Engine::State::start_clocks(Now now) {
  last = now;
  wall_offset = now.wall.time_since_epoch() - now.mono.time_since_epoch();
  prune_at = now.mono + kPruneInterval;
  wall_steady_since = now.mono;
}

void Engine::State::follow_wall_clock(Now now, Batch& batch) {
  const Duration offset = now.wall.time_since_epoch() - now.mono.time_since_epoch();
  const Duration jump = offset - wall_offset;
  wall_offset = offset;
  if (std::chrono::abs(jump) <= kJump) return;
  if (std::chrono::abs(jump) > kClockSet) wall_steady_since = now.mono;
  batch.shift_due = jump;
  for (auto& slot : outboxes) slot.part.shift(jump);
  for (auto& slot : leaving) slot.part.shift(jump);
}

void Engine::State::prune(Now now, Batch& batch) {
  if (now.mono < prune_at) return;
  prune_at = now.mono + kPruneInterval;
  Duration keep = options.closed_actions;
  // What the sweep still shows must stay known, or it would be recorded again.
  for (const RegionOptions& region : options.regions) {
    keep = std::max(keep, region.poll.lookback + 24h);
  }
  const auto today = time_to_prune_by(now);
  if (!today) return;
  batch.prune_before = *today - keep;
  submits.forget_before(*batch.prune_before);
  for (auto& slot : regions) slot.part.forget_before(*batch.prune_before);
  for (auto& slot : outboxes) slot.part.look_for_old(*today);
}

std::optional<WallTime> Engine::State::time_to_prune_by(Now now) const {
  // The earliest of all clocks: one that was set forward must not make the daemon forget. Without
  // an answer since the start there is no clock to compare ours with.
  WallTime today = WallTime::max();
  WallTime newest = WallTime::min();
  MonoTime steady_since = wall_steady_since;
  for (const auto& [serial, region] : regions) {
    today = std::min(today, region.server_time(now.mono).value_or(WallTime::max()));
    newest = std::max(newest, region.newest_action().value_or(WallTime::min()));
    steady_since = std::max(steady_since, region.server_jumped().value_or(steady_since));
  }
  if (today == WallTime::max()) return std::nullopt;
  today = std::min(today, now.wall);
  // All clocks may be wrong by the same year, but not for long, and the actions' stamps are not.
  const bool trusted = newest == WallTime::min() || now.mono - steady_since >= kSteadyFor;
  return trusted ? today : std::min(today, newest);
}

}  // namespace mactiond::core

#include "core/outbox/receiver_trouble.hpp"

#include <algorithm>

#include "core/outbox/delivery_outcome.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kReportAfter = 60s;
/// When this many events failed before, the trouble is no longer each event's own.
constexpr std::size_t kDoubtful = 3;

}  // namespace

bool ReceiverTrouble::failed(const Failure& failure, const Outcome& outcome, Now now) {
  newest_reason_ = describe(outcome);
  attempted_ = true;
  bool changed = false;
  // An attempt from before the last delivery says nothing about the time after it.
  const bool newer = !last_taken_ || failure.started >= *last_taken_;
  if (newer && is_unreachable(outcome) && !row_.unreachable) {
    row_.unreachable = true;
    changed = true;
  }
  if (row_.since || !begins(failure)) return changed;
  const WallTime started = now.wall - (now.mono - failure.started);
  row_.since = std::max(started, row_.taken.value_or(started));
  row_.reason = newest_reason_;
  return true;
}

bool ReceiverTrouble::begins(const Failure& failure) {
  const bool others_taken =
      failure.first_failed && row_.taken && *failure.first_failed < *row_.taken;
  if (!others_taken) return true;
  doubtful_.insert(failure.seq);
  return doubtful_.size() >= kDoubtful;
}

ReceiverTrouble::Taken ReceiverTrouble::taken(Now now) {
  const bool ended = row_.since || row_.unreachable;
  const bool reported = row_.reported;
  row_ = {};
  row_.taken = now.wall;
  last_taken_ = now.mono;
  newest_reason_.clear();
  attempted_ = false;
  doubtful_.clear();
  if (reported) return Taken::Recovered;
  return ended ? Taken::Ended : Taken::NothingNew;
}

bool ReceiverTrouble::report(Now now) {
  const auto at = report_at(now);
  if (!at || *at > now.mono) return false;
  row_.reported = true;
  row_.reason = reason();
  return true;
}

// What was stored before a restart is reported after the first attempt that fails again.
std::optional<MonoTime> ReceiverTrouble::report_at(Now now) const {
  if (!row_.since || row_.reported || !attempted_) return std::nullopt;
  return now.mono + std::max(*row_.since + kReportAfter - now.wall, Duration{});
}

void ReceiverTrouble::forget() {
  row_.unreachable = false;
  if (row_.reported) return;
  row_.since.reset();
  row_.reason.clear();
  newest_reason_.clear();
  attempted_ = false;
}

void ReceiverTrouble::shift(Duration by) {
  if (row_.since) *row_.since += by;
  if (row_.taken) *row_.taken += by;
}

}  // namespace mactiond::core

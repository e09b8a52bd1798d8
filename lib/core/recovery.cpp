#include "core/recovery.hpp"

#include <algorithm>

#include "action/machine_action.hpp"
#include "base/json_text.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// For a poll and what it is followed by.
constexpr Duration kPollTakes = 30s;
/// No clock that was trusted is off by more (core/cancel/cancel_guard.cpp).
constexpr Duration kClockOffMax = 25h;

std::string reason_of(const StoreFound& found) {
  if (found.damaged) return "the store was damaged: " + found.damage;
  if (found.last_seq == 0) return "the store was lost: the transition log has lines, it had none";
  return "the store was older than the transition log";
}

}  // namespace

std::optional<StoreRecovered> judge_store(const StoreFound& found, const std::optional<LogEnd>& log,
                                          Duration seen_within) {
  const std::uint64_t logged = log ? log->seq : 0;
  if (!found.damaged && logged <= found.last_seq) return std::nullopt;
  StoreRecovered recovered;
  recovered.reason = reason_of(found);
  recovered.after_seq = std::max(logged, found.last_seq);
  recovered.kept = found.kept;
  recovered.lost = found.lost;
  if (!found.damaged) recovered.lost += static_cast<std::int64_t>(logged - found.last_seq);
  recovered.set_aside = found.set_aside;
  recovered.suspend = !found.switch_known;
  if (log) {
    recovered.quiet_before = log->time - seen_within;
  } else if (found.newest) {
    recovered.quiet_before = *found.newest - seen_within;
  }
  return recovered;
}

Duration seen_within(const Options& options) {
  Duration longest{};
  for (const RegionOptions& region : options.regions) {
    longest = std::max({longest, region.poll.idle_interval, region.poll.min_interval});
  }
  return longest + kPollTakes;
}

void keep_quiet(StoreRecovered& recovered, const LogHistory& history, Duration seen_within) {
  if (!recovered.quiet_before || !history.gone) return;
  const auto& [next, written] = *history.gone;
  const WallTime unknown_until = std::max(next, std::min(next + seen_within, written));
  recovered.quiet_before = std::max(*recovered.quiet_before, unknown_until + Duration(1));
}

// Within one boot the monotonic clock is exact. Another boot ended before this one began.
MonoTime hold_end(const RecoveryRow& recovery, const std::string& boot_id, Now now) {
  if (!boot_id.empty() && recovery.boot_id == boot_id) return recovery.mono + kHoldAfterRecovery;
  if (now.wall - recovery.at > kClockOffMax) return now.mono;
  return (boot_id.empty() ? now.mono : MonoTime{}) + kHoldAfterRecovery;
}

bool is_fresh(const Snapshot& snapshot, WallTime now) {
  if (!snapshot.recovery) return false;
  return !snapshot.recovering.empty() || std::chrono::abs(now - snapshot.recovery->at) < 24h;
}

EventRecord store_recovered_event(const StoreRecovered& found, Now now) {
  EventRecord event;
  event.type = EventType::StoreRecovered;
  event.id = make_event_id(
      event.type, "store",
      std::to_string(found.after_seq) + '|' + std::to_string(now.wall.time_since_epoch().count()));
  event.time = now.wall;
  JsonMembers fields;
  fields.add("reason", found.reason).add("kept", found.kept).add("lost", found.lost);
  if (found.set_aside.empty()) {
    fields.add_raw("set_aside", "null");
  } else {
    fields.add("set_aside", found.set_aside);
  }
  event.fields = fields.text();
  return event;
}

std::uint64_t id_print(std::string_view id) { return fingerprint(id); }

}  // namespace mactiond::core

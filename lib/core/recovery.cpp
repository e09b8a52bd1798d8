#include "core/recovery.hpp"

#include <algorithm>

#include "action/machine_action.hpp"
#include "base/json_text.hpp"
#include "core/elapsed.hpp"
#include "core/region/trouble_limits.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// For a poll and what it is followed by.
constexpr Duration kPollTakes = 30s;
/// The ids of the log's lines count beside the store for this long. A region without a baseline in
/// the log has its first complete sweep long before.
constexpr Duration kLogCountsFor = 24h;

std::string reason_of(const StoreFound& found) {
  if (found.damaged) return "the store was damaged: " + found.damage;
  if (found.last_seq == 0) return "the store was lost: the transition log has lines, it had none";
  return "the store was older than the transition log";
}

/// Trouble counts until a change was seen that happened well after its end: what happened meanwhile
/// may be on a later page of the same poll.
WallTime seen_until(const RegionPast& past, Duration within) {
  WallTime until = *past.last_seen;
  for (auto turn = past.turns.rbegin(); turn != past.turns.rend(); ++turn) {
    if (turn->degraded) {
      until = std::min(until, turn->time);
    } else if (turn->time + within < until) {
      return until;
    }
  }
  const bool since_before = !past.turns.empty() && !past.turns.front().degraded;
  return since_before ? WallTime{} : until;
}

/// What was recorded before a line happened at most seen_within after it, and before the file was
/// written.
WallTime unknown_until(const LogHistory::Gone& gone, Duration within) {
  return std::max(gone.next, std::min(gone.next + within, gone.written)) + Duration(1);
}

std::optional<WallTime> quiet_before(const RegionOptions& region, const RegionPast* past,
                                     const LogHistory& history) {
  if (!history.gone) {
    if (past == nullptr || !past->last_seen) return std::nullopt;
    if (!past->swept) return WallTime{};
  }
  const Duration within = seen_within(region);
  std::optional<WallTime> before;
  if (past != nullptr && past->last_seen) {
    before = seen_until(*past, within) - seen_or_reported_within(region);
  }
  if (!history.gone) return before;
  const WallTime unknown = unknown_until(*history.gone, within);
  return std::max(before.value_or(unknown), unknown);
}

}  // namespace

bool depends_on_log(const StoreFound& found) { return found.damaged || found.last_seq == 0; }

std::optional<StoreRecovered> judge_store(const StoreFound& found,
                                          std::optional<std::uint64_t> logged) {
  const std::uint64_t last = logged.value_or(0);
  if (!found.damaged && last <= found.last_seq) return std::nullopt;
  StoreRecovered recovered;
  recovered.reason = reason_of(found);
  recovered.after_seq = std::max(last, found.last_seq);
  recovered.kept = found.kept;
  recovered.lost = found.lost;
  if (!found.damaged) recovered.lost += static_cast<std::int64_t>(last - found.last_seq);
  recovered.set_aside = found.set_aside;
  recovered.suspend = !found.switch_known;
  return recovered;
}

Duration seen_within(const RegionOptions& region) {
  return std::max(region.poll.idle_interval, region.poll.min_interval) + kPollTakes;
}

Duration seen_or_reported_within(const RegionOptions& region) {
  return seen_within(region) + kTroubleReportedWithin;
}

std::vector<RegionQuiet> quiet_times(const std::vector<RegionOptions>& regions,
                                     const StoreFound& found, const LogHistory& history) {
  std::vector<RegionQuiet> times;
  for (const RegionOptions& region : regions) {
    if (history.ids.empty()) {
      if (!found.newest) continue;
      times.push_back({region.name, *found.newest - seen_or_reported_within(region)});
      continue;
    }
    const auto past = std::find_if(history.regions.begin(), history.regions.end(),
                                   [&](const auto& each) { return each.region == region.name; });
    const auto before =
        quiet_before(region, past == history.regions.end() ? nullptr : &*past, history);
    if (before) times.push_back({region.name, *before});
  }
  return times;
}

MonoTime hold_end(const RecoveryRow& recovery, const std::string& boot_id, Now now) {
  // Without a boot id no clock says for certain how much of the hold has passed.
  if (boot_id.empty() && now.wall - recovery.at <= kClockOffMax) {
    return now.mono + kHoldAfterRecovery;
  }
  const PostStamp stamp{recovery.at, recovery.boot_id, recovery.mono};
  return now.mono + kHoldAfterRecovery - elapsed_since(stamp, boot_id, now);
}

bool is_fresh(const Snapshot& snapshot, WallTime now) {
  if (!snapshot.recovery) return false;
  return !snapshot.recovering.empty() ||
         std::chrono::abs(now - snapshot.recovery->at) < kLogCountsFor;
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
  if (found.set_aside) {
    fields.add("set_aside", *found.set_aside);
  } else {
    fields.add_raw("set_aside", "null");
  }
  event.fields = fields.text();
  return event;
}

std::uint64_t id_hash(std::string_view id) { return fingerprint(id); }

}  // namespace mactiond::core

#include <algorithm>
#include <chrono>

#include "action/stamps.hpp"
#include "base/error.hpp"
#include "core/region/region.hpp"
#include "core/region/region_events.hpp"
#include "core/region/retry_after.hpp"

// What an answer shows of an action, and the events that follow from it.

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// A new action may not be readable by id yet (docs/defender-api.md 8).
constexpr Duration kGrace = 60s;
constexpr Duration kClocksApart = 24h;

}  // namespace

void Region::restore(const StoredAction& action, MonoTime now) {
  tracker_.restore(action);
  newness_.restore_action();
  if (action.vanished || action.status.is_final()) return;
  submissions_.restore_open(action);
  canceller_.restore(
      action.id,
      {action.type, action.status, action.requestor, action.requestor_comment,
       action.request_source, action.computer_dns_name, action.machine_id, action.created,
       action.last_update, action.first_seen, asking_.machines.marks(action.machine_id, now)});
}

void Region::forget_before(WallTime cutoff) {
  tracker_.forget_before(cutoff);
  canceller_.forget_unless([this](const ActionId& id) { return tracker_.find(id) != nullptr; });
}

void Region::on(ActionRead read, Now now, StepWriter& out) {
  Call call = calls_.end(read.command);
  cap_retry_after(read.outcome);
  MACTIOND_ASSERT(call.ids.size() == 1);
  if (call.kind == Call::Kind::CancelRead) return reread(call, read, now, out);
  const ActionId& id = call.ids.front();
  (void)answered(call, read.outcome, read.server_date, now, out);
  if (read.outcome.ok()) {
    MACTIOND_ASSERT(read.action);
    if (asking_.held.end_wait_for(id)) show_held(now, out);
    observe(*read.action, ReadBy::LookupOne, now, out);
    lookups_.found(id);
    return;
  }
  if (read.outcome.reason != Reason::NotFound) {
    lookups_.failed(call.ids, read.outcome.retry_after, now.mono, random_);
    return;
  }
  const Tracker::Known* known = tracker_.find(id);
  const bool young =
      submissions_.may_be_too_new(id, now.mono) ||
      (known != nullptr && clock_.now(now) - known->created.value_or(known->first_seen) < kGrace);
  if (lookups_.not_found(id, young, now.mono)) vanish(id, now, out);
}

void Region::observe(MachineAction& action, ReadBy by, Now now, StepWriter& out) {
  const WallTime server = clock_.now(now);
  const bool apart = std::chrono::abs(server - now.wall) >= kClocksApart;
  // Where one clock is badly wrong, the later one counts: nothing looks older than it is.
  drop_impossible_stamps(action, apart ? std::max(server, now.wall) : server);
  Sight sight;
  sight.server = apart ? std::max(server, now.wall) : clock_.moment(now);
  sight.kept_from = std::max(server, now.wall);
  sight.confirms = by == ReadBy::LookupOne || by == ReadBy::Cancel;
  const Observation seen = tracker_.observe(action, sight);
  lookups_.seen(action.id, by, seen.kind, now.mono);
  const bool stored =
      seen.kind == Observation::Kind::Refreshed || seen.kind == Observation::Kind::Changed;
  // What shows nothing new costs nothing while nothing is submitted.
  if (stored || !submissions_.is_empty()) {
    const bool newest = stored || tracker_.is_newest(action);
    submissions_.shown(action, newest, submit_time(now), out);
  }
  if (!stored) return;
  const Tracker::Known& known = *tracker_.find(action.id);
  out.batch().actions.push_back(
      {options_.name, action, sight.kept_from, known.first_seen, known.stamp, known.ended_by});
  const bool changed = seen.kind == Observation::Kind::Changed && !newness_.is_quiet(action);
  if (changed) record_transition(action, seen, now, out);
  if (action.status.is_final()) return canceller_.ended(action, cancel_time(now), out);
  canceller_.seen(action, known.first_seen, asking_.machines.marks(action.machine_id, now.mono));
  asking_.machines.want(action.machine_id, false, now.mono);
  if (seen.kind == Observation::Kind::Changed && !seen.from) schedule_.appeared(now.mono);
  schedule_.opened(now.mono);
}

void Region::record_transition(const MachineAction& action, const Observation& seen, Now now,
                               StepWriter& out) {
  // A stamp says nothing about us if it cannot be true, or is older than what was known already,
  // or than the first complete poll.
  const bool dated = action.last_update && !action.impossible_stamp && !seen.late;
  const bool backlog = newness_.is_backlog(action, seen);
  const auto since = health_.first_poll();
  const bool measured = dated && !backlog && since && *action.last_update > *since;
  TransitionTime shown;
  shown.time = dated ? *action.last_update : clock_.moment(now);
  if (measured) shown.lag = std::max(clock_.now(now) - *action.last_update, Duration{});
  shown.backlog = backlog;
  shown.submission = submissions_.owner_of(action.id);
  const bool recorded =
      out.record(transition_event(options_.name, action, seen, shown), now.wall, action.machine_id);
  if (recorded) out.transition({options_.name, std::string(action.status.text()), shown.lag});
}

void Region::vanish(const ActionId& id, Now now, StepWriter& out) {
  // A submission may have an action that the store lacks: see restore().
  submissions_.vanished(id, submit_time(now));
  const Tracker::Known* known = tracker_.find(id);
  const ActionType type = known != nullptr ? known->type : ActionType();
  const WallTime stamp = known != nullptr ? known->stamp : WallTime{};
  if (!tracker_.vanish(id)) return;
  lookups_.changed(id);
  out.batch().vanished.emplace_back(options_.name, id);
  const WallTime when = std::max(clock_.moment(now), stamp);
  out.record(vanished_event(options_.name, id, type, stamp, when), now.wall);
  canceller_.vanished(id, cancel_time(now), out);
}

void Region::record_baseline(Now now, StepWriter& out) {
  const WallTime when = clock_.moment(now);
  const auto since = newness_.end_newness(when);
  if (!since) return;
  Baseline baseline;
  baseline.open = tracker_.open_count();
  baseline.finished = tracker_.ended_count();
  if (const auto oldest = tracker_.oldest_open()) {
    baseline.oldest_open = std::max(when - *oldest, Duration{});
  }
  out.record(baseline_event(options_.name, baseline, *since, when), now.wall);
  out.batch().regions.push_back(row());
}

}  // namespace mactiond::core

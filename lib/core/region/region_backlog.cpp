#include <algorithm>
#include <chrono>

#include "core/region/region.hpp"
#include "core/region/region_events.hpp"

// What happened before a new region was first called, and when the region is new no more.

namespace mactiond::core {

void Region::note_first_call(Now now, StepWriter& out) {
  if (!fresh_ || first_call_) return;
  first_call_ = FirstCall{now.wall, false};
  first_call_sent_ = now.mono;
  out.batch().regions.push_back(row());
}

void Region::date_first_call(Now now, StepWriter& out) {
  if (!fresh_ || !first_call_ || first_call_->by_server) return;
  const auto server = clock_.at(now.mono);
  if (!server) return;
  // Where our clock may be right by all that is known of the API's, it is the finer of the two.
  const Duration apart = *server - now.wall;
  const Duration wrong = std::chrono::abs(apart) <= clock_.uncertainty() ? Duration{} : apart;
  // Made by a process before this one, the call is known by our clock alone.
  const WallTime ours =
      first_call_sent_ ? now.wall - (now.mono - *first_call_sent_) : first_call_->when;
  first_call_ = FirstCall{ours + wrong, true};
  out.batch().regions.push_back(row());
}

bool Region::is_backlog(const MachineAction& action, const Observation& seen) const {
  if (!fresh_ || !first_call_ || seen.from) return false;
  const WallTime bound = first_call_->when;
  const bool created_before = !action.created || *action.created < bound;
  const bool changed_before = !action.last_update || *action.last_update < bound;
  return created_before && changed_before;
}

void Region::end_newness(Now now, StepWriter& out) {
  if (!fresh_) return;
  const WallTime when = moment(now);
  Baseline baseline;
  baseline.open = tracker_.open_count();
  baseline.finished = tracker_.ended_count();
  if (const auto oldest = tracker_.oldest_open()) {
    baseline.oldest_open = std::max(when - *oldest, Duration{});
  }
  const WallTime since = first_call_ ? first_call_->when : when;
  out.record(baseline_event(options_.name, baseline, since, when), {}, now.wall);
  fresh_ = false;
  first_call_.reset();
  out.batch().regions.push_back(row());
}

}  // namespace mactiond::core

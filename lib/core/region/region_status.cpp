#include <algorithm>

#include "core/region/region.hpp"
#include "core/region/region_events.hpp"
#include "core/region/trouble_limits.hpp"

// Whether a region is well, how fast it is polled, and what operators see of it.

namespace mactiond::core {
Duration Region::pace(MonoTime now) const {
  return schedule_.pace(tracker_.open_count() > 0, calls_.limiter().sustained(), now);
}

Duration Region::interval(const Call& call, MonoTime now) const {
  const Duration longest = pace(now);
  if (schedule_.is_fast(longest)) return longest;
  return clock_.best_sample_at(call.sent + longest) - call.sent;
}

void Region::mark_degraded(const Outcome& outcome, bool at_once, Now now, StepWriter& out) {
  const bool enough = at_once || schedule_.poll_failures() >= kPollFailuresUntilTrouble;
  if (!health_.mark_degraded(outcome, enough)) return;
  const std::string& reason = *health_.degraded();
  out.record(region_event(EventType::RegionDegraded, options_.name, reason, clock_.moment(now)),
             now.wall);
  out.batch().regions.push_back(row());
  out.log(LogEntry::Level::Error, "region_degraded",
          {{"region", options_.name}, {"reason", reason}});
}

void Region::mark_recovered(Now now, StepWriter& out) {
  const auto reason = health_.mark_recovered();
  if (!reason) return;
  out.record(region_event(EventType::RegionRecovered, options_.name, *reason, clock_.moment(now)),
             now.wall);
  out.batch().regions.push_back(row());
  out.log(LogEntry::Level::Info, "region_recovered", {{"region", options_.name}});
}

MonoTime Region::next_try(MonoTime now) const {
  if (calls_.open().has_poll_or_token()) return now;
  if (login_.token.usable(now) == nullptr) return login_.token.wake_at(now).value_or(now);
  const MonoTime due = std::max(schedule_.poll_at().value_or(now), now);
  return std::max(due, calls_.limiter().next_at(Lane::List, now));
}

RegionStatus Region::status(Now now) const {
  RegionStatus status;
  status.name = options_.name;
  status.state = health_.state();
  status.reason = health_.reason();
  status.open_actions = tracker_.open_count();
  if (const auto oldest = tracker_.oldest_open()) {
    status.oldest_open = std::max(clock_.now(now) - *oldest, Duration{});
  }
  status.next_try = next_try(now.mono) - now.mono;
  if (const auto poll = health_.last_poll()) {
    status.last_poll_age = now.mono - poll->mono;
    status.last_poll = poll->wall;
  }
  if (const auto server = clock_.at(now.mono)) status.clock_skew = *server - now.wall;
  status.token_left = login_.token.left(now.mono);
  status.credential_end = login_.credential.end();
  if (status.credential_end) status.credential_left = *status.credential_end - clock_.now(now);
  status.missing_permissions = login_.review.missing();
  status.quota = calls_.limiter().status(now.mono);
  status.strategy = to_string(schedule_.strategy(clock_.now(now)));
  status.throttled_seconds = to_seconds(calls_.limiter().held());
  status.unusable_rows = unusable_.count();
  status.submissions = submissions_.counts();
  status.cancels_live = static_cast<std::int64_t>(canceller_.live());
  return status;
}

void Region::count_actions(std::vector<ActionCount>& counts) const {
  for (const auto& [status, count] : tracker_.counts()) {
    counts.push_back({options_.name, status, count});
  }
}

}  // namespace mactiond::core

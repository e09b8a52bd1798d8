#include "core/region/region_calls.hpp"

#include <utility>

namespace mactiond::core {

void RegionCalls::configure(const RegionOptions& options, MonoTime now) {
  counted_by_ = options.counted_by();
  limiter_.configure(options.quota, now);
}

bool RegionCalls::has_token(Lane lane, MonoTime now, QuotaKind what) const {
  const bool own = what == QuotaKind::Api || limiter_.next_at(lane, now, what) <= now;
  return own && limiter_.next_at(lane, now) <= now;
}

std::optional<MonoTime> RegionCalls::take(Lane lane, Now now, StepWriter& out, QuotaKind what) {
  if (what != QuotaKind::Api) {
    if (const MonoTime when = limiter_.next_at(lane, now.mono); when > now.mono) return when;
    if (const auto wait = limiter_.try_take(lane, now.mono, what)) return wait;
  }
  if (const auto wait = limiter_.try_take(lane, now.mono)) return wait;
  // Counted before the call is made: a crash in between wastes a token and never doubles one.
  limiter_.write_rows(counted_by_, out.batch().quotas);
  return std::nullopt;
}

bool RegionCalls::granted(CallTurns::Turn turn, Now now, StepWriter& out) {
  if (const auto wait = take(turns_.lane_of(turn), now, out)) {
    turns_.wait(turn, *wait);
    return false;
  }
  turns_.granted(turn);
  return true;
}

void RegionCalls::throttled(const RegionCall& call, const Outcome& outcome, MonoTime now,
                            StepWriter& out) {
  // The hold applies to all calls of the region. A limit that the API names is that of the call's
  // kind.
  const bool apart = call.quota != QuotaKind::Api;
  limiter_.throttled(outcome.retry_after, apart ? std::nullopt : outcome.limit, now);
  if (apart) limiter_.throttled(outcome.retry_after, outcome.limit, now, call.quota);
  limiter_.write_rows(counted_by_, out.batch().quotas);
}

void RegionCalls::drain(MonoTime now, StepWriter& out) {
  limiter_.drain(now);
  limiter_.write_rows(counted_by_, out.batch().quotas);
}

CommandId RegionCalls::begin(RegionCall call, StepWriter& out) {
  const CommandId id = out.next_id();
  open_.add(id, std::move(call));
  return id;
}

}  // namespace mactiond::core

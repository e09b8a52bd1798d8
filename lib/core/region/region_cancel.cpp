#include <algorithm>

#include "base/error.hpp"
#include "core/region/region.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kReadTimeout = 30s;
constexpr Duration kPostTimeout = 30s;

}  // namespace

void Region::restore(const StoredAction& action) {
  tracker_.restore(action);
  // A region with actions is known, even where no row of its own says so.
  if (!stored_) fresh_ = false;
  if (action.vanished || action.status.is_final()) return;
  canceller_.restore(action.id,
                     {action.type, action.status, action.requestor, action.requestor_comment,
                      action.request_source, action.computer_dns_name, action.machine_id,
                      action.created, action.last_update, action.first_seen});
}

void Region::forget_before(WallTime cutoff) {
  tracker_.forget_before(cutoff);
  canceller_.forget_unless([this](const ActionId& id) { return tracker_.find(id) != nullptr; });
}

CancelTime Region::cancel_time(Now now) const {
  // A sweep that went by a clock which was contradicted since may have looked at nothing.
  const bool swept = swept_from_ && (!clock_.jumped() || *swept_from_ >= *clock_.jumped());
  return {
      now,   clock_.at(now.mono),     clock_.uncertainty(), clock_.jumped(), limiter_.sustained(),
      swept, clock_.moment(now.mono), token_.fetched_at()};
}

void Region::advance_cancels(Now now, const Secret& token, StepWriter& out) {
  const CancelTime time = cancel_time(now);
  cancel_wait_.reset();
  canceller_.decide(time, {limiter_.available(Lane::Cancel, now.mono), limiter_.burst()}, out);
  while (const auto job = canceller_.job(time)) {
    if (!take(Lane::Cancel, cancel_wait_, now, out)) break;
    const CommandId id = out.next_id();
    canceller_.sent(*job, time, out);
    const MonoTime send_by = now.mono + kSendWithin;
    if (job->call == CancelCall::Post) {
      others_turn_ = true;
      calls_.emplace(id, Call{Call::Kind::CancelPost, {job->action}, now.mono, {}});
      out.commands().push_back(CancelAction{id, options_.name, job->action, job->comment, token,
                                            now.mono + kPostTimeout, send_by});
    } else {
      calls_.emplace(id, Call{Call::Kind::CancelRead, {job->action}, now.mono, {}});
      out.commands().push_back(
          GetAction{id, options_.name, job->action, token, now.mono + kReadTimeout, send_by});
    }
  }
  cancels_first_ = cancel_wait_ || (canceller_.wants_calls() && !others_turn_);
}

void Region::reread(const Call& call, ActionRead& read, Now now, StepWriter& out) {
  (void)answered(call, read.outcome, read.server_date, now, out);
  const ActionId& id = call.ids.front();
  if (!read.outcome.ok()) {
    // Whether it is gone is found out where everything missing is.
    if (read.outcome.reason == Reason::NotFound) lookups_.add(id, now.mono);
    canceller_.reread_failed(id, read.outcome, cancel_time(now), out);
    return;
  }
  MACTIOND_ASSERT(read.action);
  observe(*read.action, Source::Cancel, now, out);
  const Tracker::Known* known = tracker_.find(id);
  const bool current = known != nullptr && known->status == read.action->status &&
                       known->stamp == read.action->stamp();
  canceller_.reread(*read.action, current, cancel_time(now), out);
}

void Region::on(const CancelAnswered& answer, Now now, StepWriter& out) {
  const Call call = end_call(answer.command);
  Disposition outcome = answer.outcome;
  const bool again = answered(call, outcome, answer.server_date, now, out);
  canceller_.posted(call.ids.front(), outcome, again, cancel_time(now), out);
}

Explanations Region::explain(const PolicyTrial* trial, int total, Now now, std::size_t most) const {
  return canceller_.explain(trial, total, cancel_time(now), most);
}

bool Region::ask_cancel(const AskCancel& asked, Now now, StepWriter& out) {
  if (tracker_.find(asked.action) == nullptr) return false;
  canceller_.ask(asked, cancel_time(now), out);
  return true;
}

}  // namespace mactiond::core

#include <algorithm>

#include "base/error.hpp"
#include "core/region/region.hpp"
#include "core/region/retry_after.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kReadTimeout = 30s;
constexpr Duration kPostTimeout = 30s;

}  // namespace

CancelTime Region::cancel_time(Now now) const {
  const bool swept = sweeps_.swept(clock_.jumped());
  return {now,
          clock_.at(now.mono),
          clock_.uncertainty(),
          clock_.jumped(),
          calls_.limiter().sustained(),
          swept,
          clock_.moment(now.mono),
          login_.token.fetched_at()};
}

void Region::advance_cancels(Now now, const Secret& token, StepWriter& out) {
  const CancelTime time = cancel_time(now);
  CallTurns& turns = calls_.turns();
  turns.forget_cancel_wait();
  const Limiter& limiter = calls_.limiter();
  canceller_.decide(time, {limiter.available(Lane::Cancel, now.mono), limiter.burst()}, out);
  while (const auto job = canceller_.job(time)) {
    if (const auto wait = calls_.take(Lane::Cancel, now, out)) {
      turns.cancel_waits(*wait);
      break;
    }
    canceller_.sent(*job, time, out);
    const MonoTime send_by = now.mono + kSendWithin;
    const bool posts = job->call == CancelCall::Post;
    const auto kind = posts ? Call::Kind::CancelPost : Call::Kind::CancelRead;
    const CommandId id = calls_.begin({kind, {job->action}, now.mono}, out);
    if (posts) {
      turns.posted();
      out.commands().push_back(CancelAction{id, options_.name, job->action, job->comment, token,
                                            now.mono + kPostTimeout, send_by});
    } else {
      out.commands().push_back(
          GetAction{id, options_.name, job->action, token, now.mono + kReadTimeout, send_by});
    }
  }
  turns.end_cancels(canceller_.wants_calls());
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
  if (asking_.held.end_wait_for(id)) show_held(now, out);
  observe(*read.action, ReadBy::Cancel, now, out);
  canceller_.reread(*read.action, tracker_.is_newest(*read.action), cancel_time(now), out);
}

void Region::on(const CancelAnswered& answer, Now now, StepWriter& out) {
  const Call call = calls_.end(answer.command);
  Outcome outcome = answer.outcome;
  cap_retry_after(outcome);
  const bool again = answered(call, outcome, answer.server_date, now, out);
  canceller_.posted(call.ids.front(), outcome, again, cancel_time(now), out);
}

Explanations Region::explain(const PolicyTrial* trial, int total, Now now, std::size_t most) const {
  return canceller_.explain(trial, total, cancel_time(now), most);
}

bool Region::ask_cancel(const AskCancel& asked, Now now, StepWriter& out) {
  if (tracker_.find(asked.action) == nullptr) return false;
  out.reply(canceller_.ask(asked, cancel_time(now), out));
  return true;
}

}  // namespace mactiond::core

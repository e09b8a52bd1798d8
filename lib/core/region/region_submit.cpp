#include <optional>
#include <string>
#include <variant>

#include "core/region/region.hpp"
#include "core/region/retry_after.hpp"

// The submissions of a region: their calls, their answers, and the cancels of what is in their way.

namespace mactiond::core {
namespace {

/// Why the cancel is not possible; nothing where it is asked for or in progress, and where there is
/// nothing to cancel any more.
std::optional<std::string> refusal_of(const Reply& reply) {
  const auto* refused = std::get_if<Refused>(&reply);
  const auto* cancel = refused ? std::get_if<CancelRefused>(&refused->reason) : nullptr;
  if (cancel == nullptr) return std::nullopt;
  const bool passes =
      cancel->guard == CancelGuard::UnderWay || cancel->guard == CancelGuard::NotOpen;
  return passes ? std::nullopt : std::optional(std::string(to_string(cancel->guard)));
}

}  // namespace

SubmitTime Region::submit_time(Now now) const {
  return {now, clock_.at(now.mono), clock_.uncertainty(), submissions_.boot_id(),
          login_.token.fetched_at()};
}

void Region::advance_submissions(const Secret* token, int most, Now now, StepWriter& out) {
  const bool degraded = health_.degraded().has_value();
  submissions_.send(submit_time(now), {token, degraded, most}, calls_, out);
}

bool Region::cancel_blockers(Now now, StepWriter& out) {
  for (const FailedCancel& failed : canceller_.take_failed()) {
    submissions_.cancel_failed(failed.action, failed.why, submit_time(now), out);
  }
  const auto cancels = submissions_.take_cancels();
  for (const BlockerCancel& cancel : cancels) {
    if (canceller_.is_under_way(cancel.ask.action)) continue;
    const auto why = refusal_of(canceller_.ask(cancel.ask, cancel_time(now), out));
    if (why) submissions_.cancel_refused(cancel.submission, *why, submit_time(now), out);
  }
  return !cancels.empty();
}

void Region::on(ActionStarted started, Now now, StepWriter& out) {
  const Call call = calls_.end(started.command);
  StartAnswer& answer = started.answer;
  cap_retry_after(answer.outcome);
  (void)answered(call, answer.outcome, started.server_date, now, out);
  if (answer.action) observe(*answer.action, ReadBy::List, now, out);
  submissions_.answered(call.submission, answer, submit_time(now), out);
}

}  // namespace mactiond::core

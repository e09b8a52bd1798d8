#include <algorithm>
#include <utility>

#include "action/api_method.hpp"
#include "base/error.hpp"
#include "core/cancel/cancel_events.hpp"
#include "core/cancel/cancel_follower.hpp"

// What the answers to a decision's calls mean, and its end.

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// A decision waits this long until its action is stale by a clock that was corrected since.
constexpr Duration kClockSlack = 5min;
/// Until it is looked at again whether the machine is known. Each time costs a re-read.
constexpr Duration kMachineWait = 10min;

Duration retry_after(const Outcome& outcome) { return outcome.retry_after.value_or(Duration{}); }

/// The API said for certain that it did not accept the POST.
bool is_refusal(Reason reason) {
  switch (reason) {
    case Reason::Throttled:
    case Reason::Permission:
    case Reason::Auth:
    case Reason::Rejected:
    case Reason::Query:
    case Reason::NotFound:
    case Reason::Gone:
    case Reason::Redirect:
      return true;
    default:
      return false;
  }
}

EventType event_of(Decision::State state) {
  if (state == Decision::State::Confirmed) return EventType::CancelConfirmed;
  return state == Decision::State::Overtaken ? EventType::CancelOvertaken : EventType::CancelFailed;
}

CancelResult result_of(Decision::State state) {
  if (state == Decision::State::Confirmed) return CancelResult::Confirmed;
  return state == Decision::State::Overtaken ? CancelResult::Overtaken : CancelResult::Failed;
}

}  // namespace

void CancelFollower::recorded(const ActionId& action, WallTime when) {
  if (CancelAttempt* attempt = find(action)) attempt->recorded(when);
}

void CancelFollower::ended(const MachineAction& action, const CancelTime& time, StepWriter& out) {
  CancelAttempt* attempt = find(action.id);
  if (attempt == nullptr) return;
  const Decision& decision = attempt->decision();
  const bool unanswered = decision.state == Decision::State::Posted && decision.unsure;
  const bool cancelled = action.status.known() == ActionStatus::Known::Cancelled;
  // Two cancels of one action carry two comments; where the API shows none it may well be ours.
  const bool other =
      !action.cancellation_comment.empty() && action.cancellation_comment != decision.comment;
  const bool ours = decision.state == Decision::State::Accepted || (unanswered && !other);
  const auto happened = action.impossible_stamp ? std::nullopt : action.last_update;
  if (unanswered && cancelled && ours) accept(*attempt, happened, time, out);
  if (happened) attempt->recorded(*happened);
  if (!cancelled || !ours) {
    end(action.id, Decision::State::Overtaken, std::string(action.status.text()), 0, time, out);
    return;
  }
  end(action.id, Decision::State::Confirmed, {}, completed_commands(action), time, out);
}

void CancelFollower::vanished(const ActionId& action, const CancelTime& time, StepWriter& out) {
  if (find(action) == nullptr) return;
  end(action, Decision::State::Failed, "the action vanished", 0, time, out);
}

void CancelFollower::reread(const MachineAction& action, bool current, const StaleWatch& watch,
                            const CancelTime& time, StepWriter& out) {
  // The end that the read showed may have ended the decision already.
  CancelAttempt* attempt = find(action.id);
  if (attempt == nullptr) return;
  attempt->was_found();
  if (!current) return reread_unusable(*attempt, "older than what is known", {}, time, out);
  attempt->reread_answered(time.now.mono);
  if (action.status.is_final()) return ended(action, time, out);
  const Decision& decision = attempt->decision();
  if (decision.unsure && action.cancellation_noted) accept(*attempt, std::nullopt, time, out);
  if (decision.state == Decision::State::Accepted) return;
  const Standing stands = standing(decision, watch, time);
  if (stands.guard == CancelGuard::MachineUnknown) {
    return attempt->allow_post(time.now.mono + kMachineWait, time.now.mono);
  }
  if (stands.guard || stands.stale_in > kClockSlack) {
    // A POST of ours may yet take effect.
    if (decision.unsure) return attempt->await_end();
    end(action.id, Decision::State::Overtaken, std::string(action.status.text()), 0, time, out);
    return;
  }
  if (!attempt->may_post_again()) {
    end(action.id, Decision::State::Failed, decision.answer, 0, time, out);
    return;
  }
  // Each answer makes the API's clock known better, which may set it back a little.
  attempt->allow_post(time.now.mono + stands.stale_in, time.now.mono);
}

void CancelFollower::reread_failed(const ActionId& action, const Outcome& outcome,
                                   const CancelTime& time, StepWriter& out) {
  CancelAttempt* attempt = find(action);
  if (attempt == nullptr) return;
  if (outcome.reason != Reason::NotFound) {
    return reread_unusable(*attempt, describe(outcome), retry_after(outcome), time, out);
  }
  if (!attempt->not_found(time.now.mono)) return;
  end(action, Decision::State::Failed, "the action is not found any more", 0, time, out);
}

void CancelFollower::reread_unusable(CancelAttempt& attempt, const std::string& why, Duration wait,
                                     const CancelTime& time, StepWriter& out) {
  if (!attempt.reread_unusable(wait, time.now.mono)) return;
  end(attempt.decision().action, Decision::State::Failed, "the action cannot be read again: " + why,
      0, time, out);
}

void CancelFollower::posted(const ActionId& action, const Outcome& outcome, bool again,
                            const CancelTime& time, StepWriter& out) {
  CancelAttempt* attempt = find(action);
  if (attempt == nullptr) return;
  attempt->post_answered(outcome.ok() ? std::to_string(outcome.status) : describe(outcome));
  if (outcome.ok()) return accept(*attempt, std::nullopt, time, out);
  if (is_refusal(outcome.reason)) return refused(*attempt, outcome, again, time, out);
  attempt->post_in_doubt(retry_after(outcome), time.now.mono);
  out.batch().decisions.push_back(attempt->decision());
}

void CancelFollower::refused(CancelAttempt& attempt, const Outcome& outcome, bool again,
                             const CancelTime& time, StepWriter& out) {
  const Decision& decision = attempt.decision();
  if (outcome.reason == Reason::Permission && attempt.role_missing()) {
    const std::string permission = permission_for(decision.type);
    ledger_.forbid(region_, decision.type);
    out.log(LogEntry::Level::Error, "cancel_forbidden",
            {{"region", region_}, {"permission", permission}});
    const std::string missing =
        "permission: the app registration lacks " + permission + " (" + decision.answer + ")";
    return end(decision.action, Decision::State::Failed, missing, 0, time, out);
  }
  if (outcome.reason == Reason::Permission) {
    attempt.post_refused_for_role(time.now.mono);
  } else if (again) {
    attempt.post_refused_for_token(time.now.mono);
  } else {
    attempt.post_refused(retry_after(outcome), time.now.mono);
  }
  out.batch().decisions.push_back(decision);
}

void CancelFollower::accept(CancelAttempt& attempt, std::optional<WallTime> latest,
                            const CancelTime& time, StepWriter& out) {
  attempt.accepted();
  const Decision& decision = attempt.decision();
  ledger_.changed(decision);
  out.batch().decisions.push_back(decision);
  out.cancel({region_, decided_by(decision), CancelResult::Requested});
  // The API may have cancelled the action before its answer arrived.
  const auto& posted = decision.posted;
  const bool same_boot = posted && posted->boot_id == ledger_.boot_id();
  WallTime when = same_boot ? time.earliest(posted->mono) : time.stamp();
  when = std::min(std::max(when, attempt.recorded()), latest.value_or(WallTime::max()));
  attempt.recorded(when);
  out.record(cancel_event(EventType::CancelRequested, decision, 0, when), time.now.wall);
}

void CancelFollower::end(const ActionId& action, Decision::State state, std::string outcome,
                         int completed_commands, const CancelTime& time, StepWriter& out) {
  auto row = attempts_.extract(action);
  MACTIOND_ASSERT(!row.empty());
  if (state == Decision::State::Failed) failed_.push_back({action, outcome});
  const WallTime when = std::max(time.stamp(), row.mapped().recorded());
  const Decision decision = std::move(row.mapped()).end(state, std::move(outcome), when);
  ledger_.changed(decision);
  out.batch().decisions.push_back(decision);
  room_changed_ = true;
  out.cancel({region_, decided_by(decision), result_of(state)});
  out.record(cancel_event(event_of(state), decision, completed_commands, when), time.now.wall);
}

}  // namespace mactiond::core

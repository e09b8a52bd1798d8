#include <string>
#include <utility>

#include "action/submission_comment.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "core/elapsed.hpp"
#include "core/submit/submission_follower.hpp"
#include "core/submit/submit_answer.hpp"

// What answers and lists mean for a submission, and its end.

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// Only a list that begins so long after the POST says that there is no action of it.
constexpr Duration kShownWithin = 15min;

/// The tag alone names the submission: nobody else knows it before it is sent. The creation is
/// compared only roughly, because the API's clock may have been set meanwhile, and an action that
/// is not recognized would be reported as lost.
constexpr Duration kCreatedBefore = kClockOffMax;

std::string words_of(const Outcome& outcome) {
  return outcome.ok() ? std::to_string(outcome.status) : describe(outcome);
}

SubmissionState end_of(const ActionStatus& status) {
  switch (status.known()) {
    case ActionStatus::Known::Succeeded:
      return SubmissionState::Succeeded;
    case ActionStatus::Known::TimeOut:
      return SubmissionState::TimedOut;
    case ActionStatus::Known::Cancelled:
      return SubmissionState::Cancelled;
    default:
      return SubmissionState::Failed;
  }
}

/// Of an end; the others are those of the action.
bool is_reported(SubmissionState state) {
  return state == SubmissionState::Refused || state == SubmissionState::Lost ||
         state == SubmissionState::Expired;
}

/// The API does not document under which type it lists the containment of an unmanaged device.
bool is_of_unknown_type(const ActionRequest& request) {
  const auto* isolate = std::get_if<Isolate>(&request);
  return isolate != nullptr && isolate->scope == Isolate::Scope::UnManagedDevice;
}

bool was_made_by(const Submission& row, const MachineAction& action) {
  if (!row.posted || !iequals(action.machine_id, row.order.machine)) return false;
  if (action.type != type_of(row.order.request) && !is_of_unknown_type(row.order.request)) {
    return false;
  }
  const WallTime left = earliest(*row.posted);
  return !action.created || *action.created >= left - kCreatedBefore;
}

}  // namespace

bool SubmissionFollower::is_missed(const MachineAction& action) const {
  const Submission* row = find(std::string(tagged_submission(action.requestor_comment)));
  return row != nullptr && row->state <= SubmissionState::Sent && was_made_by(*row, action);
}

void SubmissionFollower::shown(const MachineAction& action, const SubmitTime& time,
                               SubmitOutput& out) {
  if (!is_missed(action)) return;
  take(*attempt(std::string(tagged_submission(action.requestor_comment))), action, time, out);
}

void SubmissionFollower::seen(const MachineAction& action, const SubmitTime& time,
                              SubmitOutput& out) {
  if (action.status.is_final()) {
    watch_.drop(action.id);
  } else {
    restore_open(action);
  }
  shown(action, time, out);
  follow(action, time, out);
}

void SubmissionFollower::follow(const MachineAction& action, const SubmitTime& time,
                                SubmitOutput& out) {
  const auto serial = by_action_.find(action.id);
  if (serial == by_action_.end()) return;
  SubmissionAttempt& attempt = attempts_.at(serial->second);
  attempt.seen();
  if (!action.status.is_final()) return;
  // The row and its key are kept from here on; the action's own stamp may be older than both.
  end(attempt, end_of(action.status), {}, time.moment(), out);
}

void SubmissionFollower::take(SubmissionAttempt& attempt, const MachineAction& action,
                              const SubmitTime& time, SubmitOutput& out) {
  attempt.taken(action.id, action.created.value_or(time.moment()), time.now.mono);
  by_action_.insert_or_assign(action.id, by_id_.at(attempt.row().id));
  store(attempt, out);
  out.reports.push_back({attempt.row(), *attempt.row().submitted});
}

bool SubmissionFollower::may_be_too_new(const ActionId& action, MonoTime now) const {
  const auto serial = by_action_.find(action);
  return serial != by_action_.end() && attempts_.at(serial->second).may_be_too_new(now);
}

void SubmissionFollower::vanished(const ActionId& action, const SubmitTime& time) {
  watch_.drop(action);
  const auto serial = by_action_.find(action);
  if (serial != by_action_.end()) attempts_.at(serial->second).not_found(time.now.mono);
}

void SubmissionFollower::listed(const ListRead& list, const SubmitTime& time, SubmitOutput& out) {
  if (first_guard(SubmitMoment::CompareStamps, {}, time)) return;
  for (auto row = attempts_.begin(); row != attempts_.end();) {
    SubmissionAttempt& attempt = (row++)->second;
    if (!attempt.in_doubt()) continue;
    const SubmitStamp& posted = attempt.row().posted.value();
    const bool covers = list.since <= earliest(posted);
    if (!covers || least_until(posted, time.boot_id, list.begun) < kShownWithin) continue;
    end(attempt, SubmissionState::Lost, "no_answer", time.moment(), out);
  }
}

ActionId SubmissionFollower::named_blocker(const SubmissionOrder& order,
                                           const StartAnswer& answer) const {
  if (answer.action) return answer.action->id;
  // The text may name something else.
  const auto& named = answer.blocker;
  if (named && watch_.is_open(*named, order.machine)) return *named;
  if (auto likely = watch_.likely(order.machine, type_of(order.request))) return *likely;
  return named && !watch_.is_elsewhere(*named, order.machine) ? *named : ActionId{};
}

void SubmissionFollower::answered(const std::string& id, const StartAnswer& answer,
                                  const SubmitTime& time, SubmitOutput& out) {
  SubmissionAttempt* found = attempt(id);
  if (found == nullptr) return;
  const bool decides = found->in_progress();
  found->answered(words_of(answer.outcome));
  // An answer or a list has shown its action already.
  if (!decides) return store(*found, out);
  const Duration wait = answer.outcome.retry_after.value_or(Duration{});
  switch (judge(found->row(), answer)) {
    case SubmitResult::Taken:
      take(*found, *answer.action, time, out);
      return follow(*answer.action, time, out);
    case SubmitResult::Blocked:
      return block(*found, named_blocker(found->row().order, answer), time, out);
    case SubmitResult::NoEffect:
      if (answer.outcome.reason == Reason::Auth && !answer.unsent) {
        found->needs_new_token(time.now.mono);
      } else {
        found->had_no_effect(wait, time.now.mono);
      }
      return store(*found, out);
    case SubmitResult::Refused:
      return end(*found, SubmissionState::Refused, std::string(refusal_word(answer.outcome)),
                 time.moment(), out);
    case SubmitResult::Doubt:
      return store(*found, out);
  }
}

void SubmissionFollower::end(SubmissionAttempt& attempt, SubmissionState state,
                             const std::string& reason, WallTime when, SubmitOutput& out) {
  attempt.end(state, reason, when);
  store(attempt, out);
  const Submission& row = attempt.row();
  if (is_reported(state)) out.reports.push_back({row, when});
  by_action_.erase(row.action);
  const auto serial = by_id_.extract(row.id);
  attempts_.erase(serial.mapped());
}

}  // namespace mactiond::core

#include "core/submit/submit_answer.hpp"

#include "action/submission_comment.hpp"

namespace mactiond::core {
namespace {

SubmitResult judge_action(const Submission& submission, const MachineAction& action) {
  if (tagged_submission(action.requestor_comment) == submission.id) return SubmitResult::Taken;
  // Without a comment it may be ours or not.
  return action.requestor_comment.empty() ? SubmitResult::Doubt : SubmitResult::Blocked;
}

}  // namespace

SubmitResult judge(const Submission& submission, const StartAnswer& answer) {
  const Outcome& outcome = answer.outcome;
  if (answer.unsent) return SubmitResult::NoEffect;
  if (outcome.ok()) {
    return answer.action ? judge_action(submission, *answer.action) : SubmitResult::Doubt;
  }
  if (answer.busy) return SubmitResult::Blocked;
  switch (outcome.reason) {
    case Reason::Throttled:
      return SubmitResult::NoEffect;
    case Reason::Auth:
      // Where there is no status, no answer of the API said so.
      return outcome.status == 401 ? SubmitResult::NoEffect : SubmitResult::Doubt;
    case Reason::Permission:
    case Reason::NotFound:
    case Reason::Gone:
    case Reason::Query:
    case Reason::Rejected:
    case Reason::Redirect:
      // Another page shows what the request did.
      if (outcome.status == 303) return SubmitResult::Doubt;
      return outcome.status != 0 ? SubmitResult::Refused : SubmitResult::Doubt;
    default:
      return SubmitResult::Doubt;
  }
}

std::string_view refusal_word(const Outcome& outcome) {
  if (outcome.reason == Reason::NotFound) return "machine_not_found";
  return outcome.reason == Reason::Permission ? "permission" : "rejected";
}

}  // namespace mactiond::core

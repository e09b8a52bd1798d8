#include "core/submit/submit_answer.hpp"

#include <algorithm>
#include <cstddef>

#include "action/submission_comment.hpp"
#include "base/text.hpp"

namespace mactiond::core {
namespace {

constexpr std::string_view kGuid = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

bool is_guid(std::string_view text) {
  return std::equal(text.begin(), text.end(), kGuid.begin(), kGuid.end(),
                    [](char c, char form) { return form == '-' ? c == '-' : is_hex(c); });
}

/// docs/defender-api.md: the code, or words that differ between reports. 409 and 412 are not
/// documented for these methods and can mean nothing else.
bool says_busy(const Outcome& outcome) {
  if (outcome.status == 409 || outcome.status == 412) return true;
  if (outcome.status != 400) return false;
  const std::string text = to_lower(outcome.detail);
  return text.find("activerequestalreadyexists") != std::string::npos ||
         text.find("already in progress") != std::string::npos;
}

SubmitResult judge_action(const Submission& submission, const MachineAction& action) {
  if (tagged_submission(action.requestor_comment) == submission.id) return SubmitResult::Taken;
  // Without a comment it may be ours or not.
  return action.requestor_comment.empty() ? SubmitResult::Doubt : SubmitResult::Blocked;
}

}  // namespace

SubmitResult judge(const Submission& submission, const SubmitAnswer& answer) {
  const Outcome& outcome = answer.outcome;
  if (answer.unsent) return SubmitResult::NoEffect;
  if (outcome.ok()) {
    return answer.action ? judge_action(submission, *answer.action) : SubmitResult::Doubt;
  }
  if (says_busy(outcome)) return SubmitResult::Blocked;
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
      return outcome.status != 0 ? SubmitResult::Refused : SubmitResult::Doubt;
    default:
      return SubmitResult::Doubt;
  }
}

std::string_view refusal_word(const Outcome& outcome) {
  if (outcome.reason == Reason::NotFound) return "machine_not_found";
  return outcome.reason == Reason::Permission ? "permission" : "rejected";
}

std::optional<ActionId> named_action(std::string_view text) {
  const std::string lower = to_lower(text);
  const std::string_view all = lower;
  for (std::size_t at = 0; at + kGuid.size() <= all.size(); ++at) {
    const std::string_view part = all.substr(at, kGuid.size());
    if (is_guid(part)) return ActionId{std::string(part)};
  }
  return std::nullopt;
}

}  // namespace mactiond::core

#include "core/submit/submission_events.hpp"

#include <string>

#include "base/json_text.hpp"
#include "core/submit/submit_guard.hpp"

namespace mactiond::core {
namespace {

EventType event_type_of(SubmissionNews news) {
  switch (news) {
    case SubmissionNews::Submitted:
      return EventType::SubmissionSubmitted;
    case SubmissionNews::Refused:
      return EventType::SubmissionRefused;
    case SubmissionNews::Lost:
      return EventType::SubmissionLost;
    case SubmissionNews::Expired:
      return EventType::SubmissionExpired;
  }
  return EventType::SubmissionLost;
}

/// The word that scripts look for, then what the API said.
std::string reason_of(const SubmissionReport& report) {
  const Submission& submission = report.submission;
  const bool says_all =
      submission.answer.empty() || submission.reason == to_string(SubmitGuard::Disabled);
  if (report.news == SubmissionNews::Submitted || says_all) return submission.reason;
  return submission.reason + ": " + submission.answer;
}

}  // namespace

EventRecord submission_event(const SubmissionReport& report) {
  const Submission& submission = report.submission;
  const ActionType type = type_of(submission.order.request);
  EventRecord event;
  event.type = event_type_of(report.news);
  event.id = make_event_id(event.type, submission.id, {});
  event.time = report.when;
  event.region = submission.order.region;
  event.action = submission.action;
  event.subject.type = type.text();
  JsonMembers fields;
  fields.add("submission_id", submission.id);
  fields.add("requested_by", submission.order.by.name);
  if (!submission.order.by.note.empty()) fields.add("requested_by_note", submission.order.by.note);
  fields.add("machine_id", submission.order.machine);
  fields.add("action_type", type.text());
  if (!submission.action.value.empty()) fields.add("action_id", submission.action.value);
  if (const std::string reason = reason_of(report); !reason.empty()) fields.add("reason", reason);
  if (!submission.blocked_by.value.empty()) fields.add("blocked_by", submission.blocked_by.value);
  event.fields = fields.text();
  return event;
}

}  // namespace mactiond::core

#include "core/submit/submission_events.hpp"

#include <string>

#include "base/json_text.hpp"

namespace mactiond::core {
namespace {

EventType event_type_of(SubmissionState state) {
  switch (state) {
    case SubmissionState::Submitted:
      return EventType::SubmissionSubmitted;
    case SubmissionState::Lost:
      return EventType::SubmissionLost;
    case SubmissionState::Expired:
      return EventType::SubmissionExpired;
    default:
      return EventType::SubmissionRefused;
  }
}

/// The word that scripts look for, then what the API said.
std::string reason_of(const SubmissionReport& report) {
  const Submission& submission = report.submission;
  const bool says_all = submission.state == SubmissionState::Submitted;
  if (says_all || submission.answer.empty()) return submission.reason;
  return submission.reason + ": " + submission.answer;
}

}  // namespace

EventRecord submission_event(const SubmissionReport& report) {
  const Submission& submission = report.submission;
  const ActionType type = type_of(submission.order.request);
  EventRecord event;
  event.type = event_type_of(submission.state);
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

#include "core/submit/submission_events.hpp"

#include <string>

#include "base/json_text.hpp"
#include "core/submit/submit_guard.hpp"

namespace mactiond::core {
namespace {

/// The word that scripts look for, then what the API said.
std::string reason_of(const SubmissionReport& report) {
  const Submission& submission = report.submission;
  const bool says_all =
      submission.answer.empty() || submission.reason == to_string(SubmitGuard::Disabled);
  if (report.news == SubmissionNews::Submitted || says_all) return submission.reason;
  return submission.reason + ": " + submission.answer;
}

}  // namespace

EventRecord submission_event(EventType type, const SubmissionReport& report) {
  const Submission& submission = report.submission;
  EventRecord event;
  event.type = type;
  event.id = make_event_id(type, submission.id, {});
  event.time = report.when;
  event.region = submission.order.region;
  event.action = submission.action;
  JsonMembers fields;
  fields.add("submission_id", submission.id);
  fields.add("requested_by", submission.order.by.name);
  if (!submission.order.by.note.empty()) fields.add("requested_by_note", submission.order.by.note);
  if (const std::string reason = reason_of(report); !reason.empty()) fields.add("reason", reason);
  if (!submission.blocked_by.value.empty()) fields.add("blocked_by", submission.blocked_by.value);
  event.fields = fields.text();
  return event;
}

}  // namespace mactiond::core

#include "format/summary.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "action/machine_action.hpp"
#include "action/stamps.hpp"
#include "base/iso_time.hpp"
#include "format/text.hpp"
#include "json/object.hpp"

namespace mactiond::format {
namespace {

using core::EventType;
using Status = ActionStatus::Known;

constexpr std::size_t kTitleBytes = 250;
constexpr std::size_t kNameBytes = 80;
constexpr std::size_t kValueBytes = 1000;

std::string or_else(std::string_view text, std::string_view other) {
  return clip_line(text.empty() ? other : text, kNameBytes);
}

std::string machine_of(const Facts& facts) {
  for (const std::string_view name : {facts.of_action("computerDnsName"),
                                      facts.of_action("machineId"), facts.of_event("machine_id")}) {
    if (!name.empty()) return or_else(name, {});
  }
  return "an unnamed machine";
}

/// "Isolate on srv-db-01"
std::string subject_of(const Facts& facts) {
  const std::string_view type = facts.of_action("type");
  return or_else(type.empty() ? facts.of_event("action_type") : type, "Machine action") + " on " +
         machine_of(facts);
}

std::string what_became(std::string_view to) {
  switch (ActionStatus::parse(to).known()) {
    case Status::Pending:
      return "is pending";
    case Status::InProgress:
      return "is in progress";
    case Status::Succeeded:
      return "succeeded";
    case Status::Failed:
      return "failed";
    case Status::TimeOut:
      return "timed out";
    case Status::Cancelled:
      return "was cancelled";
    case Status::Unknown:
      break;
  }
  return "is " + or_else(to, "in an unknown state");
}

std::string stale_title(const Facts& facts) {
  std::string title = subject_of(facts) + " is stale";
  if (const auto age = facts.event_number("age_s")) {
    title += fmt::format(": {} for {}", or_else(facts.of_action("status"), "open"),
                         duration_words(std::chrono::seconds(*age)));
  }
  return title;
}

std::string suppressed_title(const Facts& facts) {
  const std::string_view policy = facts.of_event("policy");
  if (policy.empty()) return "Cancelling is held back by a limit";
  return "Cancelling by policy " + or_else(policy, {}) + " is held back by a limit";
}

std::string counted(std::int64_t count, std::string_view what) {
  return fmt::format("{} {} action{}", count, what, count == 1 ? "" : "s");
}

std::string baseline_title(const core::EventRecord& event, const Facts& facts) {
  return "Region " + or_else(event.region, "?") +
         " is followed now: " + counted(facts.event_number("open").value_or(0), "open") + ", " +
         counted(facts.event_number("finished").value_or(0), "finished");
}

std::string expiring_title(const core::EventRecord& event, const Facts& facts) {
  const std::int64_t days = facts.event_number("days").value_or(0);
  std::string title = "The credential of region " + or_else(event.region, "?");
  if (days <= 0) return title + " has ended";
  return title + fmt::format(" ends within {} day{}", days, days == 1 ? "" : "s");
}

std::string reason_in_title(const Facts& facts) {
  const std::string_view reason = facts.of_event("reason");
  return reason.empty() ? std::string() : ": " + clip_line(reason, kNameBytes);
}

std::string title_of(const core::EventRecord& event, const Facts& facts) {
  const auto webhook = [&] { return "Webhook " + or_else(facts.of_event("webhook"), "?"); };
  switch (event.type) {
    case EventType::ActionTransition:
      return subject_of(facts) + ' ' + what_became(facts.of_event("to"));
    case EventType::ActionStale:
      return stale_title(facts);
    case EventType::ActionVanished:
      return subject_of(facts) + " has vanished from the API";
    case EventType::CancelRequested:
      return "Cancel of " + subject_of(facts) + " was requested";
    case EventType::CancelConfirmed:
      return "Cancel of " + subject_of(facts) + " is confirmed";
    case EventType::CancelOvertaken:
      return "Cancel of " + subject_of(facts) + " came too late: it " +
             what_became(facts.of_event("status"));
    case EventType::CancelFailed:
      return "Cancel of " + subject_of(facts) + " failed" + reason_in_title(facts);
    case EventType::CancelSuppressed:
      return suppressed_title(facts);
    case EventType::SubmissionSubmitted:
      return subject_of(facts) + " was submitted";
    case EventType::SubmissionRefused:
      return "Submission of " + subject_of(facts) + " was refused" + reason_in_title(facts);
    case EventType::SubmissionLost:
      return "Submission of " + subject_of(facts) + " is lost: its outcome is unknown";
    case EventType::SubmissionExpired:
      return "Submission of " + subject_of(facts) + " was not sent in time" +
             reason_in_title(facts);
    case EventType::RegionDegraded:
      return "Region " + or_else(event.region, "?") + " is degraded" + reason_in_title(facts);
    case EventType::RegionBaseline:
      return baseline_title(event, facts);
    case EventType::CredentialExpiring:
      return expiring_title(event, facts);
    case EventType::RegionRecovered:
      return "Region " + or_else(event.region, "?") + " has recovered";
    case EventType::WebhookPaused:
      return webhook() + " is paused" + reason_in_title(facts);
    case EventType::WebhookResumed:
      return webhook() + " takes events again";
    case EventType::WebhookFailing:
      return webhook() + " is failing" + reason_in_title(facts);
    case EventType::WebhookRecovered:
      return webhook() + " has recovered";
    case EventType::WebhookDisabled:
      return webhook() + " is disabled" + reason_in_title(facts);
    case EventType::WebhookDeadLettered:
      return webhook() + " did not take an event" + reason_in_title(facts);
    case EventType::StoreRecovered:
      return "The store of mactiond was recovered" + reason_in_title(facts);
    case EventType::WebhookTest:
      return webhook() + " is tested: nothing has happened";
  }
  return std::string(core::to_string(event.type));
}

std::string name_of(const core::EventRecord& event) {
  std::string name(core::to_string(event.type));
  if (event.seq != 0) name += ' ' + std::to_string(event.seq);
  return name;
}

/// Collects what has a value.
class Lines {
 public:
  Lines& add(std::string_view label, std::string_view value) {
    if (!value.empty()) lines_.push_back({std::string(label), clip(value, kValueBytes)});
    return *this;
  }
  std::vector<Line> take() { return std::move(lines_); }

 private:
  std::vector<Line> lines_;
};

std::string change_of(const Facts& facts) {
  const std::string_view to = facts.of_event("to");
  if (to.empty()) return {};
  const std::string_view from = facts.of_event("from");
  std::string change = fmt::format("{} \xE2\x86\x92 {}", from.empty() ? "first seen" : from, to);
  if (is_true(facts.fields(), "correction")) change += " (corrected after its end)";
  return change;
}

std::string with_detail(std::string_view text, std::string_view detail) {
  if (text.empty() || detail.empty()) return std::string(text);
  return fmt::format("{} ({})", text, detail);
}

void add_submission_lines(const Facts& facts, Lines& lines) {
  lines.add("Submitted by", facts.of_event("requested_by"));
  if (facts.action().empty()) lines.add("Machine", facts.of_event("machine_id"));
  lines.add("Blocked by", facts.of_event("blocked_by"));
  lines.add("Submission", facts.of_event("submission_id"));
}

void add_event_lines(const core::EventRecord& event, const Facts& facts, Lines& lines) {
  lines.add("Change", change_of(facts));
  if (const auto oldest = facts.event_number("oldest_open_s")) {
    lines.add("Oldest open", duration_words(std::chrono::seconds(*oldest)));
  }
  lines.add("Ends", facts.of_event("expires"));
  lines.add("Reason", facts.of_event("reason"));
  if (const auto waiting = facts.event_number("waiting")) {
    lines.add("Waiting", std::to_string(*waiting) + " events");
  }
  lines.add("Policy", facts.of_event("policy"));
  lines.add("Operator", facts.of_event("operator"));
  add_submission_lines(facts, lines);
  if (event.type == EventType::ActionStale) {
    const bool dry = is_true(facts.fields(), "would_cancel");
    lines.add("Cancel", dry ? "would be cancelled (dry run)" : "");
  }
  if (const auto limit = facts.event_number("limit")) lines.add("Limit", std::to_string(*limit));
  lines.add("Limit", facts.of_event("limit"));
}

void add_machine_lines(const Facts& facts, Lines& lines) {
  lines.add("Machine group", facts.of_machine("rbacGroupName"));
  lines.add("Machine tags", facts.machine_tags());
  lines.add("Platform",
            with_detail(facts.of_machine("osPlatform"), facts.of_machine("healthStatus")));
}

void add_action_lines(const core::EventRecord& event, const Facts& facts, Lines& lines) {
  lines.add("Machine",
            with_detail(facts.of_action("computerDnsName"), facts.of_action("machineId")));
  if (facts.of_action("computerDnsName").empty()) {
    lines.add("Machine", facts.of_action("machineId"));
  }
  lines.add("Requested by",
            with_detail(facts.of_action("requestor"), facts.of_action("requestSource")));
  lines.add("Comment", facts.of_action("requestorComment"));
  lines.add("Cancelled by", facts.of_action("cancellationRequestor"));
  lines.add("Cancel comment", facts.of_action("cancellationComment"));
  if (const auto code = facts.action_number("errorHResult"); code && *code != 0) {
    lines.add("Error code", hresult_text(*code));
  }
  if (const auto age = age_of(event, facts)) {
    lines.add("Age", duration_words(*age) + " since it was requested");
  }
  lines.add("Scope", facts.of_action("scope"));
  const boost::json::object& file = object_in(facts.action(), "relatedFileInfo");
  lines.add("File",
            with_detail(text_in(file, "fileIdentifier"), text_in(file, "fileIdentifierType")));
}

}  // namespace

std::optional<Duration> age_of(const core::EventRecord& event, const Facts& facts) {
  const auto created = facts.action_time("creationDateTimeUtc");
  if (!created || !is_possible(*created, event.time)) return std::nullopt;
  return event.time - *created;
}

Severity severity_of(const core::EventRecord& event, const Facts& facts) {
  constexpr std::int64_t kSoonDays = 7;
  switch (event.type) {
    case EventType::ActionTransition:
      break;
    case EventType::CancelConfirmed:
    case EventType::RegionRecovered:
    case EventType::WebhookResumed:
    case EventType::WebhookRecovered:
      return Severity::Good;
    case EventType::CancelRequested:
    case EventType::CancelOvertaken:
    case EventType::SubmissionSubmitted:
    case EventType::WebhookTest:
    case EventType::RegionBaseline:
      return Severity::Info;
    case EventType::ActionStale:
    case EventType::ActionVanished:
    case EventType::CancelSuppressed:
    case EventType::SubmissionRefused:
    case EventType::SubmissionExpired:
    case EventType::WebhookPaused:
    case EventType::WebhookFailing:
      return Severity::Warning;
    case EventType::CancelFailed:
    case EventType::SubmissionLost:
    case EventType::RegionDegraded:
    case EventType::WebhookDisabled:
    case EventType::WebhookDeadLettered:
    case EventType::StoreRecovered:
      return Severity::Error;
    case EventType::CredentialExpiring:
      return facts.event_number("days").value_or(0) > kSoonDays ? Severity::Warning
                                                                : Severity::Error;
  }
  switch (ActionStatus::parse(facts.of_event("to")).known()) {
    case Status::Succeeded:
      return Severity::Good;
    case Status::Failed:
    case Status::TimeOut:
      return Severity::Error;
    case Status::Cancelled:
      return Severity::Warning;
    default:
      return Severity::Info;
  }
}

Summary summarize(const core::EventRecord& event, const Facts& facts) {
  Summary summary;
  summary.title = clip_line(title_of(event, facts), kTitleBytes);
  summary.severity = severity_of(event, facts);
  Lines lines;
  add_event_lines(event, facts, lines);
  if (!facts.action().empty()) add_action_lines(event, facts, lines);
  add_machine_lines(facts, lines);
  lines.add("Time", format_iso_time(event.time));
  lines.add("Region", event.region);
  lines.add("Webhook", facts.of_event("webhook"));
  lines.add("Action id", event.action.value);
  lines.add("Event", name_of(event) + " from " + event.instance);
  summary.lines = lines.take();
  return summary;
}

}  // namespace mactiond::format

#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/enum_values.hpp"
#include "core/cancel/cancel_events.hpp"
#include "core/enrich/machine_member.hpp"
#include "core/recovery.hpp"
#include "core/region/region_events.hpp"
#include "core/submit/submission_events.hpp"
#include "event/webhook_events.hpp"
#include "support/builders.hpp"

namespace mactiond::test {

inline core::Decision decision(core::DecidedBy by, std::string outcome) {
  core::Decision made;
  made.region = "eu";
  made.action = ActionId{"a-1"};
  made.by = std::move(by);
  made.status = "Pending";
  made.decided = kDay;
  made.outcome = std::move(outcome);
  made.id = core::make_decision_id(made);
  return made;
}

inline core::EventRecord submission_event(core::SubmissionState state, std::string reason,
                                          ActionId action, ActionId blocked_by) {
  core::SubmissionReport report;
  report.when = kDay;
  core::Submission& row = report.submission;
  row.state = state;
  row.id = "sub_0123456789abcdef0123456789abcdef";
  row.order.region = "eu";
  row.order.machine = "m-1";
  row.order.request = RunScan{};
  row.order.by = {"alice (uid 1000)", blocked_by.value.empty() ? "" : "case 7"};
  row.action = std::move(action);
  row.blocked_by = std::move(blocked_by);
  row.reason = std::move(reason);
  return core::submission_event(report);
}

inline core::EventRecord with_machine(core::EventRecord event) {
  core::add_machine(event, {{"SOC Europe", {"prod", "web"}}, "Windows11", "Active"});
  return event;
}

/// Events of one type as the engine makes them, in their different shapes; without seq and
/// instance, which are the recorder's.
inline std::vector<core::EventRecord> events_of_type(core::EventType type) {
  using core::EventType;
  using Status = ActionStatus::Known;
  const MachineAction action = ActionBuilder("a-1").in(Status::Succeeded);
  MachineAction bare;
  bare.id = ActionId{"a-2"};
  bare.document = R"({"id":"a-2","type":null,"status":null})";
  const core::Observation first{core::Observation::Kind::Changed, {}, false};
  const core::Observation changed{core::Observation::Kind::Changed, Status::Pending, false};
  const core::Observation corrected{core::Observation::Kind::Changed, Status::Failed, true};
  const core::Decision by_policy = decision(core::PolicyName{"stale"}, "Succeeded");
  const core::Decision by_operator = decision(core::Operator{"ann", {}}, "permission 403");
  switch (type) {
    case EventType::ActionTransition:
      return {core::transition_event("eu", bare, first, {kDay, {}, true}),
              core::transition_event("eu", action, changed, {kDay, std::chrono::milliseconds(7)}),
              core::transition_event("eu", action, corrected, {kDay, Duration{}}),
              with_machine(core::transition_event("eu", action, changed, {kDay, Duration{1}})),
              core::transition_event("eu", action, changed,
                                     {kDay, {}, false, "sub_0123456789abcdef0123456789abcdef"})};
    case EventType::ActionStale:
      return {core::stale_event({"eu", {"a-1"}, "stale", "Pending"}, action.type,
                                std::chrono::hours(7), true, kDay)};
    case EventType::ActionVanished:
      return {core::vanished_event("eu", {"a-1"}, action.type, kDay, kDay),
              with_machine(core::vanished_event("eu", {"a-1"}, action.type, kDay, kDay))};
    case EventType::CancelRequested:
    case EventType::CancelConfirmed:
    case EventType::CancelOvertaken:
    case EventType::CancelFailed:
      return {core::cancel_event(type, by_policy, 0, kDay),
              core::cancel_event(type, by_operator, 2, kDay)};
    case EventType::CancelSuppressed:
      return {core::suppressed_event({"stale", kDay}, "eu", "policy", 20, kDay)};
    case EventType::SubmissionSubmitted:
      return {submission_event(core::SubmissionState::Submitted, "", {"a-1"}, {})};
    case EventType::SubmissionRefused:
      return {submission_event(core::SubmissionState::Refused, "blocked", {}, {"a-2"}),
              submission_event(core::SubmissionState::Refused, "disabled", {}, {})};
    case EventType::SubmissionLost:
      return {submission_event(core::SubmissionState::Lost, "no_answer", {}, {})};
    case EventType::SubmissionExpired:
      return {submission_event(core::SubmissionState::Expired, "overdue", {}, {})};
    case EventType::RegionDegraded:
    case EventType::RegionRecovered:
      return {core::region_event(type, "eu", "auth", kDay)};
    case EventType::RegionBaseline:
      return {core::baseline_event("eu", {27, 53, std::chrono::hours(30)}, kDay, kDay),
              core::baseline_event("eu", {}, kDay, kDay)};
    case EventType::CredentialExpiring:
      return {core::credential_event("eu", {kDay, 14}, kDay),
              core::credential_event("eu", {kDay, 0}, kDay)};
    case EventType::WebhookPaused:
    case EventType::WebhookResumed:
    case EventType::WebhookDisabled:
    case EventType::WebhookDeadLettered:
      return {core::webhook_event(type, "soc", "x", "gone 410: HTTP 410", kDay)};
    case EventType::WebhookFailing:
    case EventType::WebhookRecovered:
      return {core::webhook_event(type, "soc", "x", "server_error 500: HTTP 500", kDay, 17)};
    case EventType::StoreRecovered:
      return {
          core::store_recovered_event({"lost", 17, {}, true, 0, 17, {}}, {kDay, kBoot}),
          core::store_recovered_event({"damaged", 17, {}, false, 5, 1, "/x.db"}, {kDay, kBoot})};
    case EventType::WebhookTest:
      return {core::webhook_test_event("soc", "soc1", kDay)};
  }
  return {};
}

/// Every type there is, the test's at the end.
inline std::vector<core::EventRecord> every_event() {
  std::vector<core::EventRecord> all;
  for (const core::EventType type : kValuesOf<core::EventType>) {
    for (core::EventRecord& event : events_of_type(type)) {
      event.instance = "soc1";
      if (type != core::EventType::WebhookTest) event.seq = all.size() + 1;
      all.push_back(std::move(event));
    }
  }
  return all;
}

}  // namespace mactiond::test

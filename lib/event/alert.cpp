#include "event/alert.hpp"

#include <string_view>

#include "action/machine_action.hpp"

namespace mactiond::core {
namespace {

bool is_problem(std::string_view status) {
  const auto known = ActionStatus::parse(status).known();
  return known == ActionStatus::Known::Failed || known == ActionStatus::Known::TimeOut;
}

}  // namespace

Alert alert_of(const EventRecord& event) {
  switch (event.type) {
    case EventType::ActionTransition:
      if (is_problem(event.subject.to)) return Alert::Trigger;
      return is_problem(event.subject.from) ? Alert::Resolve : Alert::None;
    case EventType::CancelFailed:
    case EventType::SubmissionLost:
    case EventType::RegionDegraded:
    case EventType::WebhookFailing:
    case EventType::WebhookPaused:
    case EventType::WebhookDisabled:
    case EventType::WebhookDeadLettered:
    case EventType::StoreRecovered:
      return Alert::Trigger;
    case EventType::RegionRecovered:
    case EventType::WebhookRecovered:
    case EventType::WebhookResumed:
      return Alert::Resolve;
    case EventType::ActionStale:
    case EventType::ActionVanished:
    case EventType::CancelRequested:
    case EventType::CancelConfirmed:
    case EventType::CancelOvertaken:
    case EventType::CancelSuppressed:
    case EventType::SubmissionSubmitted:
    case EventType::SubmissionRefused:
    case EventType::SubmissionExpired:
    case EventType::RegionBaseline:
    case EventType::CredentialExpiring:
    case EventType::WebhookTest:
      return Alert::None;
  }
  return Alert::None;
}

}  // namespace mactiond::core

#pragma once

#include <string_view>

namespace mactiond::core {

/// The types of mactiond-events(7), spelled there with dots.
enum class EventType {
  ActionTransition,
  ActionStale,
  ActionVanished,
  CancelRequested,
  CancelConfirmed,
  CancelOvertaken,
  CancelFailed,
  CancelSuppressed,
  SubmissionSubmitted,
  SubmissionRefused,
  SubmissionLost,
  SubmissionExpired,
  RegionDegraded,
  RegionRecovered,
  RegionBaseline,
  CredentialExpiring,
  WebhookPaused,
  WebhookResumed,
  WebhookFailing,
  WebhookRecovered,
  WebhookDisabled,
  WebhookDeadLettered,
  StoreRecovered,
  /// Sent by an operator's test of a webhook and by nothing else; has no seq and is in no log.
  WebhookTest,
};

[[nodiscard]] constexpr std::string_view to_string(EventType type) {
  switch (type) {
    case EventType::ActionTransition:
      return "action.transition";
    case EventType::ActionStale:
      return "action.stale";
    case EventType::ActionVanished:
      return "action.vanished";
    case EventType::CancelRequested:
      return "cancel.requested";
    case EventType::CancelConfirmed:
      return "cancel.confirmed";
    case EventType::CancelOvertaken:
      return "cancel.overtaken";
    case EventType::CancelFailed:
      return "cancel.failed";
    case EventType::CancelSuppressed:
      return "cancel.suppressed";
    case EventType::SubmissionSubmitted:
      return "submission.submitted";
    case EventType::SubmissionRefused:
      return "submission.refused";
    case EventType::SubmissionLost:
      return "submission.lost";
    case EventType::SubmissionExpired:
      return "submission.expired";
    case EventType::RegionDegraded:
      return "region.degraded";
    case EventType::RegionRecovered:
      return "region.recovered";
    case EventType::RegionBaseline:
      return "region.baseline";
    case EventType::CredentialExpiring:
      return "credential.expiring";
    case EventType::WebhookPaused:
      return "webhook.paused";
    case EventType::WebhookResumed:
      return "webhook.resumed";
    case EventType::WebhookFailing:
      return "webhook.failing";
    case EventType::WebhookRecovered:
      return "webhook.recovered";
    case EventType::WebhookDisabled:
      return "webhook.disabled";
    case EventType::WebhookDeadLettered:
      return "webhook.dead_lettered";
    case EventType::StoreRecovered:
      return "store.recovered";
    case EventType::WebhookTest:
      return "webhook.test";
  }
  return "";
}

}  // namespace mactiond::core

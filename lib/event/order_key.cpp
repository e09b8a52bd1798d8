#include "event/order_key.hpp"

namespace mactiond::core {

OrderKey order_of(const EventRecord& event) {
  switch (event.type) {
    case EventType::RegionDegraded:
    case EventType::RegionRecovered:
    case EventType::RegionBaseline:
    case EventType::CredentialExpiring:
      return {"region " + event.region};
    case EventType::WebhookFailing:
    case EventType::WebhookRecovered:
    case EventType::WebhookPaused:
    case EventType::WebhookResumed:
    case EventType::WebhookDisabled:
      return {"webhook " + event.subject.webhook};
    default:
      return {event.action.value};
  }
}

}  // namespace mactiond::core

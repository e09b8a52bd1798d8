#include "event/delivery_order.hpp"

#include <string>

namespace mactiond::core {

ActionId order_of(const EventRecord& event, std::string_view webhook) {
  switch (event.type) {
    case EventType::RegionDegraded:
    case EventType::RegionRecovered:
    case EventType::RegionBaseline:
      return ActionId{"region " + event.region};
    case EventType::WebhookFailing:
    case EventType::WebhookRecovered:
    case EventType::WebhookPaused:
    case EventType::WebhookResumed:
    case EventType::WebhookDisabled:
      return ActionId{"webhook " + std::string(webhook)};
    default:
      return event.action;
  }
}

}  // namespace mactiond::core

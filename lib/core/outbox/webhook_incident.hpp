#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/outbox/overflow.hpp"
#include "event/event_type.hpp"
#include "event/operator.hpp"

namespace mactiond::core {

/// What the outbox wants beside its rows: an entry in the log, an event for other webhooks.
struct WebhookIncident {
  EventType type = EventType::WebhookDeadLettered;
  std::string detail;  ///< distinguishes incidents of one type
  std::string reason;
  std::optional<Removal> removal{};       ///< set if events were removed undelivered
  std::size_t count = 1;                  ///< how many events
  std::optional<std::int64_t> waiting{};  ///< with WebhookFailing and WebhookRecovered: queued
  Operator by{};                          ///< of what an operator did
};
using WebhookIncidents = std::vector<WebhookIncident>;

}  // namespace mactiond::core

#pragma once

#include <string>

#include "event/event_record.hpp"

namespace mactiond::core {

/// What deliveries of one webhook keep order by: of those with equal keys only the oldest is
/// attempted. An empty one keeps no order.
struct OrderKey {
  std::string value;
  bool operator==(const OrderKey&) const = default;
};

/// An event about an action: by its action. The beginning and the end of a region's or a webhook's
/// trouble: by "region NAME" or "webhook NAME", which is no action's id. Stores hold these texts.
[[nodiscard]] OrderKey order_of(const EventRecord& event);

}  // namespace mactiond::core

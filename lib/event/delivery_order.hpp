#pragma once

#include <string_view>

#include "event/event_record.hpp"

namespace mactiond::core {

/// What a delivery of the event keeps order by: its action, or the region or webhook whose trouble
/// begins or ends, by a name that is no action's id. Empty: by nothing. webhook: the one that the
/// event is about.
[[nodiscard]] ActionId order_of(const EventRecord& event, std::string_view webhook);

}  // namespace mactiond::core

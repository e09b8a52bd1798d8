#pragma once

#include <cstdint>

#include "event/event_record.hpp"

namespace mactiond::core {

/// What an event means to somebody who is on call.
enum class Alert : std::uint8_t {
  None,     ///< nobody is woken
  Trigger,  ///< a problem began, or still exists
  Resolve,  ///< the problem reported before is over
};

/// What resolves belongs to what triggered: the same action, region or webhook.
[[nodiscard]] Alert alert_of(const EventRecord& event);

}  // namespace mactiond::core

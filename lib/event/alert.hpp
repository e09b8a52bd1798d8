#pragma once

#include <cstdint>
#include <string_view>

#include "event/event_record.hpp"

namespace mactiond::core {

/// What an event means to somebody who is on call.
enum class Alert : std::uint8_t {
  None,     ///< nobody is woken
  Trigger,  ///< a problem began, or still exists
  Resolve,  ///< the problem reported before is over
};

/// from and to: the statuses of a transition; empty for other events, from also at first sight.
/// What resolves belongs to what triggered: the same action, region or webhook.
[[nodiscard]] Alert alert_of(EventType type, std::string_view from, std::string_view to);

}  // namespace mactiond::core

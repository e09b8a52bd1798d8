#pragma once

#include "base/disposition.hpp"

namespace mactiond::core {

// What the outcome of an attempt speaks of.

/// Of the receiver as a whole: there is too much for it, or it cannot be reached.
[[nodiscard]] bool is_overload(const Disposition& outcome);

/// Of the way to the receiver: no connection, no answer in time, or a gateway's 502, 503 or 504.
/// What waits only because of that may go once the receiver takes events.
[[nodiscard]] bool is_unreachable(const Disposition& outcome);

/// Of this event's content: 400, 413, 415 or 422. Other events may well be taken.
[[nodiscard]] bool refuses_content(const Disposition& outcome);

/// Of the configuration, here or at the receiver: 3xx, other 4xx, a secret that cannot be read.
[[nodiscard]] bool needs_operator(const Disposition& outcome);

}  // namespace mactiond::core

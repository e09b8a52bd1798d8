#pragma once

#include "base/outcome.hpp"

namespace mactiond::core {

// What the outcome of an attempt is about.

/// The receiver as a whole is overloaded or cannot be reached.
[[nodiscard]] bool is_overload(const Outcome& outcome);

/// The receiver could not be reached: no connection, no answer in time, or a gateway's 502, 503 or
/// 504. A delivery that waits only because of that is sent once the receiver accepts events.
[[nodiscard]] bool is_unreachable(const Outcome& outcome);

/// This event's content was refused: 400, 413, 415 or 422. Other events may be accepted.
[[nodiscard]] bool refuses_content(const Outcome& outcome);

/// The configuration is wrong, here or at the receiver: 3xx, other 4xx, a secret that cannot be
/// read.
[[nodiscard]] bool needs_operator(const Outcome& outcome);

}  // namespace mactiond::core

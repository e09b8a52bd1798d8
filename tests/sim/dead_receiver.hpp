#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.hpp"

namespace mactiond::sim {

/// Traffic for two receivers over some time, with one of them alive or gone from the first moment.
struct DeadReceiver {
  Duration span{};
  int actions = 0;
  bool dead = false;
  std::uint64_t seed = 72;
};

/// What the other receiver, which is healthy, noticed of it.
struct HealthyBeside {
  Duration p99{};             ///< from commit to delivery, server's clock
  std::size_t events = 0;     ///< committed
  std::size_t delivered = 0;  ///< of them to the healthy one
  std::int64_t queued = 0;    ///< for the other at the end
};

[[nodiscard]] HealthyBeside run(const DeadReceiver& experiment);

}  // namespace mactiond::sim

#pragma once

#include "base/time.hpp"
#include "support/builders.hpp"

namespace mactiond::test {

/// Moves only where a test sets it.
struct StillClock : Clock {
  Now time{kDay, kBoot};
  [[nodiscard]] Now now() const override { return time; }
};

}  // namespace mactiond::test

#pragma once

#include <functional>

#include "base/time.hpp"

namespace mactiond::ctl {

/// Time, for a command that waits.
struct Pace {
  std::function<Now()> now;
  std::function<void(Duration)> pause;
};

[[nodiscard]] Pace real_pace();

}  // namespace mactiond::ctl

#include "pace.hpp"

#include <poll.h>

#include <algorithm>
#include <cstdint>

#include "base/system_clock.hpp"

namespace mactiond::ctl {

Pace real_pace() {
  static constexpr std::int64_t kMostMs = 60'000;
  return {[] { return SystemClock().now(); },
          [](Duration length) {
            const auto milliseconds = std::clamp<std::int64_t>(to_milliseconds(length), 0, kMostMs);
            poll(nullptr, 0, static_cast<int>(milliseconds));
          }};
}

}  // namespace mactiond::ctl

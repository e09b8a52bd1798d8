#pragma once

#include <chrono>
#include <cstdint>
#include <ratio>

namespace mactiond {

/// 100 ns ticks: the resolution of every stamp the Defender API sends.
using Duration = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;

/// UTC. What is persisted or compared with the API. May jump.
using WallTime = std::chrono::sys_time<Duration>;

/// Tag of the monotonic clock; the type carries no way to read it.
struct MonoClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonoClock, Duration>;
  static constexpr bool is_steady = true;
};

/// Time since boot, suspension included. What deadlines and intervals run on.
using MonoTime = MonoClock::time_point;

/// Both clocks, read once per engine step.
struct Now {
  WallTime wall{};
  MonoTime mono{};
};

/// Where time comes from. Only the driver holds one; everything below it is given the time.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;
  [[nodiscard]] virtual Now now() const = 0;
};

[[nodiscard]] constexpr std::int64_t to_milliseconds(Duration d) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
}

[[nodiscard]] constexpr std::int64_t to_seconds(Duration d) {
  return std::chrono::duration_cast<std::chrono::seconds>(d).count();
}

}  // namespace mactiond

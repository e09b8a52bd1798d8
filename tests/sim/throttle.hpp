#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.hpp"
#include "sim/operation.hpp"
#include "sim/refusal.hpp"

namespace mactiond::sim {

/// How the API says 429.
enum class ThrottleBody : std::uint8_t { Current, Old, Documented };
enum class RetryAfter : std::uint8_t { Seconds, None, Date, Zero, Huge };

struct ThrottleOptions {
  int per_minute = 100;
  int per_hour = 1500;
  int package_per_minute = 2;
  int package_per_hour = 120;
  int live_response_per_minute = 10;
  bool fixed_windows = false;  ///< windows begin at whole minutes and hours instead of sliding
  ThrottleBody body = ThrottleBody::Current;
  RetryAfter retry_after = RetryAfter::Seconds;
  /// Calls that another client of the same app registration makes all the time.
  int shared_calls_per_minute = 0;
};

/// The 429 that says: wait. per_hour picks which limit the text names.
[[nodiscard]] Refusal too_many_requests(const ThrottleOptions& options, int count, bool per_hour,
                                        Duration wait, WallTime now);

/// The quota as the API itself enforces it. Refused calls count too: who asks too early stays
/// throttled longer.
class Throttle {
 public:
  /// The refusal if the call exceeds a limit. The clock of the dates is skew ahead.
  [[nodiscard]] std::optional<Refusal> admit(Operation operation, const ThrottleOptions& options,
                                             WallTime now, Duration skew = Duration{});

 private:
  using Calls = std::deque<WallTime>;
  void add_shared_calls(const ThrottleOptions& options, WallTime now);

  std::array<Calls, 3> calls_;
  std::optional<WallTime> shared_until_;
};

}  // namespace mactiond::sim

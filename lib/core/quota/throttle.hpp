#pragma once

#include <optional>

#include "base/time.hpp"

namespace mactiond::core {

/// The effect of a 429: a hold of all calls, then a slower pace that wears off in minutes.
class Throttle {
 public:
  /// A 429. Holds all calls for retry_after, cut to an hour; without one for a time that doubles
  /// with every refusal in a row.
  void refused(std::optional<Duration> retry_after, MonoTime now);
  /// A call was answered: the next refusal is the first in a row.
  void accepted() { refusals_ = 0; }
  /// A shorter hold never shortens a longer one.
  void hold(Duration wait, MonoTime now);
  /// The hold of a process before this one. What no hold can be is cut.
  void restore(MonoTime held_until, MonoTime now);

  /// The earliest time there is if there never was a hold.
  [[nodiscard]] MonoTime held_until() const { return held_until_; }
  /// When the slower pace allows the call after the last one; not after now if there is none.
  /// sustained: the spacing of calls without a 429.
  [[nodiscard]] MonoTime next_at(MonoTime last, Duration sustained, MonoTime now) const;
  /// Total time of the holds of this process.
  [[nodiscard]] Duration held() const { return held_; }

 private:
  [[nodiscard]] int percent_at(MonoTime now) const;

  MonoTime held_until_ = MonoTime::min();
  Duration held_{};
  int refusals_ = 0;   ///< in a row
  int percent_ = 100;  ///< of the sustained spacing, at slowed_at_
  MonoTime slowed_at_ = MonoTime::min();
};

}  // namespace mactiond::core

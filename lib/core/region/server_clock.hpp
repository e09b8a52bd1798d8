#pragma once

#include <optional>

#include "base/time.hpp"

namespace mactiond::core {

/// The API's clock, carried forward on our monotonic one: a local wall clock that jumps changes
/// nothing here.
///
/// A Date header says the second in which the answer was made, somewhere between sending and
/// receipt; each answer narrows the possible offset, as an interval that is intersected. An answer
/// that contradicts the interval starts it again (the server's clock was set).
class ServerClock {
 public:
  void sample(WallTime date, MonoTime sent, MonoTime received);

  /// The middle of what is possible. Nothing before the first sample.
  [[nodiscard]] std::optional<WallTime> at(MonoTime when) const;
  /// The same for what is recorded as a moment: it stands still where the API's time has turned out
  /// a little earlier than it was taken for, so that no later moment reads earlier.
  [[nodiscard]] std::optional<WallTime> moment(MonoTime when) const;
  /// The same two, by our wall clock before the first sample.
  [[nodiscard]] WallTime now(Now now) const { return at(now.mono).value_or(now.wall); }
  [[nodiscard]] WallTime moment(Now now) const { return moment(now.mono).value_or(now.wall); }
  /// The latest moment up to latest at which an answer narrows the interval most: about a second
  /// earlier at most. The middle of what is possible is then a whole second, and the header says on
  /// which side the truth is. Otherwise calls at a steady pace would learn nothing from each other.
  [[nodiscard]] MonoTime best_sample_at(MonoTime latest) const;
  /// When an answer last contradicted what was known by more than five minutes: the server's clock
  /// was set, or another server with another clock answered.
  [[nodiscard]] std::optional<MonoTime> jumped() const { return jumped_; }
  /// Half the width of what is possible.
  [[nodiscard]] Duration uncertainty() const;

 private:
  struct Offset {
    Duration low{};
    Duration high{};
    MonoTime as_of{};
  };
  std::optional<Offset> offset_;
  Duration fastest_ = Duration::max();  ///< answer so far; what is possible is never narrower
  WallTime reached_ = WallTime::min();  ///< moment() at the last sample
  std::optional<MonoTime> jumped_;
};

}  // namespace mactiond::core

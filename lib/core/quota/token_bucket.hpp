#pragma once

#include <string>

#include "base/time.hpp"

namespace mactiond::core {

/// A call leaves the machine at most this long after its token was taken, or not at all (the
/// transport's connect limit). Windows are widened by it, so that a call delayed on its way
/// cannot fall into a window that is full already.
inline constexpr Duration kSendWithin = std::chrono::seconds(10);

/// At most count calls in any window.
struct RateLimit {
  std::string name;
  int count = 1;
  Duration window{};
  int burst = 1;    ///< how many of them may come at once
  int reserve = 0;  ///< how many of the burst only the urgent lanes may take
};

/// Admits at most limit.count calls in any trailing window of limit.window, bursts included and
/// also as counted on arrival (kSendWithin).
///
/// One token comes back every (window + kSendWithin) / (count - burst + 1): a bucket that refills
/// at count / window would let count + burst calls into one window. The state is one instant, so
/// a restart restores it exactly. Ends of the window are inclusive.
class TokenBucket {
 public:
  explicit TokenBucket(RateLimit limit);

  /// When the next call conforms while `left` tokens stay in the bucket; not after now if it does.
  [[nodiscard]] MonoTime conforms_at(int left) const;
  /// How many calls conform at once while `left` tokens stay in the bucket.
  [[nodiscard]] int available(int left, MonoTime now) const;
  void take(MonoTime now);
  /// Leaves no saved token: for when nothing is known about the calls before now.
  void drain(MonoTime now);
  /// Leaves at most this many saved tokens.
  void cap(int tokens, MonoTime now);
  /// Of the same limit. What no bucket can owe is cut.
  void restore(MonoTime instant, MonoTime now);

  [[nodiscard]] MonoTime instant() const { return instant_; }
  [[nodiscard]] Duration interval() const { return interval_; }
  [[nodiscard]] const RateLimit& limit() const { return limit_; }
  /// Tokens that are not in the bucket.
  [[nodiscard]] int missing(MonoTime now) const;

 private:
  RateLimit limit_;
  Duration interval_;
  /// The theoretical arrival time of GCRA: the bucket is full when it is in the past.
  MonoTime instant_ = MonoTime::min();
};

}  // namespace mactiond::core

#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/disposition.hpp"
#include "base/time.hpp"
#include "core/command.hpp"
#include "core/options.hpp"
#include "core/status.hpp"

namespace mactiond::core {

/// A call leaves the machine at most this long after its token was taken, or not at all (the
/// transport's connect limit). Windows are widened by it, so that a call delayed on its way
/// cannot fall into a window that is full already.
inline constexpr Duration kSendWithin = std::chrono::seconds(10);

/// Who asks for a token; earlier lanes may take what later ones must leave.
enum class Lane : std::uint8_t { Cancel, Operator, Sweep, Lookup, List };

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
  void take(MonoTime now);
  /// Takes away every saved token: for when nothing is known about the calls before now.
  void drain(MonoTime now);
  void restore(MonoTime instant) { instant_ = instant; }

  [[nodiscard]] MonoTime instant() const { return instant_; }
  [[nodiscard]] Duration interval() const { return interval_; }
  [[nodiscard]] const RateLimit& limit() const { return limit_; }

 private:
  RateLimit limit_;
  Duration interval_;
  /// The theoretical arrival time of GCRA: the bucket is full when it is in the past.
  MonoTime instant_ = MonoTime::min();
};

/// The quota of one region entry: a minute and an hour window, lanes, and the hold after a 429.
/// A token is taken from all windows or from none.
class Limiter {
 public:
  Limiter(const QuotaOptions& options, std::string boot_id);

  /// Rows of this boot are exact. Rows of another boot say that calls were made at an unknown
  /// distance: the buckets start empty. No rows at all: a new store, the buckets start full.
  void restore(const std::vector<QuotaRow>& rows, MonoTime now);

  /// Nothing if a token was taken, else when to ask again (after now).
  [[nodiscard]] std::optional<MonoTime> try_take(Lane lane, MonoTime now);

  /// How many tokens the lane could take at once.
  [[nodiscard]] int available(Lane lane, MonoTime now) const;

  /// The API said 429 although we kept within our limits: others share them, or they are smaller.
  /// Nobody calls before the wait is over: exactly as told (an absurd wait is cut to an hour), else
  /// growing with every refusal in a row. A smaller limit that was named is kept from now on;
  /// beyond that the lanes that can wait go slower for some minutes.
  void throttled(std::optional<Duration> told, std::optional<NamedLimit> named, MonoTime now);
  /// A call was answered: refusals are not in a row any more.
  void accepted() { refusals_ = 0; }
  /// The spacing of calls that the quota can bear for ever.
  [[nodiscard]] Duration sustained() const;

  /// Nobody calls before now + wait; a shorter hold never shortens a longer one.
  void hold(Duration wait, MonoTime now);

  /// The state to commit with the call that was just granted.
  [[nodiscard]] std::vector<QuotaRow> rows(const std::string& region) const;

  [[nodiscard]] QuotaStatus status(MonoTime now) const;
  /// Total time the API held us, in this process.
  [[nodiscard]] Duration held() const { return held_; }

 private:
  void learn(const NamedLimit& named, MonoTime now);
  void remember(MonoTime now);
  /// When the slower pace after a 429 lets the next call of this lane go.
  [[nodiscard]] int slow_percent_at(MonoTime now) const;
  [[nodiscard]] MonoTime eased_at(Lane lane, MonoTime now) const;

  std::string boot_id_;
  TokenBucket minute_;
  TokenBucket hour_;
  MonoTime hold_until_ = MonoTime::min();
  Duration held_{};
  int refusals_ = 0;        ///< 429s in a row
  int slow_percent_ = 100;  ///< of the sustained spacing, at slowed_at_
  MonoTime slowed_at_ = MonoTime::min();
  std::deque<MonoTime> calls_;  ///< of the trailing hour, at most per_hour of them
};

}  // namespace mactiond::core

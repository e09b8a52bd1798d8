#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/outcome.hpp"
#include "base/time.hpp"
#include "core/quota/call_log.hpp"
#include "core/quota/throttle.hpp"
#include "core/quota/token_bucket.hpp"
#include "core/rows.hpp"
#include "core/status.hpp"

namespace mactiond::core {

struct StoredCalls;

/// Who asks for a token; earlier lanes may take what later ones must leave. A late lookup has had
/// its turn before the lists. The facts of machines leave half of what lists can save up.
enum class Lane : std::uint8_t { Cancel, Operator, Sweep, Lookup, List, LateLookup, Machine };

/// How long a limit that a 429 named is kept. Then the configured one is tried again, at the cost
/// of one more 429 where the limit still holds. After a reboot the day begins again.
inline constexpr Duration kLearnedFor = std::chrono::hours(24);

/// Calls that are counted together: their windows, and the hold after a 429. A token is taken from
/// all windows or from none.
///
/// No trailing window ever holds more than its limit. Where a process finds another limit than the
/// one before it had, some windows may hold the larger of the two.
///
/// After a 429 and after a reboot one list goes out as soon as a call is allowed at all: it waits
/// neither for the reserve nor for the slower pace, so that the region is not blind meanwhile.
class CallMeter {
 public:
  /// Names of rows begin with prefix.
  CallMeter(std::string prefix, const std::vector<RateLimit>& limits);

  /// Nothing is known about the calls before now: every window counts as used up.
  void drain(MonoTime now);

  /// Rows of this boot are exact; where they are of another limit, no more tokens are left than
  /// there were. Rows of another boot say how many calls were made, and that the last one is not
  /// younger than now: no more tokens are left than there were at that call. Where the calls are
  /// not known (older versions stored none) the buckets start empty. No rows at all: never called,
  /// they start full.
  void restore(const std::vector<QuotaRow>& rows, const std::string& boot_id, MonoTime now);
  /// Other limits for the same windows. The calls of this process count against them as they were
  /// made; for calls before it, no more tokens are left than there were.
  void configure(const std::vector<RateLimit>& limits, MonoTime now);
  /// The state to commit with the call that was just granted; nothing if none ever was.
  void append_rows(const std::string& region, const std::string& boot_id,
                   std::vector<QuotaRow>& rows) const;

  /// Nothing if a token was taken, else when to ask again (after now).
  [[nodiscard]] std::optional<MonoTime> try_take(Lane lane, MonoTime now);
  /// When the lane may call next; not after now if it may at once.
  [[nodiscard]] MonoTime next_at(Lane lane, MonoTime now) const;
  /// How many tokens the lane could take at once.
  [[nodiscard]] int available(Lane lane, MonoTime now) const;
  /// How many it could ever take at once.
  [[nodiscard]] int burst() const;

  /// See Limiter::throttled.
  void throttled(std::optional<Duration> retry_after, std::optional<NamedLimit> named,
                 MonoTime now);
  void accepted() { throttle_.accepted(); }
  void hold(Duration wait, MonoTime now);

  [[nodiscard]] Duration sustained() const;
  /// Calls in the trailing window of this length.
  [[nodiscard]] int used(Duration window, MonoTime now) const { return log_.count(window, now); }
  /// How exact that number is.
  [[nodiscard]] Count used_is(Duration window, MonoTime now) const;
  /// The limit in force.
  [[nodiscard]] int limit(Duration window) const;
  /// Total time the API held us, in this process.
  [[nodiscard]] Duration held() const { return throttle_.held(); }

 private:
  struct Window {
    RateLimit stated;
    TokenBucket bucket;
    /// Smaller than stated; 0: none is known.
    int learned = 0;
    MonoTime learned_until{};
    bool ever_learned = false;  ///< there is a row to overwrite
  };

  void restore_learned(Window& window, const StoredCalls& stored) const;
  void restore_bucket(Window& window, const StoredCalls& stored) const;
  void restore_log(const StoredCalls& stored);
  [[nodiscard]] TokenBucket changed(const Window& window, const RateLimit& limit,
                                    MonoTime now) const;
  /// When one call more keeps the window within count calls, by the log.
  [[nodiscard]] MonoTime fits_at(const Window& window, int count) const;
  /// When the list that may not wait can go, for what this window allows.
  [[nodiscard]] MonoTime first_list_at(const Window& window, MonoTime now) const;
  void learn(const NamedLimit& named, MonoTime now);
  void forget_learned(MonoTime now);
  /// When the slower pace after a 429 lets the next call of this lane go.
  [[nodiscard]] MonoTime eased_at(Lane lane, MonoTime now) const;

  std::string prefix_;
  std::vector<Window> windows_;
  Throttle throttle_;
  CallLog log_;
  /// Calls before this are missing in the log.
  MonoTime counted_since_ = MonoTime::min();
  /// Calls until this were made then or earlier: it is when a reboot was noticed.
  MonoTime bounded_until_ = MonoTime::min();
  bool first_list_ = false;  ///< one list need not wait for more than a call that is allowed
};

/// At most count calls in the window, with what is saved up for bursts and the urgent lanes.
[[nodiscard]] RateLimit make_limit(const std::string& name, int count, Duration window);

}  // namespace mactiond::core

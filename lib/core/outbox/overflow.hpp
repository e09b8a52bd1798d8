#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "core/options.hpp"
#include "core/step.hpp"

namespace mactiond::core {

/// Why events leave a queue, or dead letters the store, without having been delivered.
enum class Removal : std::uint8_t {
  Exhausted,            ///< the schedule of attempts is at its end
  MaxQueue,             ///< the queue is longer than max_queue
  QueueRetention,       ///< waited longer than retention.queued
  MaxDeadLetters,       ///< more dead letters than max_queue
  DeadLetterRetention,  ///< dead for longer than retention.dead_letters
  Purged,               ///< by an operator
};

/// A metric label.
[[nodiscard]] constexpr std::string_view to_string(Removal removal) {
  switch (removal) {
    case Removal::Exhausted:
      return "exhausted";
    case Removal::MaxQueue:
      return "max_queue";
    case Removal::QueueRetention:
      return "queue_retention";
    case Removal::MaxDeadLetters:
      return "max_dead_letters";
    case Removal::DeadLetterRetention:
      return "dead_letter_retention";
    case Removal::Purged:
      return "purged";
  }
  return "";
}

/// Keeps the queue of one webhook and its dead letters within their limits, whatever state it is
/// in: decides what is too much. A bounded number is asked for at a time, oldest first.
class Overflow {
 public:
  explicit Overflow(const WebhookOptions& options) : options_(options) {}

  /// Other limits from now on.
  void configure(const WebhookOptions& options) { options_ = options; }
  /// From now on what is older than the limits allow is looked for, until none is found. today:
  /// by clocks that are trusted not to be ahead.
  void look_for_old(WallTime today);

  /// What is too much, if anything.
  struct Excess {
    Removal why = Removal::MaxQueue;
    int limit = 0;
    std::optional<WallTime> before;
  };
  [[nodiscard]] std::optional<Excess> next(std::int64_t queued, std::int64_t dead) const;
  /// The store found nothing older.
  void none_left(Removal why);

 private:
  [[nodiscard]] std::optional<int> beyond(std::int64_t count) const;

  WebhookOptions options_;
  std::optional<WallTime> queued_before_;
  std::optional<WallTime> dead_before_;
};

/// What to report about it.
[[nodiscard]] std::string describe(Removal why, std::size_t count);

}  // namespace mactiond::core

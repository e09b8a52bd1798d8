#include "core/outbox/overflow.hpp"

#include <algorithm>

namespace mactiond::core {
namespace {

/// Removed in one step.
constexpr std::int64_t kAtOnce = 500;
/// Room made beyond the need, in percent and at least: each removal is an event itself, which other
/// webhooks queue. Were it one for one, two full queues would feed each other without end.
constexpr std::int64_t kSlackPercent = 1;
constexpr std::int64_t kSlackMin = 10;

}  // namespace

std::string describe(Removal why, std::size_t count) {
  const bool queue = why == Removal::MaxQueue || why == Removal::QueueRetention;
  return std::string(to_string(why)) + ": " + std::to_string(count) +
         (queue ? " oldest events moved to the dead letters" : " oldest dead letters deleted");
}

void Overflow::look_for_old(WallTime today) {
  queued_before_ = today - options_.keep_queued;
  dead_before_ = today - options_.keep_dead_letters;
}

std::optional<int> Overflow::beyond(std::int64_t count) const {
  const std::int64_t most = options_.max_queue;
  if (count <= most) return std::nullopt;
  const std::int64_t slack = std::max(most * kSlackPercent / 100, kSlackMin);
  return static_cast<int>(std::min(count - most + slack, kAtOnce));
}

std::optional<Overflow::Excess> Overflow::next(std::int64_t queued, std::int64_t dead) const {
  if (const auto limit = beyond(queued)) return Excess{Removal::MaxQueue, *limit, std::nullopt};
  if (const auto limit = beyond(dead)) return Excess{Removal::MaxDeadLetters, *limit, std::nullopt};
  if (queued_before_ && queued > 0) return Excess{Removal::QueueRetention, kAtOnce, queued_before_};
  if (dead_before_ && dead > 0) return Excess{Removal::DeadLetterRetention, kAtOnce, dead_before_};
  return std::nullopt;
}

void Overflow::none_left(Removal why) {
  if (why == Removal::QueueRetention) queued_before_.reset();
  if (why == Removal::DeadLetterRetention) dead_before_.reset();
}

}  // namespace mactiond::core

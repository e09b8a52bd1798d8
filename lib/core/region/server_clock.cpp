#include "core/region/server_clock.hpp"

#include <algorithm>

namespace mactiond::core {
namespace {

// Two crystal clocks drift apart by some ten parts per million; the interval widens by more.
constexpr std::int64_t kDriftDivisor = 10'000;
constexpr Duration kJump = std::chrono::minutes(5);
constexpr Duration kGoodEnough = std::chrono::milliseconds(50);
/// What is known better moves by less; else the server's clock was set.
constexpr Duration kStandStillMax = std::chrono::seconds(5);

}  // namespace

void ServerClock::sample(WallTime date, MonoTime sent, MonoTime received) {
  const Duration low = date.time_since_epoch() - received.time_since_epoch();
  const Duration high = date.time_since_epoch() + std::chrono::seconds(1) - sent.time_since_epoch();
  fastest_ = std::min(fastest_, received - sent);
  if (!offset_) {
    offset_ = Offset{low, high, received};
    return;
  }
  const WallTime before = *moment(received);
  const Duration drift = (received - offset_->as_of) / kDriftDivisor;
  const Duration new_low = std::max(low, offset_->low - drift);
  const Duration new_high = std::min(high, offset_->high + drift);
  const Duration gap = std::max(low - offset_->high, offset_->low - high);
  if (gap > kJump) jumped_ = received;
  offset_ = new_low <= new_high ? Offset{new_low, new_high, received} : Offset{low, high, received};
  reached_ = before - *at(received) <= kStandStillMax ? before : WallTime::min();
}

std::optional<WallTime> ServerClock::at(MonoTime when) const {
  if (!offset_) return std::nullopt;
  return WallTime(when.time_since_epoch() + offset_->low + uncertainty());
}

std::optional<WallTime> ServerClock::moment(MonoTime when) const {
  const auto middle = at(when);
  return middle ? std::optional(std::max(*middle, reached_)) : std::nullopt;
}

MonoTime ServerClock::best_sample_at(MonoTime latest) const {
  if (!offset_ || uncertainty() <= std::max(kGoodEnough, fastest_)) return latest;
  const WallTime then = *at(latest);
  return latest - (then - std::chrono::floor<std::chrono::seconds>(then));
}

Duration ServerClock::uncertainty() const {
  return offset_ ? (offset_->high - offset_->low) / 2 : Duration{};
}

}  // namespace mactiond::core

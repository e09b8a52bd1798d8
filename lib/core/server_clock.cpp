#include "core/server_clock.hpp"

#include <algorithm>

namespace mactiond::core {
namespace {

// Two crystal clocks drift apart by some ten parts per million; the interval widens by more.
constexpr std::int64_t kDriftDivisor = 10'000;
constexpr Duration kJump = std::chrono::minutes(5);

}  // namespace

void ServerClock::sample(WallTime date, MonoTime sent, MonoTime received) {
  const Duration low = date.time_since_epoch() - received.time_since_epoch();
  const Duration high = date.time_since_epoch() + std::chrono::seconds(1) - sent.time_since_epoch();
  if (!offset_) {
    offset_ = Offset{low, high, received};
    return;
  }
  const Duration drift = (received - offset_->as_of) / kDriftDivisor;
  const Duration new_low = std::max(low, offset_->low - drift);
  const Duration new_high = std::min(high, offset_->high + drift);
  const Duration gap = std::max(low - offset_->high, offset_->low - high);
  if (gap > kJump) jumped_ = received;
  offset_ = new_low <= new_high ? Offset{new_low, new_high, received} : Offset{low, high, received};
}

std::optional<WallTime> ServerClock::at(MonoTime when) const {
  if (!offset_) return std::nullopt;
  return WallTime(when.time_since_epoch() + offset_->low + uncertainty());
}

Duration ServerClock::uncertainty() const {
  return offset_ ? (offset_->high - offset_->low) / 2 : Duration{};
}

}  // namespace mactiond::core

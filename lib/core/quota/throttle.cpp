#include "core/quota/throttle.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/backoff.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kMargin = 1s;
constexpr Duration kHoldMax = 1h;
constexpr Duration kHoldFirst = 5s;
/// Without a Retry-After no hold is longer.
constexpr Duration kUnnamedHoldMax = 5min;
constexpr int kSlowestPercent = 800;
/// Every minute without a refusal takes this much of the slowness away.
constexpr int kRecoveryPercent = 10;

}  // namespace

void Throttle::refused(std::optional<Duration> retry_after, MonoTime now) {
  ++refusals_;
  const Duration wait = retry_after.value_or(backoff(refusals_, kHoldFirst, kUnnamedHoldMax));
  hold(std::min(wait, kHoldMax) + kMargin, now);
  percent_ = std::min(kSlowestPercent, 2 * percent_at(now));
  slowed_at_ = held_until_;
}

void Throttle::hold(Duration wait, MonoTime now) {
  const MonoTime until = now + wait;
  if (until <= held_until_) return;
  held_ += until - std::max(held_until_, now);
  held_until_ = until;
}

void Throttle::restore(MonoTime held_until, MonoTime now) {
  held_until_ = std::min(held_until, now + kHoldMax + kMargin);
}

int Throttle::percent_at(MonoTime now) const {
  if (percent_ == 100 || now <= slowed_at_) return percent_;
  const auto minutes = std::min<std::int64_t>((now - slowed_at_) / Duration(1min), 1000);
  return std::max(100, percent_ - kRecoveryPercent * static_cast<int>(minutes));
}

MonoTime Throttle::next_at(MonoTime last, Duration sustained, MonoTime now) const {
  const int percent = percent_at(now);
  return percent == 100 ? MonoTime::min() : last + sustained * percent / 100;
}

}  // namespace mactiond::core

#include "core/quota/token_bucket.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace mactiond::core {

TokenBucket::TokenBucket(RateLimit limit) : limit_(std::move(limit)) {
  MACTIOND_ASSERT(limit_.count >= 1 && limit_.burst >= 1 && limit_.burst <= limit_.count);
  MACTIOND_ASSERT(limit_.window > Duration{});
  const auto slots = limit_.count - limit_.burst + 1;
  interval_ = (limit_.window + kSendWithin) / slots + Duration(1);
}

MonoTime TokenBucket::conforms_at(int left) const {
  if (instant_ == MonoTime::min()) return MonoTime::min();
  return instant_ - interval_ * (limit_.burst - 1 - left);
}

int TokenBucket::available(int left, MonoTime now) const {
  return std::max(0, limit_.burst - missing(now) - left);
}

void TokenBucket::take(MonoTime now) { instant_ = std::max(instant_, now) + interval_; }

void TokenBucket::drain(MonoTime now) {
  instant_ = std::max(instant_, now + interval_ * limit_.burst);
}

void TokenBucket::cap(int tokens, MonoTime now) {
  instant_ = std::max(instant_, now + interval_ * (limit_.burst - std::min(tokens, limit_.burst)));
}

void TokenBucket::restore(MonoTime instant, MonoTime now) {
  instant_ = std::min(instant, now + interval_ * limit_.burst);
}

int TokenBucket::missing(MonoTime now) const {
  if (instant_ <= now) return 0;
  return static_cast<int>((instant_ - now + interval_ - Duration(1)) / interval_);
}

}  // namespace mactiond::core

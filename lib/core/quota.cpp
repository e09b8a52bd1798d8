#include "core/quota.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/error.hpp"

namespace mactiond::core {
namespace {

constexpr std::array kWindowNames{"minute", "hour"};
constexpr const char* kHold = "hold";

constexpr Duration kMargin = std::chrono::seconds(1);
constexpr Duration kHoldMax = std::chrono::hours(1);
constexpr Duration kHoldFirst = std::chrono::seconds(5);
constexpr Duration kHoldGrown = std::chrono::minutes(5);
constexpr int kSlowestPercent = 800;
/// Every minute without a refusal takes so much of the slowness away.
constexpr int kRecoveryPercent = 10;

int shared(int count, double share) {
  return std::max(1, static_cast<int>(std::floor(count * share)));
}

constexpr int kMinuteBurstDivisor = 5;
// The hour's burst is what saved-up time buys at once; it is kept small because every token of it
// slows the sustained rate down.
constexpr int kHourBurstDivisor = 25;

RateLimit make_limit(const std::string& name, int count, Duration window, int burst_divisor) {
  RateLimit limit;
  limit.name = name;
  limit.count = count;
  limit.window = window;
  limit.burst = std::max(1, count / burst_divisor);
  limit.reserve = limit.burst / 5;
  return limit;
}

// Lists take whatever is left, all the time; so theirs is the highest floor, and what is rare but
// must not wait finds tokens below it.
int must_leave(const RateLimit& limit, Lane lane) {
  switch (lane) {
    case Lane::Cancel:
      return 0;
    case Lane::Operator:
      return limit.reserve / 4;
    case Lane::Sweep:
      return limit.reserve / 2;
    case Lane::Lookup:
      return limit.reserve * 3 / 4;
    case Lane::List:
      return limit.reserve;
  }
  return 0;
}

}  // namespace

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

void TokenBucket::take(MonoTime now) { instant_ = std::max(instant_, now) + interval_; }

void TokenBucket::drain(MonoTime now) {
  instant_ = std::max(instant_, now + interval_ * limit_.burst);
}

Limiter::Limiter(const QuotaOptions& options, std::string boot_id)
    : boot_id_(std::move(boot_id)),
      minute_(make_limit(kWindowNames[0], shared(options.per_minute, options.share),
                         std::chrono::minutes(1), kMinuteBurstDivisor)),
      hour_(make_limit(kWindowNames[1], shared(options.per_hour, options.share),
                       std::chrono::hours(1), kHourBurstDivisor)) {}

void Limiter::restore(const std::vector<QuotaRow>& rows, MonoTime now) {
  for (const QuotaRow& row : rows) {
    const bool exact = !boot_id_.empty() && row.boot_id == boot_id_;
    if (row.window == kHold) {
      if (exact) hold_until_ = row.instant;
      continue;
    }
    TokenBucket& bucket = row.window == kWindowNames[0] ? minute_ : hour_;
    if (exact) {
      bucket.restore(row.instant);
    } else {
      bucket.drain(now);
    }
  }
}

std::optional<MonoTime> Limiter::try_take(Lane lane, MonoTime now) {
  MonoTime when = hold_until_;
  for (const TokenBucket* bucket : {&minute_, &hour_}) {
    when = std::max(when, bucket->conforms_at(must_leave(bucket->limit(), lane)));
  }
  when = std::max(when, eased_at(lane, now));
  if (when > now) return when;
  minute_.take(now);
  hour_.take(now);
  remember(now);
  return std::nullopt;
}

int Limiter::available(Lane lane, MonoTime now) const {
  if (hold_until_ > now || eased_at(lane, now) > now) return 0;
  const auto free = [&](const TokenBucket& bucket) {
    const int floor = must_leave(bucket.limit(), lane);
    int count = 0;
    while (floor + count < bucket.limit().burst && bucket.conforms_at(floor + count) <= now)
      ++count;
    return count;
  };
  return std::min(free(minute_), free(hour_));
}

void Limiter::throttled(std::optional<Duration> told, std::optional<NamedLimit> named,
                        MonoTime now) {
  Duration grown = kHoldFirst;
  for (int i = 0; i < refusals_ && grown < kHoldGrown; ++i) grown *= 2;
  ++refusals_;
  hold(std::min(told.value_or(std::min(grown, kHoldGrown)), kHoldMax) + kMargin, now);
  if (named) learn(*named, now);
  slow_percent_ = std::min(kSlowestPercent, 2 * slow_percent_at(now));
  slowed_at_ = hold_until_;
}

void Limiter::learn(const NamedLimit& named, MonoTime now) {
  for (TokenBucket* bucket : {&minute_, &hour_}) {
    RateLimit limit = bucket->limit();
    if (named.window != limit.window || named.count < 1 || named.count >= limit.count) continue;
    const int divisor = bucket == &minute_ ? kMinuteBurstDivisor : kHourBurstDivisor;
    *bucket = TokenBucket(make_limit(limit.name, named.count, limit.window, divisor));
    bucket->drain(now);
  }
}

int Limiter::slow_percent_at(MonoTime now) const {
  if (slow_percent_ == 100 || now <= slowed_at_) return slow_percent_;
  const auto minutes = std::min<std::int64_t>((now - slowed_at_) / std::chrono::minutes(1), 1000);
  return std::max(100, slow_percent_ - kRecoveryPercent * static_cast<int>(minutes));
}

MonoTime Limiter::eased_at(Lane lane, MonoTime now) const {
  const int percent = slow_percent_at(now);
  if (percent == 100 || calls_.empty() || lane < Lane::Lookup) return MonoTime::min();
  return calls_.back() + sustained() * percent / 100;
}

Duration Limiter::sustained() const { return std::max(minute_.interval(), hour_.interval()); }

void Limiter::hold(Duration wait, MonoTime now) {
  const MonoTime until = now + wait;
  if (until <= hold_until_) return;
  held_ += until - std::max(hold_until_, now);
  hold_until_ = until;
}

std::vector<QuotaRow> Limiter::rows(const std::string& region) const {
  std::vector<QuotaRow> rows;
  rows.push_back({region, kWindowNames[0], boot_id_, minute_.instant()});
  rows.push_back({region, kWindowNames[1], boot_id_, hour_.instant()});
  if (hold_until_ != MonoTime::min()) rows.push_back({region, kHold, boot_id_, hold_until_});
  return rows;
}

QuotaStatus Limiter::status(MonoTime now) const {
  QuotaStatus status;
  status.minute_limit = minute_.limit().count;
  status.hour_limit = hour_.limit().count;
  const auto since = [&](Duration window) {
    const auto first = std::upper_bound(calls_.begin(), calls_.end(), now - window);
    return static_cast<int>(calls_.end() - first);
  };
  status.minute_used = since(std::chrono::minutes(1));
  status.hour_used = since(std::chrono::hours(1));
  return status;
}

void Limiter::remember(MonoTime now) {
  while (!calls_.empty() && calls_.front() <= now - std::chrono::hours(1)) calls_.pop_front();
  calls_.push_back(now);
}

}  // namespace mactiond::core

#include "core/quota/call_meter.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/error.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr int kShortBurstDivisor = 5;
// The hour's burst is what saved-up time buys at once; it is kept small because every token of it
// slows the sustained rate down.
constexpr int kLongBurstDivisor = 25;

// Lists use whatever is left all the time, so their floor is the highest. Rare calls that must not
// wait find tokens below it.
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
    case Lane::LateLookup:
      return limit.reserve;
    case Lane::Machine:
      return (limit.reserve + limit.burst) / 2;
  }
  return 0;
}

}  // namespace

RateLimit make_limit(const std::string& name, int count, Duration window) {
  RateLimit limit;
  limit.name = name;
  limit.count = count;
  limit.window = window;
  limit.burst = std::max(1, count / (window > 1min ? kLongBurstDivisor : kShortBurstDivisor));
  limit.reserve = limit.burst / 5;
  return limit;
}

CallMeter::CallMeter(std::string prefix, const std::vector<RateLimit>& limits)
    : prefix_(std::move(prefix)) {
  for (const RateLimit& limit : limits) windows_.push_back({limit, TokenBucket(limit)});
}

void CallMeter::drain(MonoTime now) {
  for (Window& window : windows_) window.bucket.drain(now);
  counted_since_ = now;
  first_list_ = true;
}

void CallMeter::configure(const std::vector<RateLimit>& limits, MonoTime now) {
  MACTIOND_ASSERT(limits.size() == windows_.size());
  forget_learned(now);
  for (std::size_t i = 0; i < limits.size(); ++i) {
    Window& window = windows_[i];
    MACTIOND_ASSERT(limits[i].window == window.stated.window);
    window.stated = limits[i];
    if (window.learned >= window.stated.count) window.learned = 0;
    const RateLimit limit =
        window.learned == 0 ? window.stated
                            : make_limit(window.stated.name, window.learned, window.stated.window);
    if (limit.count != window.bucket.limit().count) window.bucket = changed(window, limit, now);
  }
}

TokenBucket CallMeter::changed(const Window& window, const RateLimit& limit, MonoTime now) const {
  TokenBucket bucket(limit);
  if (counted_since_ > now - limit.window - kSendWithin) {
    bucket.cap(window.bucket.available(0, now), now);
    return bucket;
  }
  for (const CallLog::Slice& slice : log_.slices()) {
    for (int i = 0; i < std::min(slice.count, limit.burst); ++i) bucket.take(slice.last);
    bucket.restore(bucket.instant(), slice.last);
  }
  return bucket;
}

MonoTime CallMeter::fits_at(const Window& window, int count) const {
  const auto first = log_.time_of_last(static_cast<std::size_t>(count));
  return first ? *first + window.stated.window + kSendWithin + Duration(1) : MonoTime::min();
}

MonoTime CallMeter::first_list_at(const Window& window, MonoTime now) const {
  const MonoTime token = window.bucket.conforms_at(0);
  const bool all_counted = counted_since_ <= now - window.stated.window - kSendWithin;
  const MonoTime fits = all_counted ? fits_at(window, window.bucket.limit().count) : token;
  return std::max(std::min(token, fits), fits_at(window, window.stated.count));
}

MonoTime CallMeter::next_at(Lane lane, MonoTime now) const {
  const bool first_list = first_list_ && lane == Lane::List;
  MonoTime when = throttle_.held_until();
  for (const Window& window : windows_) {
    const int left = must_leave(window.bucket.limit(), lane);
    const MonoTime allowed = first_list ? first_list_at(window, now)
                                        : std::max(window.bucket.conforms_at(left),
                                                   fits_at(window, window.stated.count));
    when = std::max(when, allowed);
  }
  return first_list ? when : std::max(when, eased_at(lane, now));
}

std::optional<MonoTime> CallMeter::try_take(Lane lane, MonoTime now) {
  forget_learned(now);
  const MonoTime when = next_at(lane, now);
  if (when > now) return when;
  for (Window& window : windows_) window.bucket.take(now);
  log_.add(now);
  if (lane == Lane::List) first_list_ = false;
  return std::nullopt;
}

int CallMeter::available(Lane lane, MonoTime now) const {
  if (throttle_.held_until() > now || eased_at(lane, now) > now) return 0;
  int least = windows_.front().bucket.limit().burst;
  for (const Window& window : windows_) {
    if (fits_at(window, window.stated.count) > now) return 0;
    const int left = must_leave(window.bucket.limit(), lane);
    least = std::min(least, window.bucket.available(left, now));
  }
  return least;
}

int CallMeter::burst() const {
  int least = std::numeric_limits<int>::max();
  for (const Window& window : windows_) least = std::min(least, window.bucket.limit().burst);
  return least;
}

void CallMeter::throttled(std::optional<Duration> retry_after, std::optional<NamedLimit> named,
                          MonoTime now) {
  first_list_ = true;
  throttle_.refused(retry_after, now);
  if (named) learn(*named, now);
}

void CallMeter::learn(const NamedLimit& named, MonoTime now) {
  for (Window& window : windows_) {
    const RateLimit& limit = window.bucket.limit();
    if (named.window != limit.window || named.count < 1) continue;
    if (named.count >= window.stated.count || named.count > limit.count) continue;
    window.learned_until = now + kLearnedFor;
    if (named.count == limit.count) continue;
    window.learned = named.count;
    window.ever_learned = true;
    window.bucket = TokenBucket(make_limit(limit.name, named.count, limit.window));
    window.bucket.drain(now);
  }
}

void CallMeter::forget_learned(MonoTime now) {
  for (Window& window : windows_) {
    if (window.learned == 0 || now < window.learned_until) continue;
    window.learned = 0;
    window.bucket = TokenBucket(window.stated);
    window.bucket.drain(now);
  }
}

MonoTime CallMeter::eased_at(Lane lane, MonoTime now) const {
  if (log_.empty() || lane < Lane::Lookup) return MonoTime::min();
  return throttle_.next_at(log_.last(), sustained(), now);
}

void CallMeter::hold(Duration wait, MonoTime now) {
  first_list_ = true;
  throttle_.hold(wait, now);
}

Duration CallMeter::sustained() const {
  Duration longest{};
  for (const Window& window : windows_) longest = std::max(longest, window.bucket.interval());
  return longest;
}

Count CallMeter::used_is(Duration window, MonoTime now) const {
  if (counted_since_ > now - window) return Count::AtLeast;
  return bounded_until_ > now - window ? Count::AtMost : Count::Exact;
}

int CallMeter::limit(Duration length) const {
  for (const Window& window : windows_) {
    if (window.stated.window == length) return window.bucket.limit().count;
  }
  return 0;
}

}  // namespace mactiond::core

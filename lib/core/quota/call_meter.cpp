#include "core/quota/call_meter.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/error.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr const char* kHold = "hold";
constexpr const char* kLearned = "_learned";
constexpr const char* kCalls = "calls";
constexpr const char* kCountedSince = "calls_since";
constexpr const char* kBoundedUntil = "calls_bounded";

constexpr Duration kMargin = 1s;
constexpr Duration kSecond = 1s;
constexpr Duration kHoldMax = 1h;
constexpr Duration kHoldFirst = 5s;
constexpr Duration kHoldGrown = 5min;
/// What lies further back than this concerns no window.
constexpr Duration kCountedFor = 1h + kSendWithin;
constexpr int kSlowestPercent = 800;
/// Every minute without a refusal takes so much of the slowness away.
constexpr int kRecoveryPercent = 10;

constexpr int kShortBurstDivisor = 5;
// The hour's burst is what saved-up time buys at once; it is kept small because every token of it
// slows the sustained rate down.
constexpr int kLongBurstDivisor = 25;

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
    case Lane::LateLookup:
      return limit.reserve;
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

const QuotaRow* CallMeter::Stored::find(const std::string& window) const {
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [&](const QuotaRow& row) { return row.window == window; });
  return found == rows.end() ? nullptr : &*found;
}

bool CallMeter::Stored::exact(const QuotaRow& row) const {
  return !boot_id.empty() && row.boot_id == boot_id;
}

std::optional<MonoTime> CallMeter::Stored::instant(const QuotaRow& row) const {
  if (exact(row)) return row.instant;
  if (calls == nullptr || calls->boot_id != row.boot_id) return std::nullopt;
  // What no clock of ours can have said is no distance.
  constexpr Duration kFar = 48h;
  const Duration distance = row.instant - calls->instant;
  if (std::chrono::abs(distance) > kFar) return std::nullopt;
  // The log ends with a full second that may have been under way.
  return now + kSecond + distance;
}

void CallMeter::restore(const std::vector<QuotaRow>& rows, const std::string& boot_id,
                        MonoTime now) {
  Stored stored{rows, boot_id, nullptr, now};
  stored.calls = stored.find(prefix_ + kCalls);
  restore_log(stored);
  if (log_.empty()) stored.calls = nullptr;
  for (Window& window : windows_) {
    restore_learned(window, stored);
    restore_bucket(window, stored);
  }
  const QuotaRow* hold = stored.find(prefix_ + kHold);
  if (hold != nullptr && stored.exact(*hold)) {
    hold_until_ = std::min(hold->instant, now + kHoldMax + kMargin);
    if (hold_until_ > now) first_list_ = true;
  }
}

void CallMeter::restore_log(const Stored& stored) {
  const bool called = std::any_of(windows_.begin(), windows_.end(), [&](const Window& window) {
    return stored.find(prefix_ + window.stated.name) != nullptr;
  });
  if (!called) return;
  const QuotaRow* calls = stored.calls;
  const bool exact = calls != nullptr && stored.exact(*calls);
  if (!exact) first_list_ = true;
  // A second may not be over yet; a log that ends later is of a clock that we do not know.
  const bool sound = calls != nullptr && (!exact || calls->instant <= stored.now + kSecond);
  const MonoTime end = exact ? calls->instant : stored.now + kSecond;
  if (!sound || !log_.restore(calls->calls, end)) {
    counted_since_ = stored.now;
    return;
  }
  if (!exact) bounded_until_ = stored.now;
  const QuotaRow* since = stored.find(prefix_ + kCountedSince);
  if (since != nullptr) counted_since_ = stored.instant(*since).value_or(counted_since_);
  const QuotaRow* bounded = stored.find(prefix_ + kBoundedUntil);
  if (bounded != nullptr && exact) {
    bounded_until_ = stored.instant(*bounded).value_or(bounded_until_);
  }
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
    bucket.leave(window.bucket.available(0, now), now);
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

void CallMeter::restore_learned(Window& window, const Stored& stored) const {
  const QuotaRow* row = stored.find(prefix_ + window.stated.name + kLearned);
  if (row == nullptr) return;
  window.ever_learned = true;
  const MonoTime until = stored.exact(*row) ? std::min(row->instant, stored.now + kLearnedFor)
                                            : stored.now + kLearnedFor;
  if (row->count < 1 || row->count >= window.stated.count || until <= stored.now) return;
  window.learned = row->count;
  window.learned_until = until;
  window.bucket = TokenBucket(make_limit(window.stated.name, row->count, window.stated.window));
}

void CallMeter::restore_bucket(Window& window, const Stored& stored) const {
  const QuotaRow* row = stored.find(prefix_ + window.stated.name);
  if (row == nullptr) return;
  const auto instant = stored.instant(*row);
  if (!instant || row->count < 1) return window.bucket.drain(stored.now);
  TokenBucket before(make_limit(window.stated.name, row->count, window.stated.window));
  before.restore(*instant, stored.now);
  if (row->count == window.bucket.limit().count) {
    window.bucket = before;
  } else {
    window.bucket.leave(before.available(0, stored.now), stored.now);
  }
}

void CallMeter::append_rows(const std::string& region, const std::string& boot_id,
                            std::vector<QuotaRow>& rows) const {
  for (const Window& window : windows_) {
    const std::string name = prefix_ + window.stated.name;
    const RateLimit& limit = window.bucket.limit();
    if (window.bucket.instant() != MonoTime::min()) {
      rows.push_back({region, name, boot_id, window.bucket.instant(), limit.count, {}});
    }
    if (window.ever_learned) {
      rows.push_back({region, name + kLearned, boot_id, window.learned_until, window.learned, {}});
    }
  }
  if (hold_until_ != MonoTime::min()) {
    rows.push_back({region, prefix_ + kHold, boot_id, hold_until_, 0, {}});
  }
  if (log_.empty()) return;
  const auto add = [&](const char* name, MonoTime instant) {
    if (instant <= log_.last() - kCountedFor) return;
    rows.push_back({region, prefix_ + name, boot_id, instant, 0, {}});
  };
  add(kCountedSince, counted_since_);
  add(kBoundedUntil, bounded_until_);
  CallLog::Stored stored = log_.stored();
  rows.push_back(
      {region, prefix_ + kCalls, boot_id, stored.end, stored.total, std::move(stored.text)});
}

MonoTime CallMeter::next_at(Lane lane, MonoTime now) const {
  const bool first_list = first_list_ && lane == Lane::List;
  MonoTime when = hold_until_;
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
  if (hold_until_ > now || eased_at(lane, now) > now) return 0;
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

void CallMeter::throttled(std::optional<Duration> told, std::optional<NamedLimit> named,
                          MonoTime now) {
  Duration grown = kHoldFirst;
  for (int i = 0; i < refusals_ && grown < kHoldGrown; ++i) grown *= 2;
  ++refusals_;
  hold(std::min(told.value_or(std::min(grown, kHoldGrown)), kHoldMax) + kMargin, now);
  if (named) learn(*named, now);
  slow_percent_ = std::min(kSlowestPercent, 2 * slow_percent_at(now));
  slowed_at_ = hold_until_;
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

int CallMeter::slow_percent_at(MonoTime now) const {
  if (slow_percent_ == 100 || now <= slowed_at_) return slow_percent_;
  const auto minutes = std::min<std::int64_t>((now - slowed_at_) / Duration(1min), 1000);
  return std::max(100, slow_percent_ - kRecoveryPercent * static_cast<int>(minutes));
}

MonoTime CallMeter::eased_at(Lane lane, MonoTime now) const {
  const int percent = slow_percent_at(now);
  if (percent == 100 || log_.empty() || lane < Lane::Lookup) return MonoTime::min();
  return log_.last() + sustained() * percent / 100;
}

void CallMeter::hold(Duration wait, MonoTime now) {
  first_list_ = true;
  const MonoTime until = now + wait;
  if (until <= hold_until_) return;
  held_ += until - std::max(hold_until_, now);
  hold_until_ = until;
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

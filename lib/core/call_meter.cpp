#include "core/call_meter.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/error.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr const char* kHold = "hold";
constexpr const char* kLearned = "_learned";

constexpr Duration kMargin = 1s;
constexpr Duration kHoldMax = 1h;
constexpr Duration kHoldFirst = 5s;
constexpr Duration kHoldGrown = 5min;
constexpr Duration kRemembered = 1h + kSendWithin;
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
      return limit.reserve;
  }
  return 0;
}

const QuotaRow* find_row(const std::vector<QuotaRow>& rows, const std::string& window) {
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [&](const QuotaRow& row) { return row.window == window; });
  return found == rows.end() ? nullptr : &*found;
}

bool is_exact(const QuotaRow& row, const std::string& boot_id) {
  return !boot_id.empty() && row.boot_id == boot_id;
}

// A bucket found half empty says that about half of its limit was in use.
int used_of(const TokenBucket& bucket, MonoTime now) {
  const RateLimit& limit = bucket.limit();
  return limit.count * std::min(bucket.missing(now), limit.burst) / limit.burst;
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

void CallMeter::restore(const std::vector<QuotaRow>& rows, const std::string& boot_id,
                        MonoTime now) {
  int used = 0;
  for (Window& window : windows_) used = restore(window, rows, boot_id, now);
  const QuotaRow* hold = find_row(rows, prefix_ + kHold);
  if (hold != nullptr && is_exact(*hold, boot_id)) {
    hold_until_ = std::min(hold->instant, now + kHoldMax + kMargin);
  }
  if (!rows.empty()) known_since_ = now;
  assume_calls(used, now);
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
  if (known_since_ > now - limit.window - kSendWithin) {
    bucket.leave(window.bucket.available(0, now), now);
    return bucket;
  }
  for (const MonoTime call : calls_) {
    bucket.take(call);
    bucket.restore(bucket.instant(), call);
  }
  return bucket;
}

MonoTime CallMeter::fits_at(const Window& window) const {
  const auto count = static_cast<std::size_t>(window.stated.count);
  if (calls_.size() < count) return MonoTime::min();
  const MonoTime first = calls_[calls_.size() - count];
  if (first < known_since_) return MonoTime::min();
  return first + window.stated.window + kSendWithin + Duration(1);
}

int CallMeter::restore(Window& window, const std::vector<QuotaRow>& rows,
                       const std::string& boot_id, MonoTime now) {
  const std::string name = prefix_ + window.stated.name;
  const QuotaRow* learned = find_row(rows, name + kLearned);
  if (learned != nullptr) {
    window.ever_learned = true;
    const bool exact = is_exact(*learned, boot_id);
    const MonoTime until =
        exact ? std::min(learned->instant, now + kLearnedFor) : now + kLearnedFor;
    if (learned->count > 0 && learned->count < window.stated.count && until > now) {
      window.learned = learned->count;
      window.learned_until = until;
      window.bucket =
          TokenBucket(make_limit(window.stated.name, learned->count, window.stated.window));
    }
  }
  const QuotaRow* row = find_row(rows, name);
  if (row == nullptr) return 0;
  if (!is_exact(*row, boot_id) || row->count < 1) {
    window.bucket.drain(now);
    return used_of(window.bucket, now);
  }
  TokenBucket before(make_limit(window.stated.name, row->count, window.stated.window));
  before.restore(row->instant, now);
  if (row->count == window.bucket.limit().count) {
    window.bucket = before;
  } else {
    window.bucket.leave(before.available(0, now), now);
  }
  return used_of(before, now);
}

// As if they had been made evenly over the longest window.
void CallMeter::assume_calls(int calls, MonoTime now) {
  const Duration window = windows_.back().stated.window;
  for (int i = 0; i < calls; ++i) calls_.push_back(now - window * (calls - i) / (calls + 1));
}

void CallMeter::append_rows(const std::string& region, const std::string& boot_id,
                            std::vector<QuotaRow>& rows) const {
  for (const Window& window : windows_) {
    const std::string name = prefix_ + window.stated.name;
    const RateLimit& limit = window.bucket.limit();
    if (window.bucket.instant() != MonoTime::min()) {
      rows.push_back({region, name, boot_id, window.bucket.instant(), limit.count});
    }
    if (window.ever_learned) {
      rows.push_back({region, name + kLearned, boot_id, window.learned_until, window.learned});
    }
  }
  if (hold_until_ != MonoTime::min()) {
    rows.push_back({region, prefix_ + kHold, boot_id, hold_until_});
  }
}

std::optional<MonoTime> CallMeter::try_take(Lane lane, MonoTime now) {
  forget_learned(now);
  MonoTime when = hold_until_;
  for (const Window& window : windows_) {
    const int left = must_leave(window.bucket.limit(), lane);
    when = std::max({when, window.bucket.conforms_at(left), fits_at(window)});
  }
  when = std::max(when, eased_at(lane, now));
  if (when > now) return when;
  for (Window& window : windows_) window.bucket.take(now);
  remember(now);
  return std::nullopt;
}

int CallMeter::available(Lane lane, MonoTime now) const {
  if (hold_until_ > now || eased_at(lane, now) > now) return 0;
  int least = windows_.front().bucket.limit().burst;
  for (const Window& window : windows_) {
    if (fits_at(window) > now) return 0;
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
  if (percent == 100 || calls_.empty() || lane < Lane::Lookup) return MonoTime::min();
  return calls_.back() + sustained() * percent / 100;
}

void CallMeter::hold(Duration wait, MonoTime now) {
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

int CallMeter::used(Duration window, MonoTime now) const {
  const auto first = std::upper_bound(calls_.begin(), calls_.end(), now - window);
  return static_cast<int>(calls_.end() - first);
}

int CallMeter::limit(Duration length) const {
  for (const Window& window : windows_) {
    if (window.stated.window == length) return window.bucket.limit().count;
  }
  return 0;
}

void CallMeter::remember(MonoTime now) {
  while (!calls_.empty() && calls_.front() <= now - kRemembered) calls_.pop_front();
  calls_.push_back(now);
}

}  // namespace mactiond::core

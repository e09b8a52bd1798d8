#include <algorithm>
#include <utility>

#include "core/quota/call_meter.hpp"
#include "core/quota/stored_calls.hpp"

// What a meter stores, and how the next process reads it.

namespace mactiond::core {
namespace {

constexpr const char* kHold = "hold";
constexpr const char* kLearned = "_learned";
constexpr const char* kCalls = "calls";
constexpr const char* kCountedSince = "calls_since";
constexpr const char* kBoundedUntil = "calls_bounded";

}  // namespace

void CallMeter::restore(const std::vector<QuotaRow>& rows, const std::string& boot_id,
                        MonoTime now) {
  StoredCalls stored{rows, boot_id, nullptr, now};
  stored.log = stored.find(prefix_ + kCalls);
  restore_log(stored);
  if (log_.empty()) stored.log = nullptr;
  for (Window& window : windows_) {
    restore_learned(window, stored);
    restore_bucket(window, stored);
  }
  const QuotaRow* hold = stored.find(prefix_ + kHold);
  if (hold != nullptr && stored.exact(*hold)) {
    throttle_.restore(hold->instant, now);
    if (throttle_.held_until() > now) first_list_ = true;
  }
}

void CallMeter::restore_log(const StoredCalls& stored) {
  const bool called = std::any_of(windows_.begin(), windows_.end(), [&](const Window& window) {
    return stored.find(prefix_ + window.stated.name) != nullptr;
  });
  if (!called) return;
  const QuotaRow* calls = stored.log;
  const bool exact = calls != nullptr && stored.exact(*calls);
  if (!exact) first_list_ = true;
  // A log that ends later is of a clock that we do not know.
  const bool sound = calls != nullptr && (!exact || calls->instant <= stored.now + kLogEndsWithin);
  const MonoTime end = exact ? calls->instant : stored.now + kLogEndsWithin;
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

void CallMeter::restore_learned(Window& window, const StoredCalls& stored) const {
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

void CallMeter::restore_bucket(Window& window, const StoredCalls& stored) const {
  const QuotaRow* row = stored.find(prefix_ + window.stated.name);
  if (row == nullptr) return;
  const auto instant = stored.instant(*row);
  if (!instant || row->count < 1) return window.bucket.drain(stored.now);
  TokenBucket before(make_limit(window.stated.name, row->count, window.stated.window));
  before.restore(*instant, stored.now);
  if (row->count == window.bucket.limit().count) {
    window.bucket = before;
  } else {
    window.bucket.cap(before.available(0, stored.now), stored.now);
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
  if (throttle_.held_until() != MonoTime::min()) {
    rows.push_back({region, prefix_ + kHold, boot_id, throttle_.held_until(), 0, {}});
  }
  if (log_.empty()) return;
  const auto add = [&](const char* name, MonoTime instant) {
    // What lies further back is in no window.
    if (instant <= log_.last() - CallLog::kRemembered) return;
    rows.push_back({region, prefix_ + name, boot_id, instant, 0, {}});
  };
  add(kCountedSince, counted_since_);
  add(kBoundedUntil, bounded_until_);
  CallLog::Stored stored = log_.stored();
  rows.push_back(
      {region, prefix_ + kCalls, boot_id, stored.end, stored.total, std::move(stored.text)});
}

}  // namespace mactiond::core

#include "sim/throttle.hpp"

#include <algorithm>
#include <chrono>

#include "base/http_date.hpp"

namespace mactiond::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

struct Window {
  Duration length{};
  int limit = 0;
};

std::array<Window, 2> windows_of(Bucket bucket, const ThrottleOptions& options) {
  switch (bucket) {
    case Bucket::Package:
      return {{{minutes(1), options.package_per_minute}, {hours(1), options.package_per_hour}}};
    case Bucket::LiveResponse:
      return {{{minutes(1), options.live_response_per_minute}, {hours(1), 0}}};
    case Bucket::Api:
      break;
  }
  return {{{minutes(1), options.per_minute}, {hours(1), options.per_hour}}};
}

WallTime window_begin(const Window& window, bool fixed, WallTime now) {
  if (!fixed) return now - window.length;
  const auto since_epoch = now.time_since_epoch();
  return WallTime(since_epoch - since_epoch % window.length) - Duration(1);
}

std::string retry_after_text(RetryAfter form, std::int64_t wait, WallTime now) {
  if (form == RetryAfter::Zero) return "0";
  if (form == RetryAfter::Huge) return "99999999";
  if (form == RetryAfter::Date) return format_http_date(now + seconds(wait));
  return std::to_string(wait);
}

}  // namespace

Refusal too_many_requests(const ThrottleOptions& options, int count, bool per_hour, Duration wait,
                          WallTime now) {
  const std::int64_t rounded = std::max<std::int64_t>(1, to_seconds(wait + seconds(1)));
  const std::string period = per_hour ? "01:00:00" : "00:01:00";
  Refusal refusal{429, "429", "", std::nullopt, std::nullopt};
  switch (options.body) {
    case ThrottleBody::Current:
      refusal.message = "API calls quota exceeded! Maximum allowed " + std::to_string(count) +
                        " per " + period +
                        " for the key Destination+TenantID+AppID. You can send requests again in " +
                        std::to_string(rounded) + " seconds.";
      break;
    case ThrottleBody::Old:
      refusal.message =
          "API calls quota exceeded! maximum allowed " + std::to_string(count) + " per " + period;
      break;
    case ThrottleBody::Documented:
      refusal.code = "TooManyRequests";
      refusal.message =
          "Response represents reaching quota limit either by number of requests "
          "or by CPU.";
      break;
  }
  if (options.retry_after != RetryAfter::None) {
    refusal.retry_after = retry_after_text(options.retry_after, rounded, now);
  }
  return refusal;
}

void Throttle::add_shared_calls(const ThrottleOptions& options, WallTime now) {
  if (options.shared_calls_per_minute <= 0) {
    shared_until_ = now;
    return;
  }
  const Duration interval = Duration(minutes(1)) / options.shared_calls_per_minute;
  WallTime at = std::max(shared_until_.value_or(now), now - hours(1));
  for (; at + interval <= now; at += interval) calls_[0].push_back(at + interval);
  shared_until_ = at;
}

std::optional<Refusal> Throttle::admit(Operation operation, const ThrottleOptions& options,
                                       WallTime now, Duration skew) {
  add_shared_calls(options, now);
  const Bucket bucket = bucket_of(operation);
  Calls& calls = calls_[static_cast<std::size_t>(bucket)];
  while (!calls.empty() && calls.front() <= now - hours(1)) calls.pop_front();
  calls.push_back(now);
  for (const Window& window : windows_of(bucket, options)) {
    if (window.limit <= 0) continue;
    const WallTime begin = window_begin(window, options.fixed_windows, now);
    const auto first = std::upper_bound(calls.begin(), calls.end(), begin);
    const auto inside = calls.end() - first;
    if (inside <= window.limit) continue;
    const WallTime free_at = options.fixed_windows ? begin + window.length
                                                   : *(calls.end() - window.limit) + window.length;
    const Duration wait = std::max(Duration{}, free_at - now);
    return too_many_requests(options, window.limit, window.length == hours(1), wait, now + skew);
  }
  return std::nullopt;
}

}  // namespace mactiond::sim

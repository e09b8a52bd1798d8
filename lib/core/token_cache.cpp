#include "core/token_cache.hpp"

#include <algorithm>
#include <utility>

#include "core/backoff.hpp"

namespace mactiond::core {
namespace {

constexpr Duration kRenewBefore = std::chrono::minutes(5);
/// A token said to live shorter is tried this long, or it would be fetched without end. Where it
/// is over indeed the API says so.
constexpr Duration kLifetimeMin = std::chrono::minutes(1);
constexpr Duration kBackoffFirst = std::chrono::seconds(5);
constexpr Duration kBackoffMax = std::chrono::minutes(5);
// A token refused this soon after it was fetched says that fetching another will not help.
constexpr Duration kFresh = std::chrono::minutes(1);

}  // namespace

const Secret* TokenCache::usable(MonoTime now) const {
  return token_ && now < expires_at_ ? &*token_ : nullptr;
}

bool TokenCache::wants_fetch(MonoTime now) const {
  if (fetching_ || now < not_before_) return false;
  return !token_ || now >= renew_at_;
}

std::optional<MonoTime> TokenCache::wake_at(MonoTime now) const {
  if (fetching_) return std::nullopt;
  const MonoTime fetch_at = token_ ? std::max(renew_at_, not_before_) : not_before_;
  return std::max(fetch_at, now);
}

void TokenCache::fetched(Secret token, Duration lifetime, MonoTime now) {
  fetching_ = false;
  not_before_ = MonoTime::min();
  token_ = std::move(token);
  fetched_at_ = now;
  const Duration believed = std::max(lifetime, kLifetimeMin);
  expires_at_ = now + believed;
  renew_at_ = expires_at_ - std::min(kRenewBefore, believed / 5);
}

void TokenCache::fetch_failed(std::optional<Duration> retry_after, MonoTime now, Random& random) {
  fetching_ = false;
  ++failures_;
  const Duration delay = backoff(failures_, kBackoffFirst, kBackoffMax, random);
  not_before_ = now + std::max(delay, retry_after.value_or(Duration{}));
}

bool TokenCache::refused(MonoTime sent, MonoTime now, Random& random) {
  if (!token_ || fetched_at_ > sent) return false;
  token_.reset();
  if (now - fetched_at_ >= kFresh) return false;
  ++failures_;
  not_before_ = now + backoff(failures_, kBackoffFirst, kBackoffMax, random);
  return true;
}

std::optional<Duration> TokenCache::left(MonoTime now) const {
  if (!token_) return std::nullopt;
  return expires_at_ - now;
}

std::optional<Duration> TokenCache::age(MonoTime now) const {
  if (!token_) return std::nullopt;
  return now - fetched_at_;
}

}  // namespace mactiond::core

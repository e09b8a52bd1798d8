#include "core/region/token_cache.hpp"

#include <algorithm>
#include <utility>

#include "base/backoff.hpp"

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
/// Renewals for the sake of roles come at most this often.
constexpr Duration kRenewEvery = std::chrono::minutes(1);
/// After a role was found missing a grant is expected for this long; later it is looked for rarely.
constexpr Duration kGrantExpected = std::chrono::hours(1);
constexpr Duration kRenewRarely = std::chrono::minutes(10);

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

void TokenCache::fetched(Secret token, const Terms& terms, MonoTime now) {
  fetching_ = false;
  not_before_ = MonoTime::min();
  token_ = std::move(token);
  fetched_at_ = now;
  const Duration believed = std::max(terms.lifetime, kLifetimeMin);
  expires_at_ = now + believed;
  renew_at_ = expires_at_ - std::min(kRenewBefore, believed / 5);
  if (!terms.refresh_in) return;
  renew_at_ = std::min(renew_at_, now + std::max(*terms.refresh_in, kRenewEvery));
}

void TokenCache::fetch_failed(std::optional<Duration> retry_after, MonoTime now, Random& random) {
  fetching_ = false;
  ++failures_;
  const Duration delay = backoff(failures_, kBackoffFirst, kBackoffMax, random);
  if (retry_after) held_until_ = std::max(held_until_, now + *retry_after);
  not_before_ = std::max(now + delay, held_until_);
}

bool TokenCache::refused(MonoTime sent, MonoTime now, Random& random) {
  if (!token_ || fetched_at_ > sent) return false;
  token_.reset();
  if (now - fetched_at_ >= kFresh) return false;
  ++failures_;
  not_before_ = now + backoff(failures_, kBackoffFirst, kBackoffMax, random);
  return true;
}

bool TokenCache::lacks_role(MonoTime sent, MonoTime now) {
  if (!role_missing_since_) role_missing_since_ = now;
  if (!token_ || fetched_at_ > sent || fetching_) return true;
  if (now - fetched_at_ < (expects_grant(now) ? kRenewEvery : kRenewRarely)) return false;
  renew_at_ = std::min(renew_at_, now);
  return wants_fetch(now);
}

bool TokenCache::expects_grant(MonoTime now) const {
  return role_missing_since_ && now - *role_missing_since_ < kGrantExpected;
}

bool TokenCache::needs_newer(MonoTime now) const {
  return token_ && !fetching_ && expects_grant(now) && now - fetched_at_ >= kRenewEvery;
}

void TokenCache::renew(MonoTime now) {
  if (!token_ || fetching_) return;
  const bool lately = renewed_at_ != MonoTime::min() && now < renewed_at_ + kRenewEvery;
  const MonoTime at = lately ? renewed_at_ + kRenewEvery : now;
  if (at >= renew_at_) return;
  renew_at_ = renewed_at_ = at;
}

bool TokenCache::renew_at_once(MonoTime now) {
  if (!fetching_) {
    not_before_ = held_until_;
    renew_at_ = std::min(renew_at_, now);
  }
  operator_waits_ = fetching_ || wants_fetch(now);
  return operator_waits_;
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

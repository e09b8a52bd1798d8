#include "core/cancel/cancel_ledger.hpp"

#include <algorithm>

#include "core/elapsed.hpp"
#include "core/quota/quota.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// An hour as the API counts it: a POST may arrive so much later than it left.
constexpr Duration kCounts = 1h + kSendWithin;
/// Kept a little longer than it counts.
constexpr Duration kKeep = 2h;

}  // namespace

CancelLedger::CancelLedger(const CancelOptions& cancel, const std::vector<PolicyOptions>& policies,
                           std::string boot_id)
    : boot_id_(std::move(boot_id)) {
  configure(cancel, policies);
}

void CancelLedger::configure(const CancelOptions& cancel,
                             const std::vector<PolicyOptions>& policies) {
  cancel_ = cancel;
  limits_.clear();
  for (const PolicyOptions& policy : policies) {
    if (policy.max_per_hour) limits_[policy.name] = *policy.max_per_hour;
  }
}

void CancelLedger::restore(const Decision& decision) { made(decision); }

void CancelLedger::restore(const StaleRow& row) {
  told_[{row.region, row.action}].emplace(row.policy, row.status);
}

std::optional<CancelGuard> CancelLedger::guard(int total) const {
  if (total <= 0) return CancelGuard::Off;
  if (suspended_) return CancelGuard::Suspended;
  return std::nullopt;
}

Duration CancelLedger::since(const PostStamp& stamp, WallTime server, MonoTime now) const {
  return elapsed_since(stamp, boot_id_, {server, now});
}

std::optional<int> CancelLedger::limit_of(const std::string& policy) const {
  const auto found = limits_.find(policy);
  return found == limits_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<LimitHit> CancelLedger::limit(const std::string& policy, const HourLimits& limits,
                                            WallTime server, MonoTime now) const {
  const auto hit = [&](CancelGuard guard, int limit, bool all) -> std::optional<LimitHit> {
    int count = 0;
    Duration oldest{};
    for (const auto& [id, counted] : counted_) {
      if (!all && counted.policy != policy) continue;
      const Duration age = counted.posted ? since(*counted.posted, server, now) : Duration{};
      if (!counted.may_post && age > kCounts) continue;
      ++count;
      if (!counted.may_post) oldest = std::max(oldest, age);
    }
    if (count < limit) return std::nullopt;
    return LimitHit{guard, limit, now + (kCounts - oldest) + 1s};
  };
  if (limits.own) {
    if (auto found = hit(CancelGuard::PolicyLimit, *limits.own, false)) return found;
  }
  return hit(CancelGuard::TotalLimit, limits.total, true);
}

bool CancelLedger::leaves_room(const Decision& decision, WallTime server, MonoTime now) const {
  int all = 0;
  int own = 0;
  for (const auto& [id, counted] : counted_) {
    if (id == decision.id || !counted.posted) continue;
    if (since(*counted.posted, server, now) > kCounts) continue;
    ++all;
    own += counted.policy == decision.policy ? 1 : 0;
  }
  const auto limit = limit_of(decision.policy);
  return all < cancel_.max_per_hour && (!limit || own < *limit);
}

void CancelLedger::leave(const std::string& region) {
  for (auto& [id, counted] : counted_) {
    if (counted.region == region) counted.may_post = false;
  }
  std::erase_if(counted_,
                [](const auto& row) { return !row.second.may_post && !row.second.posted; });
}

bool CancelLedger::decided(const std::string& region, const ActionId& action,
                           const std::string& policy, const std::string& status) const {
  const auto found = decided_.find({region, action});
  return found != decided_.end() && found->second.contains({policy, status});
}

void CancelLedger::made(const Decision& decision) {
  decided_[{decision.region, decision.action}].emplace(decision.policy, decision.status);
  changed(decision);
}

void CancelLedger::changed(const Decision& decision) {
  if (decision.policy.empty()) return;
  const bool may_post = decision.live() && decision.state != Decision::State::Accepted;
  if (!may_post && !decision.posted) {
    counted_.erase(decision.id);
    return;
  }
  counted_[decision.id] = {decision.region, decision.policy, may_post, decision.posted};
  // Only a POST of now tells what is long ago: a restored one may be of another boot.
  if (!decision.posted || decision.posted->boot_id != boot_id_) return;
  std::erase_if(counted_, [&](const auto& row) {
    const Counted& counted = row.second;
    if (counted.may_post || !counted.posted) return false;
    return since(*counted.posted, decision.posted->server, decision.posted->mono) > kKeep;
  });
}

bool CancelLedger::tell_stale(const StaleRow& row) {
  return told_[{row.region, row.action}].emplace(row.policy, row.status).second;
}

bool CancelLedger::tell_suppressed(const SuppressedRow& row) {
  const auto [found, first] = suppressed_.try_emplace(row.policy, row.hour);
  // The API's clock may be corrected backwards into an hour that was told already.
  const Duration ahead = found->second - row.hour;
  if (!first && ahead >= Duration{} && ahead <= kClockOffMax) return false;
  found->second = row.hour;
  return true;
}

void CancelLedger::forbid(const std::string& region, const ActionType& type) {
  forbidden_.emplace(region, type.text());
}

void CancelLedger::allow(const std::string& region) {
  std::erase_if(forbidden_, [&](const auto& row) { return row.first == region; });
}

bool CancelLedger::forbidden(const std::string& region, const ActionType& type) const {
  return forbidden_.contains({region, std::string(type.text())});
}

}  // namespace mactiond::core

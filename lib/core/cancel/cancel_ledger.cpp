#include "core/cancel/cancel_ledger.hpp"

#include <algorithm>

#include "core/elapsed.hpp"

namespace mactiond::core {

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
  remember(row.region, row.action, {Past::What::Reported, row.policy, row.status});
}

CancelFacts CancelLedger::facts(MonoTime now) const {
  CancelFacts facts;
  facts.off = cancel_.max_per_hour <= 0;
  facts.suspended = suspended_;
  facts.policies_held = holds_policies(now);
  return facts;
}

Duration CancelLedger::since(const PostStamp& stamp, WallTime server, MonoTime now) const {
  return elapsed_since(stamp, boot_id_, {server, now});
}

HourLimits CancelLedger::limits_in_force(const std::string& policy) const {
  const auto own = limits_.find(policy);
  return {own == limits_.end() ? std::nullopt : std::optional(own->second), cancel_.max_per_hour};
}

std::optional<LimitHit> CancelLedger::limit(const std::string& policy, const HourLimits& limits,
                                            Counting counting, const std::string& except,
                                            WallTime server, MonoTime now) const {
  int all = 0;
  int own = 0;
  for (const auto& [id, counted] : counted_) {
    const bool may_post = counting == Counting::MayPost && counted.may_post;
    const bool counts =
        may_post || (counted.posted && since(*counted.posted, server, now) <= kPostCounts);
    if (!counts || id == except) continue;
    ++all;
    own += counted.policy == policy ? 1 : 0;
  }
  if (limits.own && own >= *limits.own) return LimitHit{CancelGuard::PolicyLimit, *limits.own};
  if (all >= limits.total) return LimitHit{CancelGuard::TotalLimit, limits.total};
  return std::nullopt;
}

void CancelLedger::retire(const std::string& region) {
  for (auto& [id, counted] : counted_) {
    if (counted.region == region) counted.may_post = false;
  }
  std::erase_if(counted_,
                [](const auto& row) { return !row.second.may_post && !row.second.posted; });
}

bool CancelLedger::decided(const std::string& region, const ActionId& action,
                           const std::string& policy, const std::string& status) const {
  const auto found = past_.find({region, action});
  return found != past_.end() && found->second.contains({Past::What::Decided, policy, status});
}

bool CancelLedger::remember(const std::string& region, const ActionId& action, Past past) {
  return past_[{region, action}].insert(std::move(past)).second;
}

void CancelLedger::made(const Decision& decision) {
  const std::string* policy = decision.policy();
  if (policy == nullptr) return;
  remember(decision.region, decision.action, {Past::What::Decided, *policy, decision.status});
  changed(decision);
}

void CancelLedger::changed(const Decision& decision) {
  const std::string* policy = decision.policy();
  if (policy == nullptr) return;
  const bool may_post = decision.live() && decision.state != Decision::State::Accepted;
  if (!may_post && !decision.posted) {
    counted_.erase(decision.id);
    return;
  }
  counted_[decision.id] = {decision.region, *policy, may_post, decision.posted};
  // Only a POST of this process shows what is long ago: a restored one may be of another boot.
  if (!decision.posted || decision.posted->boot_id != boot_id_) return;
  std::erase_if(counted_, [&](const auto& row) {
    const Counted& counted = row.second;
    if (counted.may_post || !counted.posted) return false;
    return since(*counted.posted, decision.posted->server, decision.posted->mono) > kPostRemembered;
  });
}

bool CancelLedger::report_stale(const StaleRow& row) {
  return remember(row.region, row.action, {Past::What::Reported, row.policy, row.status});
}

bool CancelLedger::report_suppressed(const SuppressedRow& row) {
  const auto [found, first] = suppressed_.try_emplace(row.policy, row.hour);
  // The API's clock may be corrected backwards into an hour that was reported already.
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

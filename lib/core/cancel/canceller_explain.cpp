#include <map>
#include <optional>
#include <string>

#include "core/cancel/canceller.hpp"

namespace mactiond::core {

Explanations Canceller::explain(const PolicyTrial* trial, int total, const CancelTime& time,
                                std::size_t most) const {
  std::map<const PolicyOptions*, std::optional<LimitHit>> hits;
  const auto limit = [&](const PolicyOptions& policy) {
    const auto [found, is_new] = hits.try_emplace(&policy);
    if (is_new) {
      const HourLimits limits{policy.max_per_hour, total};
      found->second = ledger_.limit(policy.name, limits, *time.server, time.now.mono);
    }
    return found->second;
  };
  const auto guard = [&](const ActionId& action, const PolicyOptions& policy,
                         const ActionFacts& facts) -> std::optional<CancelGuard> {
    if (const auto held = ledger_.guard(total)) return held;
    if (live_.contains(action)) return CancelGuard::UnderWay;
    if (const auto held = guard_of(time)) return held;
    if (ledger_.holds_policies(time.now.mono)) return CancelGuard::StoreRecovered;
    const std::string status(facts.status.text());
    if (ledger_.decided(region_, action, policy.name, status)) return CancelGuard::Decided;
    if (ledger_.forbidden(region_, facts.type)) return CancelGuard::Permission;
    if (const auto hit = limit(policy)) return hit->guard;
    return wants_calls_ ? std::optional(CancelGuard::Quota) : std::nullopt;
  };
  const auto* governed = trial != nullptr ? &trial->governed(region_) : nullptr;
  return explain_all(governed, watch_, time.server, guard, most);
}

}  // namespace mactiond::core

#include "core/cancel/policy_explain.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace mactiond::core {
namespace {

std::string_view stamp_name(const PolicyOptions& policy) {
  return policy.stale_since == StaleSince::Created ? "creation" : "last update";
}

bool has_stamp(const PolicyOptions& policy, const ActionFacts& facts) {
  const bool created = policy.stale_since == StaleSince::Created;
  return (created ? facts.created : facts.last_update).has_value();
}

std::string counted_from(const PolicyOptions& policy, const ActionFacts& facts) {
  const std::string stamp(stamp_name(policy));
  if (has_stamp(policy, facts)) return "since its " + stamp;
  return "since it was first seen (its " + stamp + " is missing or cannot be true)";
}

// Of an action that is governed and may be acted on; fills in verdict and reason.
void judge_age(const Governing& governing, const ActionFacts& facts,
               std::optional<WallTime> server_now, const Guard& guard, Explanation& result) {
  const PolicyOptions& policy = *governing.policy;
  result.verdict = PolicyVerdict::Wait;
  if (!result.stale_at) {
    result.reason = "the API sent no usable time of its " + std::string(stamp_name(policy));
    return;
  }
  if (!server_now) {
    result.reason = "the API's time is not known yet";
    return;
  }
  if (*result.stale_at > *server_now) {
    result.reason = "stale in " + age_text(*result.stale_at - *server_now);
    if (!has_stamp(policy, facts)) result.reason += ", counted " + counted_from(policy, facts);
    return;
  }
  const Duration age = *server_now - *result.stale_at + policy.stale_after;
  result.reason = age_text(age) + ' ' + counted_from(policy, facts) + ", the limit is " +
                  age_text(policy.stale_after);
  if (policy.action == PolicyAction::Notify) {
    result.verdict = PolicyVerdict::Notify;
    return;
  }
  const bool unknown = governing.rival != nullptr;
  if (policy.dry_run) {
    result.verdict = unknown ? PolicyVerdict::Hold : PolicyVerdict::DryRun;
    if (unknown) result.guard = CancelGuard::MachineUnknown;
    return;
  }
  result.guard = guard ? guard(result.action, policy, facts, unknown) : std::nullopt;
  result.verdict = result.guard ? PolicyVerdict::Hold : PolicyVerdict::Cancel;
}

// Sorts as the explanations do. No explanation is made of an action that is left out.
struct Place {
  std::optional<WallTime> stale_at;
  const ActionId* action;
  const ActionFacts* facts;
  Governing governing;

  bool operator<(const Place& other) const {
    if (stale_at.has_value() != other.stale_at.has_value()) return stale_at.has_value();
    if (stale_at != other.stale_at) return *stale_at < *other.stale_at;
    return *action < *other.action;
  }
};

// Of what no policy fits for certain.
std::string unfit_reason(const PolicyOptions* rival) {
  if (rival == nullptr) return "no policy fits";
  return "no policy fits but perhaps " + rival->name + ": its machine is not known yet";
}

Explanation explain(const Governing& governing, const ActionId& action, const ActionFacts& facts,
                    std::optional<WallTime> server_now, const Guard& guard) {
  Explanation result;
  result.action = action;
  result.type = facts.type;
  const PolicyOptions* policy = governing.policy;
  if (policy == nullptr) {
    result.reason = unfit_reason(governing.rival);
    return result;
  }
  result.policy = policy->name;
  if (policy->action == PolicyAction::Ignore) {
    result.verdict = PolicyVerdict::Ignore;
    result.reason = "the policy keeps all others from it";
    return result;
  }
  result.stale_at = stale_at(*policy, facts);
  if (policy->action == PolicyAction::Cancel) {
    if (auto reason = never_cancelled(*policy, facts)) {
      result.verdict = PolicyVerdict::Never;
      result.reason = std::move(*reason);
      return result;
    }
  }
  judge_age(governing, facts, server_now, guard, result);
  if (governing.rival != nullptr) {
    result.reason += "; " + governing.rival->name + " governs it if the machine fits, which is " +
                     "not known yet";
  }
  return result;
}

}  // namespace

std::string_view to_string(PolicyVerdict verdict) {
  switch (verdict) {
    case PolicyVerdict::None:
      return "none";
    case PolicyVerdict::Ignore:
      return "ignore";
    case PolicyVerdict::Never:
      return "never";
    case PolicyVerdict::Wait:
      return "wait";
    case PolicyVerdict::Notify:
      return "notify";
    case PolicyVerdict::DryRun:
      return "dry_run";
    case PolicyVerdict::Hold:
      return "hold";
    case PolicyVerdict::Cancel:
      return "cancel";
  }
  return "";
}

Explanation explain(const Policies& policies, std::string_view region, const ActionId& action,
                    const ActionFacts& facts, std::optional<WallTime> server_now,
                    const Guard& guard) {
  return explain(policies.governing(region, facts), action, facts, server_now, guard);
}

Explanations explain_all(const PolicyTrial::Governed* trial, const StaleWatch& watch,
                         std::optional<WallTime> server_now, const Guard& guard, std::size_t most) {
  std::vector<Place> places;
  places.reserve(watch.size());
  watch.for_each([&](const ActionId& id, const ActionFacts& facts, Governing governing) {
    if (trial != nullptr) {
      const auto matched = trial->find(id);
      if (matched == trial->end()) return;
      governing = matched->second;
    }
    const PolicyOptions* policy = governing.policy;
    places.push_back(
        {policy != nullptr ? stale_at(*policy, facts) : std::nullopt, &id, &facts, governing});
  });
  const std::size_t shown = std::min(most, places.size());
  std::partial_sort(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(shown),
                    places.end());
  Explanations all;
  all.more = places.size() - shown;
  places.resize(shown);
  for (const Place& place : places) {
    all.actions.push_back(explain(place.governing, *place.action, *place.facts, server_now, guard));
  }
  return all;
}

}  // namespace mactiond::core

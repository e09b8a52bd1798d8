#include "core/policy_explain.hpp"

#include <algorithm>
#include <utility>

namespace mactiond::core {
namespace {

std::string_view stamp_name(const PolicyOptions& policy) {
  return policy.stale_since == StaleSince::Created ? "creation" : "last update";
}

// Of an action that is governed and may be acted on; fills in verdict and reason.
void judge_age(const PolicyOptions& policy, const ActionFacts& facts,
               std::optional<WallTime> server_now, const Guard& guard, Explanation& told) {
  told.verdict = PolicyVerdict::Wait;
  if (!told.stale_at) {
    told.reason = "the API sent no usable time of its " + std::string(stamp_name(policy));
    return;
  }
  if (!server_now) {
    told.reason = sentence(CancelGuard::NoServerTime);
    return;
  }
  if (*told.stale_at > *server_now) {
    told.reason = "stale in " + age_text(*told.stale_at - *server_now);
    return;
  }
  const Duration age = *server_now - *told.stale_at + policy.stale_after;
  told.reason = age_text(age) + " since its " + std::string(stamp_name(policy)) +
                ", the limit is " + age_text(policy.stale_after);
  if (policy.action == PolicyAction::Notify) {
    told.verdict = PolicyVerdict::Notify;
    return;
  }
  if (policy.dry_run) {
    told.verdict = PolicyVerdict::DryRun;
    return;
  }
  told.guard = guard ? guard(policy, facts) : std::nullopt;
  told.verdict = told.guard ? PolicyVerdict::Hold : PolicyVerdict::Cancel;
  if (told.guard) told.reason += "; held back: " + std::string(sentence(*told.guard));
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
      break;
  }
  return "cancel";
}

Explanation explain(const Policies& policies, std::string_view region, const ActionId& action,
                    const ActionFacts& facts, std::optional<WallTime> server_now,
                    const Guard& guard) {
  Explanation told;
  told.action = action;
  const PolicyOptions* policy = policies.governing(region, facts);
  if (policy == nullptr) {
    told.reason = "no policy fits";
    return told;
  }
  told.policy = policy->name;
  if (policy->action == PolicyAction::Ignore) {
    told.verdict = PolicyVerdict::Ignore;
    told.reason = "the policy keeps all others from it";
    return told;
  }
  told.stale_at = stale_at(*policy, facts);
  if (policy->action == PolicyAction::Cancel) {
    if (auto reason = never_cancelled(*policy, facts)) {
      told.verdict = PolicyVerdict::Never;
      told.reason = std::move(*reason);
      return told;
    }
  }
  judge_age(*policy, facts, server_now, guard, told);
  return told;
}

std::vector<Explanation> explain_all(const Policies& policies, const StaleWatch& watch,
                                     std::optional<WallTime> server_now, const Guard& guard) {
  std::vector<Explanation> all;
  all.reserve(watch.size());
  watch.for_each([&](const ActionId& id, const ActionFacts& facts, const PolicyOptions*) {
    all.push_back(explain(policies, watch.region(), id, facts, server_now, guard));
  });
  std::sort(all.begin(), all.end(), [](const Explanation& a, const Explanation& b) {
    if (a.stale_at.has_value() != b.stale_at.has_value()) return a.stale_at.has_value();
    if (a.stale_at != b.stale_at) return *a.stale_at < *b.stale_at;
    return a.action < b.action;
  });
  return all;
}

std::string_view sentence(CancelGuard guard) {
  switch (guard) {
    case CancelGuard::Off:
      return "[cancel] max_per_hour is 0, so nothing is ever cancelled";
    case CancelGuard::Suspended:
      return "cancelling is suspended by an operator; mactionctl policy resume ends that";
    case CancelGuard::NotSwept:
      return "no complete sweep of the region has succeeded since the start";
    case CancelGuard::NoServerTime:
      return "the API's time is not known yet";
    case CancelGuard::ClockUncertain:
      return "the API's time is known too roughly";
    case CancelGuard::ClockJumped:
      return "the API's clock was set a short while ago";
    case CancelGuard::ClocksDisagree:
      return "the API's clock and ours are a day or more apart";
    case CancelGuard::Permission:
      return "the app registration lacks the permission to cancel this type of action";
    case CancelGuard::PolicyLimit:
      return "max_per_hour of the policy is used up";
    case CancelGuard::TotalLimit:
      return "[cancel] max_per_hour is used up";
    case CancelGuard::Quota:
      break;
  }
  return "the quota has no calls left for it";
}

}  // namespace mactiond::core

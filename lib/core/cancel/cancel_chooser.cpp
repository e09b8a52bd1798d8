#include "core/cancel/cancel_chooser.hpp"

#include <algorithm>
#include <utility>

#include "action/stamps.hpp"
#include "core/cancel/cancel_events.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLookForCalls = 500ms;
/// Each decision costs a re-read and a POST, and the POST must not wait for the quota.
constexpr int kCallsEach = 2;
/// Decisions whose first POST is still to come.
constexpr std::size_t kUnsentMax = 2;

/// Where the quota is too small for both calls at once, the POST has to wait.
bool has_calls(CancelCalls calls, std::size_t unsent) {
  const int needed = kCallsEach * static_cast<int>(unsent + 1);
  return calls.now >= needed || (unsent == 0 && calls.now >= calls.burst);
}

/// The policy has nothing more to do about the action in this status.
bool is_settled(CancelGuard guard, const CancelFacts& facts) {
  if (guard == CancelGuard::UnderWay) return facts.decided;
  return guard == CancelGuard::Never || guard == CancelGuard::Decided;
}

}  // namespace

CancelChooser::CancelChooser(std::string region, SharedPolicies policies, CancelLedger& ledger)
    : region_(std::move(region)), ledger_(ledger), watch_(region_, std::move(policies)) {}

void CancelChooser::look_soon(const CancelTime& time) { look_at_ = time.now.mono + 1ms; }

void CancelChooser::decide(const CancelTime& time, CancelCalls calls, CancelFollower& follower,
                           StepWriter& out) {
  if (first_guard(CancelMoment::Age, {}, time)) {
    look_at_ = time.now.mono + kCancelLookAgain;
    wants_calls_ = false;
    return;
  }
  bool fresh = false;
  for (ActionId& id : watch_.due(*time.server)) {
    const auto since = stale_at(*watch_.governing(id).policy, *watch_.find(id));
    fresh |= due_.emplace(since.value_or(*time.server), std::move(id)).second;
  }
  if (due_.empty() || (!fresh && time.now.mono < look_at_)) return;
  look_at_ = time.now.mono + kCancelLookAgain;
  wants_calls_ = false;
  Look look{time, calls, false, {}, {}, {}};
  for (auto due = due_.begin(); due != due_.end();) {
    due = try_decide(due->second, look, follower, out) ? due_.erase(due) : std::next(due);
  }
}

bool CancelChooser::try_decide(const ActionId& action, Look& look, CancelFollower& follower,
                               StepWriter& out) {
  const CancelTime& time = look.time;
  const ActionFacts* facts = watch_.find(action);
  const Governing governing = watch_.governing(action);
  const PolicyOptions* policy = governing.policy;
  if (policy == nullptr) return true;
  const auto stale = stale_at(*policy, *facts);
  if (!stale) return true;
  if (*stale > *time.server) {
    // The API's clock was set back meanwhile.
    watch_.again(action, *stale);
    return true;
  }
  if (policy->action == PolicyAction::Notify || policy->dry_run) {
    // What it would do is not known before the machine is.
    if (policy->action == PolicyAction::Cancel && governing.rival != nullptr) return false;
    report_stale(action, *policy, *facts, time, out);
    return true;
  }
  if (look.all_held || look.held.contains(policy)) return false;
  const CancelFacts found = facts_to_try(action, *policy, *facts, look, follower);
  if (const auto guard = first_guard(CancelMoment::Decide, found, time)) {
    const CancelScope scope = scope_of(*guard);
    look.all_held = scope == CancelScope::Region;
    if (scope == CancelScope::Policy) {
      look.held.insert(policy);
      report_suppressed(*policy, *found.limit, time, out);
    }
    if (*guard == CancelGuard::Quota && *look.unsent < kUnsentMax) {
      wants_calls_ = true;
      look_at_ = time.now.mono + kLookForCalls;
    }
    return is_settled(*guard, found);
  }
  Decision decision;
  decision.action = action;
  decision.type = facts->type;
  decision.by = PolicyName{policy->name};
  decision.status = std::string(facts->status.text());
  decision.decided = *time.server;
  decision.age = *time.server - (*stale - policy->stale_after);
  decision.comment = render_comment(*policy, action, *facts, decision.age);
  follower.begin(std::move(decision), recorded_by(*facts), time, out);
  look.limits.clear();
  look.unsent.reset();
  return true;
}

CancelFacts CancelChooser::facts_to_try(const ActionId& action, const PolicyOptions& policy,
                                        const ActionFacts& facts, Look& look,
                                        const CancelFollower& follower) const {
  CancelFacts found = facts_to_decide(action, policy, facts, look.time, follower);
  found.machine_unknown = watch_.governing(action).rival != nullptr;
  const auto [limit, is_new] = look.limits.try_emplace(&policy);
  if (is_new) {
    limit->second = ledger_.limit_to_decide(policy.name, ledger_.limits_in_force(policy.name),
                                            *look.time.server, look.time.now.mono);
  }
  found.limit = limit->second;
  if (!look.unsent) look.unsent = follower.unsent(look.time);
  found.calls_left = *look.unsent < kUnsentMax && has_calls(look.calls, *look.unsent);
  return found;
}

CancelFacts CancelChooser::facts_to_decide(const ActionId& action, const PolicyOptions& policy,
                                           const ActionFacts& facts, const CancelTime& time,
                                           const CancelFollower& follower) const {
  CancelFacts found = ledger_.facts(time.now.mono);
  found.under_way = follower.decision(action) != nullptr;
  found.never = never_cancelled(policy, facts).has_value();
  found.decided = ledger_.decided(region_, action, policy.name, std::string(facts.status.text()));
  found.forbidden = ledger_.forbidden(region_, facts.type);
  return found;
}

void CancelChooser::report_stale(const ActionId& action, const PolicyOptions& policy,
                                 const ActionFacts& facts, const CancelTime& time,
                                 StepWriter& out) {
  StaleRow row{region_, action, policy.name, std::string(facts.status.text())};
  if (!ledger_.report_stale(row)) return;
  const Duration age = *time.server - *stale_at(policy, facts) + policy.stale_after;
  const WallTime when = std::max(time.stamp(), recorded_by(facts));
  const bool would_cancel =
      policy.action == PolicyAction::Cancel && !never_cancelled(policy, facts);
  out.record(stale_event(row, facts.type, age, would_cancel, when), time.now.wall);
  out.cancel({region_, policy.name, CancelResult::Stale});
  out.batch().reported_stale.push_back(std::move(row));
}

void CancelChooser::report_suppressed(const PolicyOptions& policy, const LimitHit& hit,
                                      const CancelTime& time, StepWriter& out) {
  const SuppressedRow row{policy.name, std::chrono::floor<std::chrono::hours>(*time.server)};
  if (!ledger_.report_suppressed(row)) return;
  out.record(suppressed_event(row, region_, to_string(hit.guard), hit.limit, *time.server),
             time.now.wall);
  out.cancel({region_, policy.name, CancelResult::Suppressed});
  out.log(LogEntry::Level::Warning, "cancel_suppressed",
          {{"region", region_}, {"policy", policy.name}, {"limit", std::to_string(hit.limit)}});
  out.batch().suppressed.push_back(row);
}

Reply CancelChooser::ask(const AskCancel& asked, const CancelTime& time, CancelFollower& follower,
                         StepWriter& out) {
  const ActionFacts* facts = watch_.find(asked.action);
  const Decision* other = follower.decision(asked.action);
  CancelFacts found = ledger_.facts(time.now.mono);
  found.open = facts != nullptr;
  found.under_way = other != nullptr;
  found.forbidden = facts != nullptr && ledger_.forbidden(region_, facts->type);
  if (const auto guard = first_guard(CancelMoment::Ask, found, time)) {
    CancelRefused refusal{*guard, {}, {}};
    if (facts != nullptr) refusal.type = facts->type;
    if (other != nullptr) refusal.decision = other->id;
    return Refused{std::move(refusal)};
  }
  Decision decision;
  decision.action = asked.action;
  decision.type = facts->type;
  decision.by = asked.by;
  decision.status = std::string(facts->status.text());
  decision.comment = asked.comment;
  decision.decided = time.stamp();
  const WallTime since = facts->created.value_or(facts->first_seen);
  if (since >= kEarliestStamp) decision.age = decision.decided - since;
  follower.begin(std::move(decision), recorded_by(*facts), time, out);
  return Done{follower.decision(asked.action)->id, {}};
}

Explanations CancelChooser::explain(const PolicyTrial* trial, int total, const CancelTime& time,
                                    const CancelFollower& follower, std::size_t most) const {
  std::map<const PolicyOptions*, std::optional<LimitHit>> limits;
  const auto guard = [&](const ActionId& action, const PolicyOptions& policy,
                         const ActionFacts& facts, bool machine_unknown) {
    const auto [limit, is_new] = limits.try_emplace(&policy);
    if (is_new) {
      limit->second = ledger_.limit_to_decide(policy.name, {policy.max_per_hour, total},
                                              *time.server, time.now.mono);
    }
    CancelFacts found = facts_to_decide(action, policy, facts, time, follower);
    found.off = total <= 0;
    found.machine_unknown = machine_unknown;
    found.limit = limit->second;
    found.calls_left = !wants_calls_;
    return first_guard(CancelMoment::Decide, found, time);
  };
  const auto* governed = trial != nullptr ? &trial->governed(region_) : nullptr;
  return explain_all(governed, watch_, time.server, guard, most);
}

std::optional<MonoTime> CancelChooser::wake_at(const CancelTime& time) const {
  std::optional<MonoTime> when;
  if (!due_.empty()) when = look_at_;
  const auto due = watch_.next();
  if (!due || !time.server) return when;
  MonoTime at = time.now.mono + std::max(*due - *time.server, Duration{});
  if (first_guard(CancelMoment::Age, {}, time)) at = std::max(at, look_at_);
  return std::min(at, when.value_or(at));
}

}  // namespace mactiond::core

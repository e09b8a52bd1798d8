#include "core/cancel/cancel_follower.hpp"

#include <algorithm>
#include <utility>

#include "core/cancel/cancel_events.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// What a re-read showed allows a POST for this long.
constexpr Duration kFreshFor = 10s;
}  // namespace

CancelFollower::CancelFollower(std::string region, CancelLedger& ledger)
    : region_(std::move(region)), ledger_(ledger) {}

void CancelFollower::restore(Decision decision, MonoTime now) {
  ActionId action = decision.action;
  attempts_.insert_or_assign(std::move(action), CancelAttempt::resumed(std::move(decision), now));
}

void CancelFollower::begin(Decision decision, WallTime recorded, const CancelTime& time,
                           StepWriter& out) {
  decision.region = region_;
  decision.id = make_decision_id(decision);
  ledger_.made(decision);
  out.batch().decisions.push_back(decision);
  out.log(LogEntry::Level::Info, "cancel_decided",
          {{"region", region_},
           {"action", decision.action.value},
           {"policy", decided_by(decision)},
           {"decision", decision.id}});
  ActionId action = decision.action;
  attempts_.emplace(std::move(action), CancelAttempt(std::move(decision), recorded, time.now.mono));
}

CancelAttempt* CancelFollower::find(const ActionId& action) {
  const auto found = attempts_.find(action);
  return found == attempts_.end() ? nullptr : &found->second;
}

const Decision* CancelFollower::decision(const ActionId& action) const {
  const auto found = attempts_.find(action);
  return found == attempts_.end() ? nullptr : &found->second.decision();
}

std::size_t CancelFollower::unsent(const CancelTime& time) const {
  return static_cast<std::size_t>(
      std::count_if(attempts_.begin(), attempts_.end(), [&](const auto& row) {
        // One that has to wait for something else must not keep the others waiting for it.
        return row.second.is_prompt(time.now.mono) && !guard_of_call(row.second, time);
      }));
}

bool CancelFollower::role_in_doubt(const CancelAttempt& attempt) const {
  return std::any_of(attempts_.begin(), attempts_.end(), [&](const auto& row) {
    const CancelAttempt& other = row.second;
    return &other != &attempt && other.role_missing() &&
           other.decision().type == attempt.decision().type;
  });
}

std::optional<CancelGuard> CancelFollower::guard_of_call(const CancelAttempt& attempt,
                                                         const CancelTime& time) const {
  const Decision& decision = attempt.decision();
  CancelFacts facts = ledger_.facts(time.now.mono);
  facts.forbidden = ledger_.forbidden(region_, decision.type);
  facts.role_in_doubt = role_in_doubt(attempt);
  const std::string* policy = decision.policy();
  if (policy == nullptr) return first_guard(CancelMoment::OperatorCall, facts, time);
  if (time.server) {
    facts.limit = ledger_.limit_to_post(*policy, decision.id, *time.server, time.now.mono);
  }
  return first_guard(CancelMoment::Call, facts, time);
}

CancelFollower::Standing CancelFollower::standing(const Decision& decision, const StaleWatch& watch,
                                                  const CancelTime& time) const {
  Standing standing;
  CancelFacts facts;
  const ActionFacts* action = watch.find(decision.action);
  facts.open = action != nullptr;
  const std::string* decided = decision.policy();
  if (facts.open && decided != nullptr) {
    const auto [policy, rival] = watch.governing(decision.action);
    facts.machine_unknown = rival != nullptr;
    const bool same = policy != nullptr && policy->name == *decided;
    const auto stale = same ? stale_at(*policy, *action) : std::nullopt;
    facts.governed =
        stale && time.server && policy->action == PolicyAction::Cancel && !policy->dry_run;
    facts.never = facts.governed && never_cancelled(*policy, *action);
    if (facts.governed) standing.stale_in = std::max(*stale - *time.server, Duration{});
  }
  standing.guard = first_guard(CancelMoment::Stand, facts, time);
  return standing;
}

std::optional<CancelFollower::Job> CancelFollower::job(const StaleWatch& watch,
                                                       const CancelTime& time) {
  const MonoTime now = time.now.mono;
  for (auto& [action, attempt] : attempts_) {
    const auto due = attempt.next_call();
    if (!due || *due > now) continue;
    if (attempt.role_missing() && time.token_from <= *attempt.role_missing()) {
      attempt.wait(now);
      continue;
    }
    // What became of a POST is found out under every guard, but once: the polls show the rest.
    if (!attempt.reconciles() && guard_of_call(attempt, time)) {
      attempt.hold(now);
      continue;
    }
    if (attempt.call() == CancelCall::Post) {
      // While a POST waits for a call, policies and the action may change. Where one call has to
      // wait for the next, a re-read cannot be younger.
      const Standing stands = standing(attempt.decision(), watch, time);
      const bool allowed = attempt.reread_within(std::max(kFreshFor, 2 * time.spacing), now) &&
                           !stands.guard && stands.stale_in == Duration{};
      if (!allowed) attempt.reread_first();
    }
    return Job{action, attempt.call(), attempt.decision().comment};
  }
  return std::nullopt;
}

void CancelFollower::sent(const Job& job, const CancelTime& time, StepWriter& out) {
  CancelAttempt& attempt = attempts_.at(job.action);
  if (job.call == CancelCall::Reread) return attempt.reread_left();
  attempt.post_left({time.stamp(), ledger_.boot_id(), time.now.mono}, time.token_from);
  ledger_.changed(attempt.decision());
  out.batch().decisions.push_back(attempt.decision());
  room_changed_ = true;
}

std::optional<MonoTime> CancelFollower::wake_at() const {
  std::optional<MonoTime> when;
  for (const auto& [action, attempt] : attempts_) {
    const auto next = attempt.next_call();
    if (next && (!when || *next < *when)) when = next;
  }
  return when;
}

}  // namespace mactiond::core

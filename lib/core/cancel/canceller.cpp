#include "core/cancel/canceller.hpp"

#include <algorithm>

#include "action/stamps.hpp"
#include "base/error.hpp"
#include "core/cancel/cancel_events.hpp"
#include "core/cancel/cancel_permission.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLookForCalls = 500ms;
/// Each decision costs a re-read and a POST, and the POST must not wait for the quota.
constexpr int kCallsEach = 2;
/// Decisions whose first POST is still to come.
constexpr std::size_t kUnsentMax = 2;

/// What was recorded of an action has happened by then: nothing that follows from it is earlier.
WallTime recorded_by(const ActionFacts& facts) {
  return facts.last_update.value_or(facts.first_seen);
}

std::string label(const Decision& decision) {
  return decision.policy.empty() ? "operator" : decision.policy;
}

}  // namespace

Canceller::Canceller(std::string region, const Policies& policies, CancelLedger& ledger)
    : region_(std::move(region)), policies_(policies), ledger_(ledger), watch_(region_, policies) {}

void Canceller::restore(Decision decision, MonoTime now) {
  MACTIOND_ASSERT(decision.live());
  Live live;
  if (decision.state == Decision::State::Accepted) live.next = Next::Wait;
  live.at = decision.unsure ? now + kSettle : now;
  if (decision.posted) live.recorded = decision.posted->server;
  ActionId action = decision.action;
  live.decision = std::move(decision);
  live_.insert_or_assign(std::move(action), std::move(live));
}

void Canceller::seen(const MachineAction& action, WallTime first_seen) {
  ActionFacts facts = facts_of(action);
  facts.first_seen = first_seen;
  const WallTime recorded = recorded_by(facts);
  watch_.put(action.id, std::move(facts));
  const auto row = live_.find(action.id);
  if (row != live_.end()) row->second.recorded = std::max(row->second.recorded, recorded);
}

void Canceller::ended(const MachineAction& action, const CancelTime& time, StepWriter& out) {
  watch_.drop(action.id);
  const auto row = live_.find(action.id);
  if (row == live_.end()) return;
  Live& live = row->second;
  const bool unanswered = live.decision.state == Decision::State::Posted && live.decision.unsure;
  const bool cancelled = action.status.known() == ActionStatus::Known::Cancelled;
  // Two cancels of one action carry two comments; where the API shows none it may well be ours.
  const bool other =
      !action.cancellation_comment.empty() && action.cancellation_comment != live.decision.comment;
  const bool ours = live.decision.state == Decision::State::Accepted || (unanswered && !other);
  const auto happened = action.impossible_stamp ? std::nullopt : action.last_update;
  if (unanswered && cancelled && ours) accept(live, happened, time, out);
  live.recorded = std::max(live.recorded, happened.value_or(live.recorded));
  if (!cancelled || !ours) {
    end(action.id, Decision::State::Overtaken, std::string(action.status.text()), 0, time, out);
    return;
  }
  end(action.id, Decision::State::Confirmed, {}, completed_commands(action), time, out);
}

void Canceller::vanished(const ActionId& action, const CancelTime& time, StepWriter& out) {
  watch_.drop(action);
  if (live_.contains(action)) {
    end(action, Decision::State::Failed, "the action vanished", 0, time, out);
  }
}

std::size_t Canceller::unsent(const CancelTime& time) const {
  return static_cast<std::size_t>(std::count_if(live_.begin(), live_.end(), [&](const auto& row) {
    const Live& live = row.second;
    // One that has to wait for something else must not keep the others waiting for it.
    const bool waits = live.failed_reads > 0 || live.not_found > 0 ||
                       live.at > time.now.mono + kLookAgain || !may_post(live, time);
    return live.decision.state == Decision::State::Decided && !waits;
  }));
}

void Canceller::decide(const CancelTime& time, Calls calls, StepWriter& out) {
  if (guard_of(time)) {
    look_at_ = time.now.mono + kLookAgain;
    wants_calls_ = false;
    return;
  }
  bool fresh = false;
  for (ActionId& id : watch_.due(*time.server)) {
    const auto since = stale_at(*watch_.governing(id), *watch_.find(id));
    fresh |= held_.emplace(since.value_or(*time.server), std::move(id)).second;
  }
  if (held_.empty() || (!fresh && time.now.mono < look_at_)) return;
  look_at_ = time.now.mono + kLookAgain;
  wants_calls_ = false;
  full_ = false;
  used_up_.clear();
  for (auto due = held_.begin(); due != held_.end();) {
    due = settle(due->second, time, calls, out) ? held_.erase(due) : std::next(due);
  }
}

bool Canceller::settle(const ActionId& action, const CancelTime& time, Calls calls,
                       StepWriter& out) {
  const ActionFacts* facts = watch_.find(action);
  const PolicyOptions* policy = facts == nullptr ? nullptr : watch_.governing(action);
  if (policy == nullptr) return true;
  const auto stale = stale_at(*policy, *facts);
  if (!stale) return true;
  if (*stale > *time.server) {
    // The API's clock was set back meanwhile.
    watch_.again(action, *stale);
    return true;
  }
  if (policy->action == PolicyAction::Notify || policy->dry_run) {
    tell_stale(action, *policy, *facts, time, out);
    return true;
  }
  // What holds all of them is not asked again for each: there may be thousands.
  if (full_ || ledger_.guard() || used_up_.contains(policy)) return false;
  if (ledger_.holds_policies(time.now.mono)) return false;
  const std::string status(facts->status.text());
  if (never_cancelled(*policy, *facts)) return true;
  if (ledger_.decided(region_, action, policy->name, status)) return true;
  if (live_.contains(action)) return false;
  if (ledger_.forbidden(region_, facts->type)) return false;
  if (const auto hit = ledger_.limit(policy->name, *time.server, time.now.mono)) {
    tell_suppressed(*policy, *hit, time, out);
    used_up_.insert(policy);
    return false;
  }
  const std::size_t waiting = unsent(time);
  full_ = waiting >= kUnsentMax;
  if (full_) return false;
  const int needed = kCallsEach * static_cast<int>(waiting + 1);
  // A quota too small for both calls at once is all there is: then the POST has to wait.
  const bool enough = calls.now >= needed || (waiting == 0 && calls.now >= calls.burst);
  if (!enough) {
    full_ = true;
    wants_calls_ = true;
    look_at_ = time.now.mono + kLookForCalls;
    return false;
  }
  Decision decision;
  decision.action = action;
  decision.type = facts->type;
  decision.policy = policy->name;
  decision.status = status;
  decision.decided = *time.server;
  const WallTime since = *stale - policy->stale_after;
  decision.age = *time.server - since;
  decision.comment = render_comment(*policy, action, *facts, decision.age);
  make(std::move(decision), time, out);
  return true;
}

void Canceller::tell_stale(const ActionId& action, const PolicyOptions& policy,
                           const ActionFacts& facts, const CancelTime& time, StepWriter& out) {
  StaleRow row{region_, action, policy.name, std::string(facts.status.text())};
  if (!ledger_.tell_stale(row)) return;
  const Duration age = *time.server - *stale_at(policy, facts) + policy.stale_after;
  const WallTime when = std::max(time.stamp(), recorded_by(facts));
  const bool would_cancel =
      policy.action == PolicyAction::Cancel && !never_cancelled(policy, facts);
  out.record(stale_event(row, age, would_cancel, when), {facts.type.text(), {}, {}}, time.now.wall);
  out.cancel({region_, policy.name, "stale"});
  out.batch().told_stale.push_back(std::move(row));
}

void Canceller::tell_suppressed(const PolicyOptions& policy, const LimitHit& hit,
                                const CancelTime& time, StepWriter& out) {
  const SuppressedRow row{policy.name, std::chrono::floor<std::chrono::hours>(*time.server)};
  if (!ledger_.tell_suppressed(row)) return;
  out.record(suppressed_event(row, region_, to_string(hit.guard), hit.limit, *time.server), {},
             time.now.wall);
  out.cancel({region_, policy.name, "suppressed"});
  out.note(Note::Level::Warning, "cancel_suppressed",
           {{"region", region_}, {"policy", policy.name}, {"limit", std::to_string(hit.limit)}});
  out.batch().suppressed.push_back(row);
}

void Canceller::make(Decision decision, const CancelTime& time, StepWriter& out) {
  decision.region = region_;
  decision.id = make_decision_id(decision);
  ledger_.made(decision);
  write(decision, out);
  out.note(Note::Level::Info, "cancel_decided",
           {{"region", region_},
            {"action", decision.action.value},
            {"policy", label(decision)},
            {"decision", decision.id}});
  Live live;
  live.at = time.now.mono;
  if (const ActionFacts* facts = watch_.find(decision.action)) live.recorded = recorded_by(*facts);
  ActionId action = decision.action;
  live.decision = std::move(decision);
  live_.emplace(std::move(action), std::move(live));
}

void Canceller::ask(const ActionId& action, const std::string& comment, const Operator& by,
                    const CancelTime& time, StepWriter& out) {
  using Outcome = Reply::Outcome;
  const ActionFacts* facts = watch_.find(action);
  if (facts == nullptr) {
    return out.reply(Outcome::Refused, "the action is not open: there is nothing to cancel");
  }
  if (const auto live = live_.find(action); live != live_.end()) {
    return out.reply(Outcome::Refused,
                     "it is being cancelled already: decision " + live->second.decision.id);
  }
  if (ledger_.guard() == CancelGuard::Off) {
    return out.reply(Outcome::Refused, "cancelling is off: [cancel] max_per_hour is 0");
  }
  if (ledger_.guard()) {
    return out.reply(Outcome::Refused,
                     "cancelling is suspended: run mactionctl policy resume first");
  }
  if (ledger_.forbidden(region_, facts->type)) {
    return out.reply(Outcome::Refused, "the app registration lacks the permission " +
                                           cancel_permission(facts->type) +
                                           ": grant it, then run mactionctl policy resume");
  }
  Decision decision;
  decision.action = action;
  decision.type = facts->type;
  decision.by = by;
  decision.status = std::string(facts->status.text());
  decision.comment = comment;
  decision.decided = time.stamp();
  const WallTime since = facts->created.value_or(facts->first_seen);
  if (since >= kEarliestStamp) decision.age = decision.decided - since;
  make(std::move(decision), time, out);
  out.reply(Outcome::Done, live_.at(action).decision.id);
}

void Canceller::accept(Live& live, std::optional<WallTime> latest, const CancelTime& time,
                       StepWriter& out) {
  Decision& decision = live.decision;
  live.next = Next::Wait;
  decision.state = Decision::State::Accepted;
  decision.unsure = false;
  ledger_.changed(decision);
  write(decision, out);
  out.cancel({region_, label(decision), "requested"});
  // The API may have cancelled the action before its answer was here.
  const auto& posted = decision.posted;
  const bool same_boot = posted && posted->boot_id == ledger_.boot_id();
  WallTime when = same_boot ? time.earliest(posted->mono) : time.stamp();
  when = std::min(std::max(when, live.recorded), latest.value_or(WallTime::max()));
  live.recorded = std::max(live.recorded, when);
  out.record(cancel_event(EventType::CancelRequested, decision, 0, when),
             {decision.type.text(), {}, {}}, time.now.wall);
}

void Canceller::end(const ActionId& action, Decision::State state, std::string outcome,
                    int completed_commands, const CancelTime& time, StepWriter& out) {
  const auto row = live_.find(action);
  MACTIOND_ASSERT(row != live_.end());
  Decision decision = std::move(row->second.decision);
  const WallTime recorded = row->second.recorded;
  live_.erase(row);
  decision.state = state;
  decision.unsure = false;
  decision.outcome = std::move(outcome);
  decision.ended = std::max(time.stamp(), recorded);
  ledger_.changed(decision);
  write(decision, out);
  look_soon(time);
  const EventType type = state == Decision::State::Confirmed   ? EventType::CancelConfirmed
                         : state == Decision::State::Overtaken ? EventType::CancelOvertaken
                                                               : EventType::CancelFailed;
  out.cancel({region_, label(decision), std::string(to_string(state))});
  out.record(cancel_event(type, decision, completed_commands, *decision.ended),
             {decision.type.text(), {}, {}}, time.now.wall);
}

void Canceller::write(const Decision& decision, StepWriter& out) {
  out.batch().decisions.push_back(decision);
}

std::optional<MonoTime> Canceller::wake_at(const CancelTime& time) const {
  std::optional<MonoTime> when;
  const auto consider = [&when](MonoTime candidate) {
    if (!when || candidate < *when) when = candidate;
  };
  for (const auto& [action, live] : live_) {
    if (!live.under_way && live.next != Next::Wait) consider(live.at);
  }
  if (!held_.empty()) consider(look_at_);
  const auto due = watch_.next();
  if (due && time.server) {
    const MonoTime at = time.now.mono + std::max(*due - *time.server, Duration{});
    consider(guard_of(time) ? std::max(at, look_at_) : at);
  }
  return when;
}

}  // namespace mactiond::core

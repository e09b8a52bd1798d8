#include "core/canceller.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "core/cancel_events.hpp"
#include "core/outbox.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLookAgain = 2s;
constexpr Duration kLookForCalls = 500ms;
constexpr Duration kLookSoon = 1ms;
/// Each decision costs a re-read and a POST, and the POST must not wait for the quota.
constexpr int kCallsEach = 2;
/// Decisions whose first POST is still to come.
constexpr std::size_t kUnsentMax = 2;
/// What a re-read showed is good for a POST for so long.
constexpr Duration kFreshFor = 10s;
/// Within this the API shows what became of a POST that was not answered.
constexpr Duration kSettle = 60s;
constexpr Duration kReconcile = 1s;
/// A decision waits for so long until its action is stale by a clock that was put right since.
constexpr Duration kClockSlack = 5min;
constexpr Duration kReadAgain = 5s;
constexpr Duration kReadAgainMax = 5min;
constexpr Duration kNotFoundAgain = 31s;
constexpr Duration kPostAgain = 30s;
constexpr int kPostsMax = 4;
constexpr int kNotFoundMax = 3;
/// Of re-reads in a row that told nothing usable: more than an hour of them.
constexpr int kFailedReadsMax = 20;

Duration doubled(Duration first, int times, Duration most) {
  Duration delay = first;
  for (int i = 1; i < times && delay < most; ++i) delay *= 2;
  return std::min(delay, most);
}

WallTime stamp_of(const CancelTime& time) { return time.server.value_or(time.now.wall); }

// What is told beyond an hour is absurd.
Duration told_wait(const Disposition& outcome) {
  return std::min<Duration>(outcome.retry_after.value_or(Duration{}), 1h);
}

std::string label(const Decision& decision) {
  return decision.policy.empty() ? "operator" : decision.policy;
}

/// The API told for certain that it did not take the POST.
bool is_refusal(Reason reason) {
  switch (reason) {
    case Reason::Throttled:
    case Reason::Permission:
    case Reason::Auth:
    case Reason::Rejected:
    case Reason::Query:
    case Reason::NotFound:
    case Reason::Gone:
    case Reason::Redirect:
      return true;
    default:
      return false;
  }
}

/// mde-api 7.14.
std::string permission_for(const ActionType& type) {
  using Known = ActionType::Known;
  switch (type.known()) {
    case Known::Isolate:
    case Known::Unisolate:
      return "Machine.Isolate";
    case Known::RestrictCodeExecution:
    case Known::UnrestrictCodeExecution:
      return "Machine.RestrictExecution";
    case Known::RunAntiVirusScan:
      return "Machine.Scan";
    case Known::CollectInvestigationPackage:
      return "Machine.CollectForensics";
    case Known::StopAndQuarantineFile:
      return "Machine.StopAndQuarantine";
    case Known::Offboard:
      return "Machine.Offboard";
    case Known::LiveResponse:
      return "Machine.LiveResponse";
    default:
      return "the one for " + std::string(type.text());
  }
}

}  // namespace

Canceller::Canceller(std::string region, const Policies& policies, CancelLedger& ledger)
    : region_(std::move(region)), policies_(policies), ledger_(ledger), watch_(region_, policies) {}

void Canceller::restore(Decision decision, MonoTime now) {
  MACTIOND_ASSERT(decision.live());
  Live live;
  if (decision.state == Decision::State::Accepted) live.next = Next::Wait;
  live.at = decision.unsure ? now + kSettle : now;
  ActionId action = decision.action;
  live.decision = std::move(decision);
  live_.insert_or_assign(std::move(action), std::move(live));
}

void Canceller::seen(const MachineAction& action) { watch_.put(action.id, facts_of(action)); }

void Canceller::ended(const MachineAction& action, const CancelTime& time, StepWriter& out) {
  watch_.drop(action.id);
  const auto row = live_.find(action.id);
  if (row == live_.end()) return;
  Live& live = row->second;
  const bool cancelled = action.status.known() == ActionStatus::Known::Cancelled;
  // Two cancels of one action carry two comments; where the API shows none it may well be ours.
  const bool other =
      !action.cancellation_comment.empty() && action.cancellation_comment != live.decision.comment;
  const bool unanswered = live.decision.state == Decision::State::Posted && live.decision.unsure;
  const bool ours = live.decision.state == Decision::State::Accepted || (unanswered && !other);
  if (!cancelled || !ours) {
    end(action.id, Decision::State::Overtaken, std::string(action.status.text()), 0, time, out);
    return;
  }
  if (unanswered) accept(live, time, out);
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
  // What holds all of them is not asked anew for each: there may be thousands.
  if (full_ || ledger_.guard() || used_up_.contains(policy)) return false;
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
  const bool would_cancel =
      policy.action == PolicyAction::Cancel && !never_cancelled(policy, facts);
  out.record(stale_event(row, age, would_cancel, *time.server), {facts.type.text(), {}, {}},
             time.now.wall);
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
  ActionId action = decision.action;
  live.decision = std::move(decision);
  live_.emplace(std::move(action), std::move(live));
}

void Canceller::ask(const ActionId& action, const std::string& comment, const std::string& asker,
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
                                           permission_for(facts->type) +
                                           ": grant it, then run mactionctl policy resume");
  }
  Decision decision;
  decision.action = action;
  decision.type = facts->type;
  decision.asker = asker;
  decision.status = std::string(facts->status.text());
  decision.comment = comment;
  decision.decided = stamp_of(time);
  if (facts->created) decision.age = decision.decided - *facts->created;
  make(std::move(decision), time, out);
  out.reply(Outcome::Done, live_.at(action).decision.id);
}

// An operator has looked at the action himself; what he cannot know is held against a sweep.
bool Canceller::may_post(const Live& live, const CancelTime& time) const {
  if (ledger_.guard() || ledger_.forbidden(region_, live.decision.type)) return false;
  if (live.decision.policy.empty()) return time.swept;
  return !guard_of(time) && ledger_.leaves_room(live.decision, *time.server, time.now.mono);
}

std::optional<Canceller::Job> Canceller::job(const CancelTime& time) {
  const MonoTime now = time.now.mono;
  for (auto& [action, live] : live_) {
    if (live.under_way || live.next == Next::Wait || live.at > now) continue;
    // What became of a POST is found out under every guard, but once: the polls tell the rest.
    const bool reconciles = live.decision.state == Decision::State::Posted && !live.reconciled;
    if (!may_post(live, time) && !(reconciles && live.next == Next::Read)) {
      live.next = Next::Read;
      live.at = now + kLookAgain;
      continue;
    }
    // Where one call has to wait for the next, a re-read cannot be younger.
    const Duration fresh_for = std::max(kFreshFor, 2 * time.spacing);
    // While a POST waits for a call, policies and the action may change.
    const bool allowed =
        now - live.read_at <= fresh_for && fits_in(live.decision, time) == Duration{};
    if (live.next == Next::Post && !allowed) live.next = Next::Read;
    return Job{action, live.next == Next::Post, live.decision.comment};
  }
  return std::nullopt;
}

void Canceller::sent(const Job& job, const CancelTime& time, StepWriter& out) {
  Live& live = live_.at(job.action);
  live.under_way = true;
  if (!job.post) return;
  Decision& decision = live.decision;
  MACTIOND_ASSERT(decision.posts < kPostsMax);
  live.reconciled = false;
  live.was_unsure = decision.unsure;
  decision.unsure = true;
  decision.state = Decision::State::Posted;
  decision.posted = PostStamp{stamp_of(time), ledger_.boot_id(), time.now.mono};
  ++decision.posts;
  ledger_.changed(decision);
  write(decision, out);
  look_at_ = time.now.mono + kLookSoon;
}

std::optional<Duration> Canceller::fits_in(const Decision& decision, const CancelTime& time) const {
  const ActionFacts* facts = watch_.find(decision.action);
  if (facts == nullptr) return std::nullopt;
  if (decision.policy.empty()) return Duration{};
  const PolicyOptions* policy = watch_.governing(decision.action);
  if (policy == nullptr || policy->name != decision.policy) return std::nullopt;
  if (policy->action != PolicyAction::Cancel || policy->dry_run) return std::nullopt;
  const auto stale = stale_at(*policy, *facts);
  if (!stale || !time.server || never_cancelled(*policy, *facts)) return std::nullopt;
  return std::max(*stale - *time.server, Duration{});
}

void Canceller::reread(const MachineAction& action, bool current, const CancelTime& time,
                       StepWriter& out) {
  const auto row = live_.find(action.id);
  if (row == live_.end()) return;
  Live& live = row->second;
  live.not_found = 0;
  if (!current) return read_in_vain(live, "older than what is known", {}, time, out);
  live.under_way = false;
  live.failed_reads = 0;
  live.next = Next::Read;
  live.at = time.now.mono + kReadAgain;
  live.reconciled = true;
  if (action.status.is_final()) return ended(action, time, out);
  Decision& decision = live.decision;
  if (decision.unsure && action.cancellation_noted) accept(live, time, out);
  if (decision.state == Decision::State::Accepted) return;
  const auto fits = fits_in(decision, time);
  if (!fits || *fits > kClockSlack) {
    if (!decision.unsure) {
      end(action.id, Decision::State::Overtaken, std::string(action.status.text()), 0, time, out);
      return;
    }
    // A POST of ours may yet take effect: its end is awaited.
    live.next = Next::Wait;
    return;
  }
  if (decision.posts >= kPostsMax) {
    end(action.id, Decision::State::Failed, decision.answer, 0, time, out);
    return;
  }
  // Each answer makes the API's clock known better, which may set it back a little.
  const MonoTime post_at = std::max(live.post_at, time.now.mono + *fits);
  if (post_at > time.now.mono) {
    live.at = post_at;
    return;
  }
  live.next = Next::Post;
  live.at = live.read_at = time.now.mono;
}

void Canceller::reread_failed(const ActionId& action, const Disposition& outcome,
                              const CancelTime& time, StepWriter& out) {
  const auto row = live_.find(action);
  if (row == live_.end()) return;
  Live& live = row->second;
  if (outcome.reason != Reason::NotFound) {
    return read_in_vain(live, describe(outcome), told_wait(outcome), time, out);
  }
  live.under_way = false;
  live.next = Next::Read;
  live.at = time.now.mono + kNotFoundAgain;
  if (++live.not_found < kNotFoundMax) return;
  end(action, Decision::State::Failed, "the action is not found any more", 0, time, out);
}

void Canceller::read_in_vain(Live& live, const std::string& why, Duration told,
                             const CancelTime& time, StepWriter& out) {
  live.under_way = false;
  live.next = Next::Read;
  if (++live.failed_reads < kFailedReadsMax) {
    const Duration delay = doubled(kReadAgain, live.failed_reads, kReadAgainMax);
    live.at = time.now.mono + std::max(delay, told);
    return;
  }
  const ActionId action = live.decision.action;
  end(action, Decision::State::Failed, "the action cannot be read again: " + why, 0, time, out);
}

void Canceller::posted(const ActionId& action, const Disposition& outcome, bool again,
                       const CancelTime& time, StepWriter& out) {
  const auto row = live_.find(action);
  if (row == live_.end()) return;
  Live& live = row->second;
  live.under_way = false;
  live.decision.answer = outcome.ok() ? std::to_string(outcome.status) : describe(outcome);
  if (outcome.ok()) return accept(live, time, out);
  const MonoTime now = time.now.mono;
  live.next = Next::Read;
  if (!is_refusal(outcome.reason)) {
    live.at = live.post_at = now + std::max(kSettle, told_wait(outcome));
    write(live.decision, out);
    return;
  }
  live.decision.unsure = live.was_unsure;
  refused(live, outcome, again, time, out);
}

void Canceller::refused(Live& live, const Disposition& outcome, bool again, const CancelTime& time,
                        StepWriter& out) {
  Decision& decision = live.decision;
  const MonoTime now = time.now.mono;
  if (outcome.reason == Reason::Permission && !again) {
    ledger_.forbid(region_, decision.type);
    const std::string missing = "permission: the app registration lacks " +
                                permission_for(decision.type) + " (" + decision.answer + ")";
    out.note(Note::Level::Error, "cancel_forbidden",
             {{"region", region_}, {"permission", permission_for(decision.type)}});
    end(decision.action, Decision::State::Failed, missing, 0, time, out);
    return;
  }
  write(decision, out);
  if (again) {
    live.at = now;
    return;
  }
  const Duration told = told_wait(outcome);
  live.post_at = now + std::max(doubled(kPostAgain, decision.posts, kReadAgainMax), told);
  live.at = now + std::max(kReconcile, told);
}

void Canceller::accept(Live& live, const CancelTime& time, StepWriter& out) {
  Decision& decision = live.decision;
  live.next = Next::Wait;
  decision.state = Decision::State::Accepted;
  decision.unsure = false;
  ledger_.changed(decision);
  write(decision, out);
  out.cancel({region_, label(decision), "requested"});
  out.record(cancel_event(EventType::CancelRequested, decision, 0, stamp_of(time)),
             {decision.type.text(), {}, {}}, time.now.wall);
}

void Canceller::end(const ActionId& action, Decision::State state, std::string outcome,
                    int completed_commands, const CancelTime& time, StepWriter& out) {
  const auto row = live_.find(action);
  MACTIOND_ASSERT(row != live_.end());
  Decision decision = std::move(row->second.decision);
  live_.erase(row);
  decision.state = state;
  decision.unsure = false;
  decision.outcome = std::move(outcome);
  decision.ended = stamp_of(time);
  ledger_.changed(decision);
  write(decision, out);
  look_at_ = time.now.mono + kLookSoon;
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

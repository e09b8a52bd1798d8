#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "core/cancel/cancel_permission.hpp"
#include "core/cancel/canceller.hpp"

// The calls of a decision: when the next one may leave, and what its answer means.

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// What a re-read showed is good for a POST for so long.
constexpr Duration kFreshFor = 10s;
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

// What is told beyond an hour is absurd.
Duration told_wait(const Disposition& outcome) {
  return std::min<Duration>(outcome.retry_after.value_or(Duration{}), 1h);
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

}  // namespace

bool Canceller::role_in_doubt(const Live& live) const {
  return std::any_of(live_.begin(), live_.end(), [&](const auto& row) {
    const Live& other = row.second;
    return &other != &live && other.role_missing && other.decision.type == live.decision.type;
  });
}

// An operator has looked at the action himself; what he cannot know is held against a sweep.
bool Canceller::may_post(const Live& live, const CancelTime& time) const {
  if (ledger_.guard() || ledger_.forbidden(region_, live.decision.type)) return false;
  if (role_in_doubt(live)) return false;
  if (live.decision.policy.empty()) return time.swept;
  if (ledger_.holds_policies(time.now.mono)) return false;
  return !guard_of(time) && ledger_.leaves_room(live.decision, *time.server, time.now.mono);
}

std::optional<Canceller::Job> Canceller::job(const CancelTime& time) {
  const MonoTime now = time.now.mono;
  for (auto& [action, live] : live_) {
    if (live.under_way || live.next == Next::Wait || live.at > now) continue;
    if (live.role_missing && time.token_from <= *live.role_missing) {
      live.at = now + kLookAgain;
      continue;
    }
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
  live.token_from = time.token_from;
  decision.unsure = true;
  decision.state = Decision::State::Posted;
  decision.posted = PostStamp{time.stamp(), ledger_.boot_id(), time.now.mono};
  ++decision.posts;
  ledger_.changed(decision);
  write(decision, out);
  look_soon(time);
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
  if (decision.unsure && action.cancellation_noted) accept(live, std::nullopt, time, out);
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
  if (outcome.ok()) return accept(live, std::nullopt, time, out);
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
  if (outcome.reason == Reason::Permission && !live.role_missing) {
    // The role may have been granted since the token was made.
    live.role_missing = live.token_from;
    write(decision, out);
    live.at = now;
    return;
  }
  if (outcome.reason == Reason::Permission) {
    ledger_.forbid(region_, decision.type);
    const std::string missing = "permission: the app registration lacks " +
                                cancel_permission(decision.type) + " (" + decision.answer + ")";
    out.note(Note::Level::Error, "cancel_forbidden",
             {{"region", region_}, {"permission", cancel_permission(decision.type)}});
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

}  // namespace mactiond::core

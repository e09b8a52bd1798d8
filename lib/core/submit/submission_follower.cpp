#include "core/submit/submission_follower.hpp"

#include <algorithm>
#include <utility>

#include "action/api_method.hpp"
#include "action/submission_comment.hpp"
#include "base/error.hpp"
#include "core/quota/token_bucket.hpp"

// The queue: what is sent next, what ends unsent. What answers and lists mean is in
// submission_answers.cpp.

namespace mactiond::core {

SubmissionFollower::SubmissionFollower(std::string region, SubmitLedger& ledger)
    : region_(std::move(region)), ledger_(ledger) {}

void SubmissionFollower::restore(Submission row, MonoTime now) {
  const Serial serial = ++last_;
  by_id_.insert_or_assign(row.id, serial);
  if (!row.action.value.empty()) by_action_.insert_or_assign(row.action, serial);
  attempts_.emplace(serial, SubmissionAttempt(std::move(row), now));
}

void SubmissionFollower::restore_open(const MachineAction& action) {
  watch_.put(action.id, action.machine_id, action.type, action.created);
}

void SubmissionFollower::recovered(const SubmitTime& time, SubmitOutput& out) {
  for (auto& [serial, attempt] : attempts_) {
    if (!may_send(attempt.row().state)) continue;
    attempt.may_have_left(time);
    store(attempt, out);
  }
}

void SubmissionFollower::retire(const SubmitTime& time, SubmitOutput& out) {
  ledger_.retire(region_);
  for (auto row = attempts_.begin(); row != attempts_.end();) {
    SubmissionAttempt& attempt = (row++)->second;
    if (!may_send(attempt.row().state)) continue;
    attempt.forget_answer();
    end(attempt, SubmissionState::Refused, std::string(kRegionRemoved), time.moment(), out);
  }
}

void SubmissionFollower::begin(Submission row, const SubmitTime& time, SubmitOutput& out) {
  MACTIOND_ASSERT(row.state == SubmissionState::Queued && !by_id_.contains(row.id));
  restore(std::move(row), time.now.mono);
  store(attempts_.rbegin()->second, out);
}

SubmissionAttempt* SubmissionFollower::attempt(const std::string& id) {
  const auto serial = by_id_.find(id);
  return serial == by_id_.end() ? nullptr : &attempts_.at(serial->second);
}

const Submission* SubmissionFollower::find(const std::string& id) const {
  const auto serial = by_id_.find(id);
  return serial == by_id_.end() ? nullptr : &attempts_.at(serial->second).row();
}

std::optional<std::size_t> SubmissionFollower::ahead_of(const std::string& id) const {
  const auto serial = by_id_.find(id);
  if (serial == by_id_.end()) return std::nullopt;
  if (!may_send(attempts_.at(serial->second).row().state)) return std::nullopt;
  return static_cast<std::size_t>(
      std::count_if(attempts_.begin(), attempts_.find(serial->second),
                    [](const auto& row) { return may_send(row.second.row().state); }));
}

SubmissionCounts SubmissionFollower::counts() const {
  SubmissionCounts counts;
  for (const auto& [serial, attempt] : attempts_) {
    const SubmissionState state = attempt.row().state;
    if (state == SubmissionState::Queued) ++counts.queued;
    if (state == SubmissionState::Waiting) ++counts.waiting;
    if (state == SubmissionState::Sent) ++counts.sent;
    if (state == SubmissionState::Submitted) ++counts.submitted;
  }
  return counts;
}

std::optional<WallTime> SubmissionFollower::doubtful_since() const {
  std::optional<WallTime> first;
  for (const auto& [serial, attempt] : attempts_) {
    if (!attempt.in_doubt()) continue;
    const WallTime left = earliest(*attempt.row().posted);
    first = std::min(first.value_or(left), left);
  }
  return first;
}

void SubmissionFollower::decide(const SubmitTime& time, SubmitOutput& out) {
  ledger_.prune(time);
  for (auto row = attempts_.begin(); row != attempts_.end();) {
    // It may end, and is erased then.
    SubmissionAttempt& attempt = (row++)->second;
    const auto gone = attempt.gone_at();
    if (gone && *gone <= time.now.mono) {
      end(attempt, SubmissionState::Failed, "vanished", time.moment(), out);
      continue;
    }
    if (!may_send(attempt.row().state)) continue;
    look_at_blocker(attempt, time, out);
    const SubmitFacts facts = ledger_.facts_to_keep(attempt.row(), time);
    if (const auto guard = first_guard(SubmitMoment::Keep, facts, time)) {
      end_by_guard(attempt, *guard, time, out);
      continue;
    }
    // Nothing is cancelled for one that has just ended.
    cancel_blocker(attempt, out);
  }
}

void SubmissionFollower::look_at_blocker(SubmissionAttempt& attempt, const SubmitTime& time,
                                         SubmitOutput& out) {
  const Submission& row = attempt.row();
  if (row.state != SubmissionState::Waiting || row.unblocked) return;
  const bool is_open = watch_.is_open(row.blocked_by, row.order.machine);
  if (is_open) attempt.watch_blocker();
  if (!is_open && attempt.is_watching()) {
    attempt.unblocked(time);
    store(attempt, out);
  }
}

void SubmissionFollower::end_by_guard(SubmissionAttempt& attempt, SubmitGuard guard,
                                      const SubmitTime& time, SubmitOutput& out) {
  std::string reason(to_string(guard));
  if (guard == SubmitGuard::Disabled || guard == SubmitGuard::TypeNotAllowed) {
    reason = to_string(SubmitGuard::Disabled);
    attempt.forget_answer();
  }
  // What held it back says more.
  if (guard == SubmitGuard::Overdue && !attempt.row().reason.empty()) reason = attempt.row().reason;
  end(attempt, end_by(guard).value(), reason, time.moment(), out);
}

std::optional<ActionId> SubmissionFollower::blocker_of(const SubmissionAttempt& attempt) const {
  const Submission& row = attempt.row();
  const bool known = attempt.is_watching() && watch_.is_open(row.blocked_by, row.order.machine);
  if (known) return row.blocked_by;
  // Of another file the API may take one: it decides.
  if (std::holds_alternative<QuarantineFile>(row.order.request)) return std::nullopt;
  return watch_.same_type(row.order.machine, type_of(row.order.request));
}

std::optional<SubmissionFollower::Job> SubmissionFollower::job(const SubmitTime& time,
                                                               const SubmitRegion& region,
                                                               SubmitOutput& out) {
  const int posted = ledger_.posted_in_hour(time);
  for (auto next = attempts_.begin(); next != attempts_.end();) {
    SubmissionAttempt& attempt = (next++)->second;
    if (!attempt.is_due(time.now.mono) || !may_leave(attempt, posted, time, region, out)) continue;
    const Submission& row = attempt.row();
    const Duration left = std::min(kSendWithin, ledger_.time_left(row, time));
    return Job{row.id,
               row.order.machine,
               row.order.request,
               tagged_comment(row.order.comment, row.id),
               quota_of(type_of(row.order.request)),
               time.now.mono + left};
  }
  return std::nullopt;
}

bool SubmissionFollower::may_leave(SubmissionAttempt& attempt, int posted, const SubmitTime& time,
                                   const SubmitRegion& region, SubmitOutput& out) {
  const Submission& row = attempt.row();
  const auto blocker = blocker_of(attempt);
  SubmitFacts facts = ledger_.facts_to_send(row, posted, time);
  facts.degraded = region.degraded;
  facts.blocked = blocker.has_value();
  facts.token_missing = !region.has_token || attempt.lacks_token(time.token_from);
  const bool live = quota_of(type_of(row.order.request)) == QuotaKind::LiveResponse;
  facts.calls_left = region.calls_left && (!live || region.live_responses_left);
  const auto guard = first_guard(SubmitMoment::Send, facts, time);
  if (!guard) return true;
  if (end_by(*guard)) {
    end_by_guard(attempt, *guard, time, out);
  } else if (guard == SubmitGuard::Blocked &&
             !(attempt.is_watching() && row.blocked_by == *blocker)) {
    attempt.forget_answer();
    block(attempt, *blocker, time, out);
  } else {
    attempt.hold(*guard, time.now.mono);
  }
  return false;
}

void SubmissionFollower::block(SubmissionAttempt& attempt, const ActionId& by,
                               const SubmitTime& time, SubmitOutput& out) {
  const SubmissionOrder& order = attempt.row().order;
  if (order.on_blocker == OnBlocker::Refuse) {
    attempt.name_blocker(by);
    const std::string reason(to_string(SubmitGuard::Blocked));
    return end(attempt, SubmissionState::Refused, reason, time.moment(), out);
  }
  attempt.blocked(by, watch_.is_open(by, order.machine), time);
  store(attempt, out);
  cancel_blocker(attempt, out);
}

void SubmissionFollower::cancel_blocker(SubmissionAttempt& attempt, SubmitOutput& out) {
  if (!attempt.wants_cancel()) return;
  const Submission& row = attempt.row();
  out.cancels.push_back(
      {row.id, AskCancel{region_, row.blocked_by,
                         "Cancelled so that submission " + row.id + " can start", row.order.by}});
}

void SubmissionFollower::cancel_refused(const std::string& id, const std::string& why,
                                        const SubmitTime& time, SubmitOutput& out) {
  SubmissionAttempt* found = attempt(id);
  if (found == nullptr || found->row().state != SubmissionState::Waiting) return;
  end(*found, SubmissionState::Refused, "blocker_not_cancelled: " + why, time.moment(), out);
}

void SubmissionFollower::cancel_failed(const ActionId& blocker, const std::string& why,
                                       const SubmitTime& time, SubmitOutput& out) {
  for (auto next = attempts_.begin(); next != attempts_.end();) {
    const Submission& row = (next++)->second.row();
    const bool waits = row.state == SubmissionState::Waiting && row.blocked_by == blocker;
    const bool wanted = waits && row.order.on_blocker == OnBlocker::Cancel;
    // One that has ended is no longer in the way.
    if (!wanted || !watch_.is_open(blocker, row.order.machine)) continue;
    const std::string id = row.id;
    cancel_refused(id, why, time, out);
  }
}

void SubmissionFollower::sent(const Job& job, const SubmitTime& time, SubmitOutput& out) {
  SubmissionAttempt* found = attempt(job.id);
  MACTIOND_ASSERT(found != nullptr);
  found->left(time);
  store(*found, out);
}

void SubmissionFollower::store(const SubmissionAttempt& attempt, SubmitOutput& out) {
  ledger_.put(attempt.row());
  out.rows.push_back(attempt.row());
}

std::optional<MonoTime> SubmissionFollower::wake_at() const {
  std::optional<MonoTime> when;
  const auto consider = [&](std::optional<MonoTime> at) {
    if (at && (!when || *at < *when)) when = at;
  };
  for (const auto& [serial, attempt] : attempts_) {
    consider(attempt.due_at());
    consider(attempt.gone_at());
  }
  return when;
}

}  // namespace mactiond::core

#include "core/submit/submission_attempt.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/backoff.hpp"
#include "base/error.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// What is held back by a guard is looked at again after this.
constexpr Duration kLookAgain = 2s;
constexpr Duration kLookForCalls = 500ms;
constexpr Duration kPostAgain = 1s;
constexpr Duration kPostAgainMax = 1min;
/// A blocker that cannot be watched is asked for with a POST after this.
constexpr Duration kAskAgain = 30s;
constexpr Duration kAskAgainMax = 5min;
/// Within this the API may not know the id that it has just given (docs/defender-api.md).
constexpr Duration kVisibleWithin = 60s;

Duration look_again_after(SubmitGuard guard) {
  if (guard == SubmitGuard::Quota) return kLookForCalls;
  // Its end is an event.
  return guard == SubmitGuard::Blocked ? kAskAgain : kLookAgain;
}

}  // namespace

SubmissionAttempt::SubmissionAttempt(Submission row, MonoTime now)
    : row_(std::move(row)), at_(now), found_at_(now) {
  MACTIOND_ASSERT(!is_final(row_.state));
}

void SubmissionAttempt::change(SubmissionState to) {
  MACTIOND_ASSERT(row_.state == to || may_follow(row_.state, to));
  row_.state = to;
}

std::optional<MonoTime> SubmissionAttempt::due_at() const {
  if (!may_send(row_.state)) return std::nullopt;
  return at_;
}

void SubmissionAttempt::hold(SubmitGuard guard, MonoTime now) {
  row_.reason = to_string(guard);
  at_ = now + look_again_after(guard);
}

void SubmissionAttempt::left(const SubmitTime& time) {
  change(SubmissionState::Sent);
  row_.posted = time.stamp();
  row_.reason.clear();
  ++row_.posts;
  token_from_ = time.token_from;
  in_progress_ = true;
}

void SubmissionAttempt::answered(std::string words) {
  in_progress_ = false;
  row_.answer = std::move(words);
}

void SubmissionAttempt::had_no_effect(Duration retry_after, MonoTime now) {
  change(row_.waiting ? SubmissionState::Waiting : SubmissionState::Queued);
  ++failures_;
  at_ = now + std::max(backoff(failures_, kPostAgain, kPostAgainMax), retry_after);
}

void SubmissionAttempt::needs_new_token(MonoTime now) {
  had_no_effect({}, now);
  if (failures_ == 1) at_ = now;
  refused_token_ = token_from_;
}

void SubmissionAttempt::blocked(const ActionId& by, bool watched, const SubmitTime& time) {
  change(SubmissionState::Waiting);
  if (!row_.waiting) row_.waiting = time.stamp();
  row_.unblocked.reset();
  row_.blocked_by = by;
  row_.reason = to_string(SubmitGuard::Blocked);
  watching_ = watched;
  failures_ = 0;
  ++blocks_;
  at_ = time.now.mono + backoff(blocks_, kAskAgain, kAskAgainMax);
}

void SubmissionAttempt::unblocked(const SubmitTime& time) {
  row_.unblocked = time.stamp();
  row_.blocked_by = {};
  row_.reason.clear();
  watching_ = false;
  blocks_ = 0;
  at_ = time.now.mono;
}

bool SubmissionAttempt::wants_cancel() {
  if (row_.order.on_blocker != OnBlocker::Cancel || row_.state != SubmissionState::Waiting) {
    return false;
  }
  if (!watching_ || row_.blocked_by == cancelled_) return false;
  cancelled_ = row_.blocked_by;
  return true;
}

void SubmissionAttempt::taken(const ActionId& action, WallTime when, MonoTime now) {
  change(SubmissionState::Submitted);
  in_progress_ = false;
  row_.action = action;
  row_.blocked_by = {};
  row_.reason.clear();
  row_.submitted = when;
  found_at_ = now;
}

bool SubmissionAttempt::may_be_too_new(MonoTime now) const {
  return row_.state == SubmissionState::Submitted && now < found_at_ + kVisibleWithin;
}

void SubmissionAttempt::not_found(MonoTime now) {
  if (!gone_at_) gone_at_ = std::max(now, found_at_ + kVisibleWithin);
}

void SubmissionAttempt::may_have_left(const SubmitTime& time) {
  if (!may_send(row_.state)) return;
  change(SubmissionState::Sent);
  // The earliest by the API's clock; how long ago is counted from now.
  row_.posted = SubmitStamp{earliest(row_.asked), time.now.wall, time.boot_id, time.now.mono};
}

void SubmissionAttempt::end(SubmissionState state, std::string reason, WallTime when) {
  MACTIOND_ASSERT(is_final(state));
  change(state);
  in_progress_ = false;
  row_.reason = std::move(reason);
  row_.ended = when;
}

}  // namespace mactiond::core

#include "core/cancel/cancel_attempt.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/backoff.hpp"
#include "base/error.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// Within this the API shows what became of a POST that was not answered.
constexpr Duration kReplicaLag = 60s;
constexpr Duration kReconcile = 1s;
constexpr Duration kReadAgain = 5s;
constexpr Duration kReadAgainMax = 5min;
constexpr Duration kNotFoundAgain = 31s;
constexpr Duration kPostAgain = 30s;
constexpr int kPostsMax = 4;
constexpr int kNotFoundMax = 3;
/// Of re-reads in a row that showed nothing usable: more than an hour of them.
constexpr int kFailedReadsMax = 20;

}  // namespace

CancelAttempt::CancelAttempt(Decision decision, WallTime recorded, MonoTime now)
    : decision_(std::move(decision)), at_(now), recorded_(recorded) {}

CancelAttempt CancelAttempt::resumed(Decision decision, MonoTime now) {
  MACTIOND_ASSERT(decision.live());
  const MonoTime at = decision.unsure ? now + kReplicaLag : now;
  const WallTime recorded = decision.posted ? decision.posted->server : WallTime{};
  CancelAttempt attempt(std::move(decision), recorded, at);
  if (attempt.decision_.state == Decision::State::Accepted) attempt.next_ = Next::Wait;
  return attempt;
}

std::optional<MonoTime> CancelAttempt::next_call() const {
  if (in_progress_ || next_ == Next::Wait) return std::nullopt;
  return at_;
}

bool CancelAttempt::reconciles() const {
  return decision_.state == Decision::State::Posted && !reconciled_ && next_ == Next::Reread;
}

bool CancelAttempt::is_prompt(MonoTime now) const {
  if (decision_.state != Decision::State::Decided) return false;
  return failed_reads_ == 0 && not_found_ == 0 && at_ <= now + kCancelLookAgain;
}

bool CancelAttempt::may_post_again() const { return decision_.posts < kPostsMax; }

void CancelAttempt::hold(MonoTime now) {
  next_ = Next::Reread;
  wait(now);
}

void CancelAttempt::post_left(PostStamp stamp, MonoTime token_from) {
  MACTIOND_ASSERT(may_post_again());
  in_progress_ = true;
  reconciled_ = false;
  was_unsure_ = decision_.unsure;
  token_from_ = token_from;
  decision_.unsure = true;
  decision_.state = Decision::State::Posted;
  decision_.posted = std::move(stamp);
  ++decision_.posts;
}

void CancelAttempt::reread_answered(MonoTime now) {
  in_progress_ = false;
  failed_reads_ = 0;
  next_ = Next::Reread;
  at_ = now + kReadAgain;
  reconciled_ = true;
}

void CancelAttempt::allow_post(MonoTime not_before, MonoTime now) {
  at_ = std::max(post_at_, not_before);
  if (at_ > now) return;
  next_ = Next::Post;
  at_ = read_at_ = now;
}

bool CancelAttempt::reread_unusable(Duration retry_after, MonoTime now) {
  in_progress_ = false;
  next_ = Next::Reread;
  if (++failed_reads_ >= kFailedReadsMax) return true;
  at_ = now + std::max(backoff(failed_reads_, kReadAgain, kReadAgainMax), retry_after);
  return false;
}

bool CancelAttempt::not_found(MonoTime now) {
  in_progress_ = false;
  next_ = Next::Reread;
  at_ = now + kNotFoundAgain;
  return ++not_found_ >= kNotFoundMax;
}

void CancelAttempt::post_answered(std::string answer) {
  in_progress_ = false;
  decision_.answer = std::move(answer);
}

void CancelAttempt::accepted() {
  next_ = Next::Wait;
  decision_.state = Decision::State::Accepted;
  decision_.unsure = false;
}

void CancelAttempt::post_in_doubt(Duration retry_after, MonoTime now) {
  next_ = Next::Reread;
  at_ = post_at_ = now + std::max(kReplicaLag, retry_after);
}

void CancelAttempt::certain_refusal(MonoTime at) {
  decision_.unsure = was_unsure_;
  next_ = Next::Reread;
  at_ = at;
}

void CancelAttempt::post_refused(Duration retry_after, MonoTime now) {
  certain_refusal(now + std::max(kReconcile, retry_after));
  post_at_ = now + std::max(backoff(decision_.posts, kPostAgain, kReadAgainMax), retry_after);
}

void CancelAttempt::post_refused_for_token(MonoTime now) { certain_refusal(now); }

void CancelAttempt::post_refused_for_role(MonoTime now) {
  certain_refusal(now);
  role_missing_ = token_from_;
}

Decision CancelAttempt::end(Decision::State state, std::string outcome, WallTime when) && {
  decision_.state = state;
  decision_.unsure = false;
  decision_.outcome = std::move(outcome);
  decision_.ended = when;
  return std::move(decision_);
}

}  // namespace mactiond::core

#include "core/region/question_lane.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "core/quota/token_bucket.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kAskTimeout = 30s;
constexpr std::array kQuotas{QuotaKind::Api, QuotaKind::PackageLink};

void end(std::vector<AnsweredQuestion> ended, StepWriter& out) {
  for (AnsweredQuestion& question : ended) out.answer(std::move(question));
}

}  // namespace

void QuestionLane::ask(const AskQuestion& asked, Now now, StepWriter& out) {
  if (queue_.take(asked.number, asked.question, now.mono + asked.patience)) return;
  const Unanswered why{Unanswered::Why::TooMany,
                       "too many questions to the API wait: try again in a minute"};
  out.answer({asked.number, why});
}

void QuestionLane::send(Sending how, RegionCalls& calls, Now now, StepWriter& out) {
  wait_.reset();
  link_wait_.reset();
  for (const QuotaKind quota : kQuotas) {
    while (how.most > 0 && send_one(quota, how, calls, now, out)) --how.most;
  }
}

bool QuestionLane::send_one(QuotaKind quota, const Sending& how, RegionCalls& calls, Now now,
                            StepWriter& out) {
  const auto number = queue_.due(quota, now.mono, how.token_from);
  if (!number) return false;
  if (const auto until = calls.take(calls.turns().lane_of_question(), now, out, quota)) {
    wait(quota, *until, calls.limiter(), now, out);
    return false;
  }
  calls.turns().asked();
  RegionCall call;
  call.kind = RegionCall::Kind::Ask;
  call.sent = now.mono;
  call.quota = quota;
  call.question = *number;
  const CommandId id = calls.begin(std::move(call), out);
  auto [question, until] = queue_.leave(*number, how.token_from);
  const MonoTime deadline = std::min(until, now.mono + kAskTimeout);
  out.commands().push_back(AskApi{id, how.region, std::move(question), how.token, deadline,
                                  std::min(deadline, now.mono + kSendWithin)});
  return true;
}

void QuestionLane::wait(QuotaKind quota, MonoTime until, const Limiter& limiter, Now now,
                        StepWriter& out) {
  (quota == QuotaKind::Api ? wait_ : link_wait_) = until;
  // No turn of theirs comes before then.
  const MonoTime earliest = std::max(limiter.next_at(Lane::Operator, now.mono),
                                     limiter.next_at(Lane::Operator, now.mono, quota));
  const Duration wait = earliest - now.mono;
  const auto seconds = to_seconds(wait + 1s - Duration(1));
  const Unanswered why{
      Unanswered::Why::TimeUp,
      "the region's quota has no call in time: try again in " + std::to_string(seconds) + " s",
      wait};
  end(queue_.end_late(quota, earliest - Duration(1), why), out);
}

void QuestionLane::answered(std::uint64_t number, QuestionAnswered answer, bool needs_token,
                            Now now, StepWriter& out) {
  auto ended =
      queue_.answered(number, answer.outcome, std::move(answer.answer), needs_token, now.mono);
  if (ended) out.answer(*std::move(ended));
}

void QuestionLane::end_late(bool has_token, const std::string& trouble, Now now, StepWriter& out) {
  std::string why = "the region's quota had no call in time: try again later";
  if (!has_token) why = "the region has no token" + (trouble.empty() ? "" : ": " + trouble);
  end(queue_.end_late(now.mono, why), out);
}

void QuestionLane::end_all(const Unanswered& why, StepWriter& out) {
  end(queue_.end_all(why), out);
}

std::optional<MonoTime> QuestionLane::wake_at(MonoTime token_from, const CallTurns& turns) const {
  std::optional<MonoTime> first;
  for (const QuotaKind quota : kQuotas) {
    const auto due = queue_.due_at(quota, token_from);
    if (!due) continue;
    const auto& waits = quota == QuotaKind::Api ? wait_ : link_wait_;
    const MonoTime at = turns.question_possible_at(std::max(*due, waits.value_or(*due)));
    first = std::min(first.value_or(at), at);
  }
  return first;
}

}  // namespace mactiond::core

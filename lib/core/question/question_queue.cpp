#include "core/question/question_queue.hpp"

#include <algorithm>
#include <chrono>
#include <type_traits>
#include <utility>
#include <variant>

#include "action/machine_choice.hpp"
#include "base/backoff.hpp"
#include "base/error.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using Why = Unanswered::Why;

constexpr Duration kAgainFirst = 1s;
constexpr Duration kAgainMax = 10s;
constexpr int kFailuresMax = 3;

std::string in_words(const Outcome& outcome) {
  return outcome.detail.empty() || outcome.status == 0 ? describe(outcome) : outcome.detail;
}

// The query that has to follow before a name is known to mean no machine.
std::optional<MachineQuery> query_to_follow(const MachinePage& page) {
  const MachineChoice choice = choose_machine(page.query, page.machines, page.complete);
  const auto* refusal = std::get_if<MachineRefusal>(&choice);
  const bool fruitless = refusal != nullptr && refusal->why == MachineRefusal::Why::NotFound;
  return fruitless ? query_after(page.query) : std::nullopt;
}

Unanswered refusal(const Outcome& outcome) {
  return {outcome.reason == Reason::NotFound ? Why::NotFound : Why::Refused, in_words(outcome)};
}

}  // namespace

bool QuestionQueue::take(std::uint64_t number, Question question, MonoTime until) {
  const auto waiting = std::count_if(entries_.begin(), entries_.end(),
                                     [](const Entry& entry) { return !entry.in_progress; });
  if (static_cast<std::size_t>(waiting) >= kQuestionsWaitingMax) return false;
  entries_.push_back({number, std::move(question), until});
  return true;
}

bool QuestionQueue::has_free_call() const {
  const auto in_progress = std::count_if(entries_.begin(), entries_.end(),
                                         [](const Entry& entry) { return entry.in_progress; });
  return static_cast<std::size_t>(in_progress) < kQuestionsAtOnce;
}

bool QuestionQueue::waits(const Entry& entry, QuotaKind quota, MonoTime token_from) {
  const bool has_token = !entry.refused_token || token_from > *entry.refused_token;
  return !entry.in_progress && has_token && quota_of(entry.question) == quota;
}

std::optional<std::uint64_t> QuestionQueue::due(QuotaKind quota, MonoTime now,
                                                MonoTime token_from) const {
  if (!has_free_call()) return std::nullopt;
  for (const Entry& entry : entries_) {
    if (waits(entry, quota, token_from) && entry.at <= now) return entry.number;
  }
  return std::nullopt;
}

std::optional<MonoTime> QuestionQueue::due_at(QuotaKind quota, MonoTime token_from) const {
  if (!has_free_call()) return std::nullopt;
  std::optional<MonoTime> first;
  for (const Entry& entry : entries_) {
    if (waits(entry, quota, token_from)) first = std::min(first.value_or(entry.at), entry.at);
  }
  return first;
}

QuestionQueue::Call QuestionQueue::leave(std::uint64_t number, MonoTime token_from) {
  const auto entry = find(number);
  MACTIOND_ASSERT(entry != entries_.end());
  entry->in_progress = true;
  entry->token_from = token_from;
  return {entry->question, entry->until};
}

std::optional<AnsweredQuestion> QuestionQueue::answered(std::uint64_t number,
                                                        const Outcome& outcome, Answer answer,
                                                        bool needs_token, MonoTime now) {
  const auto entry = find(number);
  if (entry == entries_.end()) return std::nullopt;
  entry->in_progress = false;
  auto result = judge(*entry, outcome, std::move(answer), needs_token, now);
  if (!result) return std::nullopt;
  entries_.erase(entry);
  return AnsweredQuestion{number, *std::move(result)};
}

std::optional<QuestionResult> QuestionQueue::judge(Entry& entry, const Outcome& outcome,
                                                   Answer answer, bool needs_token, MonoTime now) {
  auto* named = std::get_if<MachinesNamed>(&entry.question);
  // The API may say so with a 404 (docs/defender-api.md 12).
  const bool none = named != nullptr && outcome.reason == Reason::NotFound;
  if (none) answer = MachinePage{named->query, {}, true};
  if (outcome.ok() || none) {
    const auto* page = std::get_if<MachinePage>(&answer);
    const auto next = page != nullptr ? query_to_follow(*page) : std::nullopt;
    if (!next) return answer;
    *named = {*next};
    return std::nullopt;
  }
  entry.trouble = in_words(outcome);
  const bool is_trial = std::holds_alternative<TrialList>(entry.question);
  if (outcome.reason == Reason::Throttled && !is_trial) return std::nullopt;
  if (needs_token && !entry.refused_token) {
    entry.refused_token = entry.token_from;
    return std::nullopt;
  }
  if (outcome.verdict != Verdict::Retry) return refusal(outcome);
  ++entry.failures;
  const Duration wait = std::max(outcome.retry_after.value_or(Duration{}),
                                 backoff(entry.failures, kAgainFirst, kAgainMax));
  entry.at = now + wait;
  const bool over = is_trial || entry.failures >= kFailuresMax || entry.at >= entry.until;
  if (!over) return std::nullopt;
  return Unanswered{Why::Failed, entry.trouble};
}

std::vector<AnsweredQuestion> QuestionQueue::end_if(const std::function<bool(const Entry&)>& ends,
                                                    const Unanswered& why) {
  std::vector<AnsweredQuestion> ended;
  std::erase_if(entries_, [&](const Entry& entry) {
    if (entry.in_progress || !ends(entry)) return false;
    const bool had_trouble = !entry.trouble.empty() && !why.retry_after;
    ended.push_back({entry.number, had_trouble ? Unanswered{Why::Failed, entry.trouble} : why});
    return true;
  });
  return ended;
}

std::vector<AnsweredQuestion> QuestionQueue::end_late(MonoTime when, const std::string& words) {
  return end_if([when](const Entry& entry) { return entry.until <= when; }, {Why::TimeUp, words});
}

std::vector<AnsweredQuestion> QuestionQueue::end_late(QuotaKind quota, MonoTime when,
                                                      const Unanswered& why) {
  const auto ends = [quota, when](const Entry& entry) {
    return quota_of(entry.question) == quota && entry.until <= when;
  };
  return end_if(ends, why);
}

std::optional<MonoTime> QuestionQueue::late_at() const {
  std::optional<MonoTime> first;
  for (const Entry& entry : entries_) {
    if (!entry.in_progress) first = std::min(first.value_or(entry.until), entry.until);
  }
  return first;
}

std::vector<AnsweredQuestion> QuestionQueue::end_all(const Unanswered& why) {
  std::vector<AnsweredQuestion> ended;
  for (const Entry& entry : std::exchange(entries_, {})) ended.push_back({entry.number, why});
  return ended;
}

std::vector<QuestionQueue::Entry>::iterator QuestionQueue::find(std::uint64_t number) {
  return std::find_if(entries_.begin(), entries_.end(),
                      [number](const Entry& entry) { return entry.number == number; });
}

}  // namespace mactiond::core

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "action/quota_kind.hpp"
#include "base/outcome.hpp"
#include "base/time.hpp"
#include "core/question/question.hpp"

namespace mactiond::core {

inline constexpr std::size_t kQuestionsWaitingMax = 32;
inline constexpr std::size_t kQuestionsAtOnce = 2;

/// The questions to one region: which one is asked next, and what an answer means for it. Each ends
/// exactly once.
///
/// Passing trouble and a refused token lead to another call while the operator waits, and so does a
/// name that the first query does not find.
class QuestionQueue {
 public:
  /// until: its answer is not awaited any longer. False if too many wait.
  [[nodiscard]] bool take(std::uint64_t number, Question question, MonoTime until);

  /// The oldest question of this quota that may be asked now. token_from: when the token in use was
  /// fetched.
  [[nodiscard]] std::optional<std::uint64_t> due(QuotaKind quota, MonoTime now,
                                                 MonoTime token_from) const;
  /// When due() finds one, as time passes.
  [[nodiscard]] std::optional<MonoTime> due_at(QuotaKind quota, MonoTime token_from) const;

  struct Call {
    Question question;
    MonoTime until{};
  };
  /// Its call leaves now.
  [[nodiscard]] Call leave(std::uint64_t number, MonoTime token_from);

  /// The call has ended. needs_token: only the token was to blame, and a newer one comes. Nothing
  /// if the question is asked again.
  [[nodiscard]] std::optional<AnsweredQuestion> answered(std::uint64_t number,
                                                         const Outcome& outcome, Answer answer,
                                                         bool needs_token, MonoTime now);

  /// Ends all that wait for a call until then at most. words: why there was no call.
  [[nodiscard]] std::vector<AnsweredQuestion> end_late(MonoTime when, const std::string& words);
  /// The same of those of a quota that has no call before then.
  [[nodiscard]] std::vector<AnsweredQuestion> end_late(QuotaKind quota, MonoTime when,
                                                       const Unanswered& why);
  /// When the first of them is late.
  [[nodiscard]] std::optional<MonoTime> late_at() const;

  /// Ends all, also those that are being asked: their answers have no question any more.
  [[nodiscard]] std::vector<AnsweredQuestion> end_all(const Unanswered& why);

  [[nodiscard]] bool empty() const { return entries_.empty(); }

 private:
  struct Entry {
    std::uint64_t number = 0;
    Question question;
    MonoTime until{};
    MonoTime at = MonoTime::min();  ///< not asked before
    bool in_progress = false;
    MonoTime token_from{};                    ///< of the last call
    std::optional<MonoTime> refused_token{};  ///< a newer one is needed
    int failures = 0;
    std::string trouble{};  ///< of the last call, in words
  };

  [[nodiscard]] bool has_free_call() const;
  [[nodiscard]] static bool waits(const Entry& entry, QuotaKind quota, MonoTime token_from);
  [[nodiscard]] std::vector<Entry>::iterator find(std::uint64_t number);
  [[nodiscard]] static std::optional<QuestionResult> judge(Entry& entry, const Outcome& outcome,
                                                           Answer answer, bool needs_token,
                                                           MonoTime now);
  [[nodiscard]] std::vector<AnsweredQuestion> end_if(const std::function<bool(const Entry&)>& ends,
                                                     const Unanswered& why);

  std::vector<Entry> entries_;  ///< oldest first
};

}  // namespace mactiond::core

#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/question/question_queue.hpp"
#include "support/builders.hpp"

namespace mactiond::core {

inline const std::string kMachine(40, 'a');

/// A queue whose calls are answered by hand. Questions are awaited for a minute.
struct QueueHarness {
  QuestionQueue queue;
  MonoTime now = test::kBoot;
  MonoTime token_from = test::kBoot - std::chrono::minutes(10);

  void take(std::uint64_t number, Question question) {
    EXPECT_TRUE(queue.take(number, std::move(question), now + std::chrono::minutes(1)));
  }
  [[nodiscard]] std::optional<std::uint64_t> due(QuotaKind quota = QuotaKind::Api) const {
    return queue.due(quota, now, token_from);
  }
  /// The call of the first due question leaves.
  Question leave(std::uint64_t number) {
    EXPECT_TRUE(due() == number || due(QuotaKind::PackageLink) == number);
    return queue.leave(number, token_from).question;
  }
  std::optional<AnsweredQuestion> fail(std::uint64_t number, const Outcome& outcome,
                                       bool needs_token = false) {
    return queue.answered(number, outcome, {}, needs_token, now);
  }
  std::optional<AnsweredQuestion> succeed(std::uint64_t number, Answer answer) {
    return queue.answered(number, {}, std::move(answer), false, now);
  }
};

inline Unanswered reason(const std::optional<AnsweredQuestion>& ended) {
  const auto* why = ended ? std::get_if<Unanswered>(&ended->result) : nullptr;
  if (why != nullptr) return *why;
  ADD_FAILURE() << "it has an answer, or is asked again";
  return {};
}

/// What a question was answered with.
template <class T>
T answer_of(const std::optional<AnsweredQuestion>& ended) {
  const auto* answer = ended ? std::get_if<Answer>(&ended->result) : nullptr;
  const T* value = answer != nullptr ? std::get_if<T>(answer) : nullptr;
  if (value != nullptr) return *value;
  ADD_FAILURE() << "no such answer";
  return {};
}

}  // namespace mactiond::core

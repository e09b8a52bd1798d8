#include "runtime/question_desk.hpp"

namespace mactiond::runtime {

std::uint64_t QuestionDesk::open(Done done, MonoTime late_at) {
  waiting_.emplace(++last_, Waiting{std::move(done), late_at});
  return last_;
}

void QuestionDesk::answer(std::vector<core::AnsweredQuestion> answers) {
  for (core::AnsweredQuestion& answered : answers) {
    auto found = waiting_.extract(answered.number);
    if (found.empty()) continue;
    answered_.emplace_back(std::move(found.mapped().done), std::move(answered.result));
  }
}

void QuestionDesk::end_late(const core::Unanswered& why, MonoTime now) {
  std::vector<core::AnsweredQuestion> late;
  for (const auto& [number, waiting] : waiting_) {
    if (waiting.late_at <= now) late.push_back({number, why});
  }
  answer(std::move(late));
}

void QuestionDesk::deliver() {
  // What is answered meanwhile waits for the next time.
  for (auto& [done, result] : std::exchange(answered_, {})) done(std::move(result));
}

}  // namespace mactiond::runtime

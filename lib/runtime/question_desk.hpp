#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "core/question/question.hpp"

namespace mactiond::runtime {

/// Who waits for the answer to a question. Each is called exactly once, and only by deliver():
/// what is done then may be another request to the driver.
class QuestionDesk {
 public:
  using Done = std::function<void(core::QuestionResult)>;

  /// The question's number. late_at: nobody waits any longer, whatever has become of the question.
  [[nodiscard]] std::uint64_t open(Done done, MonoTime late_at);
  /// An end of a question that has ended is left out.
  void answer(std::vector<core::AnsweredQuestion> answers);
  void end_late(const core::Unanswered& why, MonoTime now);
  void end_all(const core::Unanswered& why) { end_late(why, MonoTime::max()); }

  [[nodiscard]] bool has_answers() const { return !answered_.empty(); }
  void deliver();

 private:
  struct Waiting {
    Done done;
    MonoTime late_at{};
  };
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, Waiting> waiting_;
  std::vector<std::pair<Done, core::QuestionResult>> answered_;
};

}  // namespace mactiond::runtime

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "core/question/question_queue.hpp"
#include "queue_harness.hpp"
#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

struct QuestionQueueEnd : testing::Test, QueueHarness {};

Unanswered only(const std::vector<AnsweredQuestion>& ended) {
  EXPECT_EQ(ended.size(), 1U);
  return ended.empty() ? Unanswered{} : std::get<Unanswered>(ended.front().result);
}

TEST_F(QuestionQueueEnd, ComesWhenItsTimeIsUp) {
  take(1, MachineById{kMachine});
  EXPECT_EQ(queue.late_at(), now + 1min);
  EXPECT_TRUE(queue.end_late(now + 1min - 1ms, "no token").empty());
  const Unanswered why = only(queue.end_late(now + 1min, "no token"));
  EXPECT_EQ(why.why, Unanswered::Why::TimeUp);
  EXPECT_EQ(why.words, "no token");
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.late_at(), std::nullopt);
}

TEST_F(QuestionQueueEnd, SaysTheLastTrouble) {
  take(1, MachineById{kMachine});
  leave(1);
  EXPECT_FALSE(fail(1, test::throttled(10s)));
  const Unanswered why = only(queue.end_late(now + 1min, "no token"));
  EXPECT_EQ(why.why, Unanswered::Why::Failed);
  EXPECT_EQ(why.words, "throttled 429");
}

TEST_F(QuestionQueueEnd, OfACallInProgressIsItsAnswer) {
  take(1, MachineById{kMachine});
  leave(1);
  EXPECT_EQ(queue.late_at(), std::nullopt);
  EXPECT_TRUE(queue.end_late(now + 2min, "").empty());
  now += 2min;
  EXPECT_EQ(reason(fail(1, test::refusal(Verdict::Retry, Reason::Timeout, 0))).why,
            Unanswered::Why::Failed)
      << "it is not asked again";
}

TEST_F(QuestionQueueEnd, ComesAtOnceWhereTheQuotaHasNoCallInTime) {
  take(1, MachineById{kMachine});
  take(2, PackageLink{ActionId{"a"}});
  const Unanswered why{Unanswered::Why::TimeUp, "no quota", 70s};
  EXPECT_TRUE(queue.end_late(QuotaKind::PackageLink, now + 59s, why).empty());
  const auto ended = queue.end_late(QuotaKind::PackageLink, now + 1min, why);
  EXPECT_EQ(only(ended).words, "no quota");
  EXPECT_EQ(ended.front().number, 2U);
  EXPECT_EQ(due(), 1U);
}

TEST_F(QuestionQueueEnd, OfAllIsAlsoThatOfThoseInProgress) {
  take(1, MachineById{kMachine});
  take(2, MachineById{kMachine});
  leave(1);
  const auto ended = queue.end_all({Unanswered::Why::NoRegion, "the region was removed"});
  ASSERT_EQ(ended.size(), 2U);
  EXPECT_EQ(ended[0].number, 1U);
  EXPECT_EQ(std::get<Unanswered>(ended[1].result).why, Unanswered::Why::NoRegion);
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(fail(1, test::stopped())) << "its call ends later";
}

}  // namespace
}  // namespace mactiond::core

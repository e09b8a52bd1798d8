#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "cancel_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kDay;
using test::open_action;

using CancelExplainTest = CancelFlowTest;

TEST_F(CancelExplainTest, ExplainsWhatEachOpenActionHasToExpect) {
  add("a1");
  run(30min);
  const Explanation waits = plan();
  EXPECT_EQ(waits.verdict, PolicyVerdict::Wait);
  EXPECT_EQ(waits.stale_at, kDay + 1h);
  step(SuspendCancelling{true});
  run(1h);
  const Explanation held = plan();
  EXPECT_EQ(held.verdict, PolicyVerdict::Hold);
  EXPECT_EQ(held.guard, CancelGuard::Suspended);
  const Options none;
  EXPECT_EQ(plan(&none).verdict, PolicyVerdict::None);
}

TEST_F(CancelExplainTest, SaysWhatIsBeingCancelledAndWhatWasDecidedBefore) {
  until_post();
  EXPECT_EQ(plan().guard, CancelGuard::UnderWay);
  for (int i = 0; i < 4; ++i) {
    answer(take<CancelAction>(), test::server_error());
    run(10min);
  }
  ASSERT_EQ(only().state, Decision::State::Failed);
  EXPECT_EQ(plan().guard, CancelGuard::Decided);
  EXPECT_EQ(plan().verdict, PolicyVerdict::Hold);
  Options renamed = options;
  renamed.policies.front().name = "another";
  EXPECT_EQ(plan(&renamed).verdict, PolicyVerdict::Cancel);
}

TEST_F(CancelExplainTest, GoesByTheLimitsOfTheOtherConfiguration) {
  options.cancel.max_per_hour = 0;
  add("a1");
  run(1h + 10s);
  EXPECT_EQ(plan().guard, CancelGuard::Off);
  Options others = options;
  others.cancel.max_per_hour = 1;
  EXPECT_EQ(plan(&others).verdict, PolicyVerdict::Cancel);
  others.policies.front().max_per_hour = 0;
  EXPECT_EQ(plan(&others).guard, CancelGuard::PolicyLimit);
  others.cancel.max_per_hour = 0;
  EXPECT_EQ(plan(&others).guard, CancelGuard::Off);
}

TEST_F(CancelExplainTest, SaysThatTheQuotaHoldsTheRestBack) {
  until_calls_are_wanting();
  const auto plans = engine().explain(nullptr, now).front().plans.actions;
  const auto waiting = std::count_if(plans.begin(), plans.end(), [](const Explanation& explained) {
    return explained.guard == CancelGuard::Quota;
  });
  EXPECT_GE(waiting, 50);
}

TEST_F(CancelExplainTest, ShowsAThousandOfARegionAndHowManyMoreThereAre) {
  for (int i = 0; i < 1100; ++i) add("a" + std::to_string(i));
  run(10min);
  const auto explained = engine().explain(nullptr, now).front().plans;
  EXPECT_EQ(explained.actions.size(), 1000U);
  EXPECT_EQ(explained.more, 100U);
}

}  // namespace
}  // namespace mactiond::core

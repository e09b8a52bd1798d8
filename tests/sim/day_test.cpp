#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

#include "sim/days.hpp"
#include "sim/oracle.hpp"
#include "sim/scenario.hpp"
#include "sim/world.hpp"

namespace mactiond::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;

TEST(Day, RecordsEveryTransitionOfThreeRegionsExactlyOnce) {
  World world(day_options(1, 3));
  Traffic traffic;
  traffic.actions = 5000;
  add_traffic(world, traffic, 2);
  world.run_until(24h + 30min);

  EXPECT_THAT(judge(world, {.visible_longer_than = 16s}), IsEmpty());
  EXPECT_GT(world.events().size(), 10'000U);
}

TEST(Day, SeesActionsThatOpenAndCloseBetweenTwoPolls) {
  WorldOptions options = day_options(3, 1);
  options.engine.regions[0].poll.min_interval = 30s;
  World world(options);
  Traffic traffic;
  traffic.actions = 300;
  traffic.over = 2h;
  traffic.step_min = 100ms;
  traffic.step_max = 3s;
  traffic.offline_per_mille = 0;
  add_traffic(world, traffic, 4);
  world.run_until(3h);

  EXPECT_THAT(judge(world, {.visible_longer_than = 35s}), IsEmpty());
}

TEST(Day, LosesNothingWithDocumentedFiltersOnly) {
  WorldOptions options = day_options(5, 2);
  options.api.traits.reject_last_update_filter = true;
  options.api.traits.reject_order_by = true;
  World world(options);
  Traffic traffic;
  traffic.actions = 2000;
  add_traffic(world, traffic, 6);
  world.run_until(24h + 30min);

  EXPECT_THAT(judge(world, {.visible_longer_than = 25s}), IsEmpty());
}

class Seeds : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(Seeds, KeepEveryPromiseThroughFaultsAndCrashes) {
  EXPECT_THAT(faulty_day(GetParam()), IsEmpty()) << "seed " << GetParam();
}

TEST_P(Seeds, NeverExceedTheQuota) {
  EXPECT_THAT(quota_day(GetParam()), IsEmpty()) << "seed " << GetParam();
}

TEST_P(Seeds, DeliverWhatWaitsOnceAReceiverIsBack) {
  EXPECT_THAT(delivery_day(GetParam()), IsEmpty()) << "seed " << GetParam();
}

TEST_P(Seeds, MissNothingWhilePagesChange) {
  EXPECT_THAT(paging_hour(GetParam()), IsEmpty()) << "seed " << GetParam();
}

TEST_P(Seeds, MissNothingWhateverTheHabitsOfTheService) {
  EXPECT_THAT(habits_day(GetParam()), IsEmpty()) << "seed " << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Some, Seeds, ::testing::Range<std::uint64_t>(100, 104));

class CancelSeeds : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(CancelSeeds, CancelOnlyWhatTheyMayAndEndEveryDecision) {
  EXPECT_THAT(cancel_day(GetParam()), IsEmpty()) << "seed " << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Some, CancelSeeds, ::testing::Range<std::uint64_t>(100, 116));

class SubmitSeeds : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(SubmitSeeds, StartEachActionOnceOrNotAndEndEverySubmission) {
  EXPECT_THAT(submit_day(GetParam()), IsEmpty()) << "seed " << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Some, SubmitSeeds, ::testing::Range<std::uint64_t>(100, 120));

}  // namespace
}  // namespace mactiond::sim

#include "core/region/list_lane.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using test::kDay;
using test::refusal;
using test::stopped;

struct ListLaneTest : testing::Test {
  ListLaneTest() { lane.set_due(kBoot); }

  void send() {
    if (!lane.round()) lane.begin_round({Query::Kind::CreatedSince, kDay, {}, 500, 0}, kDay);
    lane.sent();
  }
  void fail(MonoTime at, std::optional<Duration> retry_after = std::nullopt) {
    send();
    lane.failed(refusal(Verdict::Retry, Reason::ServerError, 503, retry_after), 5min, at, random);
  }

  ListLane lane;
  Paging paging;
  Random random{3};
};

TEST_F(ListLaneTest, MakesOneCallAtATime) {
  EXPECT_FALSE(lane.is_due(kBoot - 1s));
  EXPECT_TRUE(lane.is_due(kBoot));
  send();
  EXPECT_FALSE(lane.is_due(kBoot));
  EXPECT_FALSE(lane.due_at());
  lane.abandoned();
  EXPECT_EQ(lane.due_at(), kBoot);
}

TEST_F(ListLaneTest, KeepsItsRoundUntilItEnds) {
  send();
  EXPECT_FALSE(lane.page_arrived({500, true, std::nullopt}, paging, kBoot));
  EXPECT_TRUE(lane.round());
  send();
  EXPECT_TRUE(lane.page_arrived({}, paging, kBoot));
  lane.end_round();
  EXPECT_FALSE(lane.round());
  EXPECT_FALSE(lane.shortfall());
}

TEST_F(ListLaneTest, BacksOffWithEveryFailureInARow) {
  fail(kBoot);
  EXPECT_GE(*lane.due_at(), kBoot + 4s);
  EXPECT_LE(*lane.due_at(), kBoot + 6s);
  fail(kBoot);
  EXPECT_GE(*lane.due_at(), kBoot + 8s);
  EXPECT_EQ(lane.failures(), 2);
  send();
  (void)lane.page_arrived({500, true, std::nullopt}, paging, kBoot);
  EXPECT_EQ(lane.failures(), 0);
}

TEST_F(ListLaneTest, NeverCallsBeforeTheLongestWaitThatTheServiceAskedFor) {
  fail(kBoot, 10min);
  fail(kBoot + 1s, 2s);
  EXPECT_EQ(lane.due_at(), kBoot + 10min);
  lane.make_due(kBoot + 2s);
  EXPECT_EQ(lane.due_at(), kBoot + 10min);
}

TEST_F(ListLaneTest, OtherSettingsEndABackOffButNoWait) {
  for (int i = 0; i < 6; ++i) fail(kBoot);
  lane.give_up_round(kBoot + 1s);
  EXPECT_FALSE(lane.round());
  EXPECT_EQ(lane.due_at(), kBoot + 1s);
  fail(kBoot, 90s);
  lane.give_up_round(kBoot + 1s);
  EXPECT_EQ(lane.due_at(), kBoot + 90s);
}

TEST_F(ListLaneTest, TheEndOfTheDaemonIsNoFailure) {
  send();
  lane.failed(stopped(), 5min, kBoot, random);
  EXPECT_EQ(lane.failures(), 0);
  EXPECT_EQ(lane.due_at(), kBoot);
}

TEST_F(ListLaneTest, APageShowsThatTheSmallestTopIsNotTheTrouble) {
  lane.set_smallest_refused();
  EXPECT_TRUE(lane.smallest_refused());
  send();
  (void)lane.page_arrived({500, true, std::nullopt}, paging, kBoot);
  EXPECT_FALSE(lane.smallest_refused());
}

}  // namespace
}  // namespace mactiond::core

#include "core/outbox/due_window.hpp"

#include <gtest/gtest.h>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using test::kDay;

constexpr CommandId kLoad{7};
constexpr std::size_t kEnough = 8;

struct DueWindowTest : testing::Test {
  static DueDelivery due(std::uint64_t seq) {
    DueDelivery delivery;
    delivery.event.seq = seq;
    delivery.due = kDay;
    return delivery;
  }
  /// The store is read and has these; another is due at next.
  void load(std::vector<std::uint64_t> seqs, std::optional<WallTime> next = std::nullopt) {
    (void)window.begin_load(kLoad, false);
    loaded(std::move(seqs), next);
  }
  void loaded(std::vector<std::uint64_t> seqs, std::optional<WallTime> next = std::nullopt) {
    DeliveriesLoaded answer{kLoad, {}, next};
    for (const std::uint64_t seq : seqs) answer.due.push_back(due(seq));
    window.on(std::move(answer));
  }
  std::uint64_t take() { return window.take(Digest({})).front().event.seq; }
  bool wants_load(std::int64_t queued) { return window.wants_load(queued, kEnough, now.wall); }

  DueWindow window;
  Now now{kDay, kBoot};
};

TEST_F(DueWindowTest, ReadsTheStoreFirst) {
  EXPECT_TRUE(wants_load(1));
  EXPECT_FALSE(wants_load(0)) << "an empty queue needs no read";
}

TEST_F(DueWindowTest, ReadsNotTwiceAtATime) {
  (void)window.begin_load(kLoad, false);
  EXPECT_TRUE(window.loading());
  window.look();
  EXPECT_FALSE(wants_load(5));
}

TEST_F(DueWindowTest, CountsWhatIsReadyAndWhatIsInFlight) {
  load({1, 2, 3});
  EXPECT_EQ(take(), 1U);
  EXPECT_EQ(window.held(), 3U);
  EXPECT_EQ(window.ready(), 2U);
  EXPECT_EQ(window.in_flight(), 1U);
  window.answered(1);
  EXPECT_EQ(window.held(), 2U);
  EXPECT_EQ(window.in_flight(), 0U);
}

TEST_F(DueWindowTest, ReadsAgainOnlyIfTheStoreMayHaveMore) {
  load({1});
  EXPECT_FALSE(wants_load(5)) << "all that was due is here";
  window.look();
  EXPECT_TRUE(wants_load(5));
  EXPECT_FALSE(wants_load(1)) << "the whole queue is here";
}

TEST_F(DueWindowTest, ReadsAgainAfterAnAnswer) {
  load({1});
  (void)take();
  window.answered(1);
  EXPECT_TRUE(wants_load(1)) << "the next of its action may be due";
}

TEST_F(DueWindowTest, ReadsNothingWhileEnoughIsReady) {
  load({1, 2, 3, 4, 5, 6, 7, 8});
  window.look();
  EXPECT_FALSE(wants_load(100));
  (void)take();
  EXPECT_TRUE(wants_load(100));
}

TEST_F(DueWindowTest, AFullAnswerSaysThatThereIsMore) {
  const std::size_t limit = window.begin_load(kLoad, true);
  EXPECT_EQ(limit, 1U);
  loaded({1});
  EXPECT_TRUE(wants_load(2));
}

TEST_F(DueWindowTest, AsksForAsManyMoreAsItHolds) {
  const std::size_t first = window.begin_load(kLoad, false);
  loaded({1, 2});
  EXPECT_EQ(window.begin_load(kLoad, false), first + 2);
}

TEST_F(DueWindowTest, LeavesOutWhatItHolds) {
  load({1, 2});
  (void)take();
  load({1, 2, 3});
  EXPECT_EQ(window.held(), 3U);
  EXPECT_EQ(take(), 2U);
  EXPECT_EQ(take(), 3U);
}

TEST_F(DueWindowTest, LeavesOutWhatWasAnsweredDuringTheRead) {
  load({1});
  (void)take();
  (void)window.begin_load(kLoad, false);
  window.answered(1);
  loaded({1, 2});
  EXPECT_EQ(window.held(), 1U);
  EXPECT_EQ(take(), 2U);
}

TEST_F(DueWindowTest, LeavesOutWhatWasRemovedDuringTheRead) {
  load({1, 2});
  (void)window.begin_load(kLoad, false);
  window.removed({1});
  EXPECT_EQ(window.ready(), 1U);
  loaded({1, 2});
  EXPECT_EQ(window.held(), 1U);
  EXPECT_EQ(take(), 2U);
}

TEST_F(DueWindowTest, ForgetsWhatIsReadyButNotWhatIsInFlight) {
  load({1, 2});
  (void)take();
  window.forget_ready();
  EXPECT_EQ(window.ready(), 0U);
  EXPECT_EQ(window.in_flight(), 1U);
  EXPECT_TRUE(wants_load(2));
}

TEST_F(DueWindowTest, IgnoresTheAnswerToAReadThatBeganBefore) {
  (void)window.begin_load(kLoad, false);
  window.forget_ready();
  loaded({1}, kDay + 1h);
  EXPECT_EQ(window.held(), 0U);
  EXPECT_FALSE(window.loading());
  EXPECT_TRUE(wants_load(1));
  EXPECT_FALSE(window.due_at(1, kEnough, now)) << "nor is its time kept";
}

TEST_F(DueWindowTest, ReadsAgainWhenTheNextIsDue) {
  load({}, kDay + 1h);
  EXPECT_FALSE(wants_load(1));
  EXPECT_EQ(window.due_at(1, kEnough, now), kBoot + 1h);
  now = {kDay + 1h, kBoot + 1h};
  EXPECT_TRUE(wants_load(1));
}

TEST_F(DueWindowTest, TheEarliestTimeCounts) {
  load({}, kDay + 1h);
  window.waits_until(kDay + 2h);
  EXPECT_EQ(window.due_at(1, kEnough, now), kBoot + 1h);
  window.waits_until(kDay + 1min);
  EXPECT_EQ(window.due_at(1, kEnough, now), kBoot + 1min);
}

TEST_F(DueWindowTest, WaitsForNoTimeIfAllIsHereOrEnoughIsReady) {
  load({1, 2}, kDay + 1h);
  EXPECT_FALSE(window.due_at(2, kEnough, now));
  EXPECT_FALSE(window.due_at(3, 2, now));
  EXPECT_TRUE(window.due_at(3, kEnough, now));
}

TEST_F(DueWindowTest, ATimeFurtherOffThanAnyDelayIsDue) {
  const WallTime impossible = kDay + 24h * 40;
  load({}, impossible);
  EXPECT_TRUE(wants_load(1));
  EXPECT_EQ(window.due_until(now.wall), impossible);
  EXPECT_EQ(window.due_at(1, kEnough, now), kBoot);
}

TEST_F(DueWindowTest, AJumpOfTheClockMovesTheTimesAlong) {
  load({1}, kDay + 1h);
  window.shift(5h);
  EXPECT_EQ(window.due_at(2, kEnough, now), kBoot + 6h);
  EXPECT_EQ(window.take(Digest({})).front().due, kDay + 5h);
}

TEST_F(DueWindowTest, ReadsAgainAfterAJumpDuringARead) {
  (void)window.begin_load(kLoad, false);
  window.shift(5h);
  loaded({}, kDay + 1h);
  EXPECT_TRUE(wants_load(1)) << "the answer is by the former clock";
}

}  // namespace
}  // namespace mactiond::core

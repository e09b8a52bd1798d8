#include "core/region/lookup_queue.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using Ids = std::vector<ActionId>;

const ActionId kA{"a"};

struct LookupQueueTest : testing::Test {
  LookupQueue queue;
  Random random{5};
};

TEST_F(LookupQueueTest, HandsOutUpToTheLimitAndEachIdOnce) {
  for (const char* id : {"a", "b", "c"}) queue.add({id}, kBoot);
  EXPECT_EQ(queue.take(2, kBoot), (Ids{{"a"}, {"b"}}));
  EXPECT_EQ(queue.take(2, kBoot), (Ids{{"c"}}));
  EXPECT_TRUE(queue.take(2, kBoot).empty());
  EXPECT_FALSE(queue.wake_at());
}

TEST_F(LookupQueueTest, AddingAgainKeepsWhatIsKnown) {
  queue.add(kA, kBoot);
  (void)queue.take(1, kBoot);
  queue.add(kA, kBoot);
  EXPECT_TRUE(queue.take(1, kBoot).empty()) << "it is being asked for";
}

TEST_F(LookupQueueTest, AListTakesNothingFromTheReadThatConfirmsAnEnd) {
  queue.add_alone(kA, kBoot);
  queue.shown(kA);
  EXPECT_EQ(queue.size(), 1U);
  queue.found(kA);
  EXPECT_EQ(queue.size(), 0U);
  queue.add(kA, kBoot);
  queue.shown(kA);
  EXPECT_EQ(queue.size(), 0U) << "it was only missing, and is there again";
}

TEST_F(LookupQueueTest, WhatWasFoundIsDone) {
  queue.add(kA, kBoot);
  (void)queue.take(1, kBoot);
  queue.found(kA);
  EXPECT_EQ(queue.size(), 0U);
}

TEST_F(LookupQueueTest, WhatIsReadForNothingIsAskedForLessAndLessOften) {
  MonoTime now = kBoot;
  int reads = 0;
  for (; now < kBoot + 2h; now += 2s) {
    queue.add(kA, now);
    if (queue.take(1, now).empty()) continue;
    ++reads;
    queue.found_nothing_new(kA, now);
  }
  EXPECT_LT(reads, 40);
  EXPECT_GT(reads, 20) << "never less than every five minutes";
  queue.changed(kA);
  queue.found(kA);
  queue.add(kA, now);
  EXPECT_FALSE(queue.take(1, now).empty()) << "a change makes it interesting again";
}

TEST_F(LookupQueueTest, WhatNobodyAskedForInAWhileBeginsWithAShortRest) {
  for (int i = 0; i < 12; ++i) queue.found_nothing_new(kA, kBoot);
  queue.add(kA, kBoot + 1s);
  EXPECT_TRUE(queue.take(1, kBoot + 4min).empty());
  queue.found(kA);
  queue.add(kA, kBoot + 15min);
  EXPECT_FALSE(queue.take(1, kBoot + 15min).empty());
}

TEST_F(LookupQueueTest, WhatOnlyItsOwnReadConfirmsIsNotAskedForWithOthers) {
  queue.add(kA, kBoot);
  queue.add({"b"}, kBoot);
  queue.add_alone(kA, kBoot);
  EXPECT_TRUE(queue.single_next(kBoot));
  EXPECT_EQ(queue.take(30, kBoot), Ids{kA});
  EXPECT_EQ(queue.take(30, kBoot), Ids{{"b"}});
}

TEST_F(LookupQueueTest, WhatAListDidNotShowIsAskedForAlone) {
  for (const char* id : {"a", "b", "c"}) queue.add({id}, kBoot);
  (void)queue.take(3, kBoot);
  queue.absent({"b"}, kBoot);
  queue.absent({"c"}, kBoot);
  EXPECT_TRUE(queue.single_next(kBoot));
  EXPECT_EQ(queue.take(30, kBoot), (Ids{{"b"}}));
  EXPECT_EQ(queue.take(30, kBoot), (Ids{{"c"}}));
}

TEST_F(LookupQueueTest, SinglesAndManyDoNotMix) {
  queue.add({"a"}, kBoot);
  (void)queue.take(1, kBoot);
  queue.absent({"a"}, kBoot);
  queue.add({"b"}, kBoot);
  queue.add({"c"}, kBoot);
  EXPECT_EQ(queue.take(30, kBoot), (Ids{{"a"}}));
  EXPECT_FALSE(queue.single_next(kBoot));
  EXPECT_EQ(queue.take(30, kBoot), (Ids{{"b"}, {"c"}}));
}

TEST_F(LookupQueueTest, GoneTakesTwoAnswersThirtySecondsApart) {
  queue.add(kA, kBoot);
  (void)queue.take(1, kBoot);
  EXPECT_FALSE(queue.not_found(kA, false, kBoot));
  const MonoTime again = queue.wake_at().value();
  EXPECT_GE(again, kBoot + 30s);
  EXPECT_LE(again, kBoot + 40s);
  EXPECT_TRUE(queue.take(1, again - Duration(1)).empty());
  ASSERT_EQ(queue.take(1, again), (Ids{kA}));
  EXPECT_TRUE(queue.not_found(kA, false, again));
  EXPECT_EQ(queue.size(), 0U);
}

TEST_F(LookupQueueTest, TwoAnswersTooCloseProveNothing) {
  queue.add(kA, kBoot);
  EXPECT_FALSE(queue.not_found(kA, false, kBoot));
  EXPECT_FALSE(queue.not_found(kA, false, kBoot + 29s));
  EXPECT_TRUE(queue.not_found(kA, false, kBoot + 30s));
}

TEST_F(LookupQueueTest, AFailureBetweenTheTwoAnswersDoesNotCount) {
  queue.add(kA, kBoot);
  EXPECT_FALSE(queue.not_found(kA, false, kBoot));
  queue.failed({kA}, std::nullopt, kBoot + 31s, random);
  EXPECT_TRUE(queue.not_found(kA, false, kBoot + 40s));
}

TEST_F(LookupQueueTest, AnAnswerWithinTheGraceTimeProvesNothing) {
  queue.add(kA, kBoot);
  EXPECT_FALSE(queue.not_found(kA, true, kBoot));
  EXPECT_FALSE(queue.not_found(kA, true, kBoot + 40s));
  EXPECT_FALSE(queue.not_found(kA, false, kBoot + 80s)) << "the first one that counts";
  EXPECT_FALSE(queue.not_found(kA, false, kBoot + 100s));
  EXPECT_TRUE(queue.not_found(kA, false, kBoot + 111s));
}

TEST_F(LookupQueueTest, BeingFoundBetweenTheTwoAnswersStartsAgain) {
  queue.add(kA, kBoot);
  EXPECT_FALSE(queue.not_found(kA, false, kBoot));
  queue.found(kA);
  queue.add(kA, kBoot + 40s);
  EXPECT_FALSE(queue.not_found(kA, false, kBoot + 41s));
}

TEST_F(LookupQueueTest, AnAnswerNobodyWaitsForAnymoreIsNothing) {
  EXPECT_FALSE(queue.not_found(kA, false, kBoot));
  queue.absent(kA, kBoot);
  queue.failed({kA}, std::nullopt, kBoot, random);
  EXPECT_EQ(queue.size(), 0U);
}

TEST_F(LookupQueueTest, IdsOfACallThatFailedStayTogether) {
  for (const char* id : {"a", "b", "c"}) queue.add({id}, kBoot);
  const Ids ids = queue.take(30, kBoot);
  queue.failed(ids, std::nullopt, kBoot, random);
  EXPECT_EQ(queue.take(30, *queue.wake_at()), ids);
}

TEST_F(LookupQueueTest, FailuresBackOff) {
  queue.add(kA, kBoot);
  MonoTime now = kBoot;
  for (const Duration expected : {5s, 10s, 20s, 40s, 80s, 160s, 300s, 300s}) {
    ASSERT_EQ(queue.take(1, now), (Ids{kA}));
    queue.failed({kA}, std::nullopt, now, random);
    const Duration wait = *queue.wake_at() - now;
    EXPECT_GE(wait, expected * 8 / 10);
    EXPECT_LE(wait, expected * 12 / 10);
    now += wait;
  }
  (void)queue.take(1, now);
  queue.failed({kA}, 20min, now, random);
  EXPECT_EQ(queue.wake_at(), now + 20min) << "Retry-After is a floor";
}

}  // namespace
}  // namespace mactiond::core

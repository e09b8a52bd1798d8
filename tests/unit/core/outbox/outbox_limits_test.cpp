// What the outbox removes when its queue or its dead letters grow too long or too old.

#include <gtest/gtest.h>

#include "outbox_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::refusal;

class OutboxLimits : public OutboxTest {
 protected:
  OutboxLimits() { options.max_queue = 100; }
  void add_many(int count) {
    for (int i = 0; i < count; ++i) add("a" + std::to_string(last_seq));
  }
  void disable() {
    stored.row.state = WebhookState::Disabled;
    made.reset();
  }
};

TEST_F(OutboxLimits, AQueueAsLongAsAllowedIsLeftAlone) {
  disable();
  add_many(100);
  advance();
  EXPECT_EQ(queue.size(), 100U);
  EXPECT_TRUE(removed.empty());
}

TEST_F(OutboxLimits, TheOldestBecomeDeadLettersAndThatIsReportedOnce) {
  disable();
  add_many(101);
  advance();
  EXPECT_EQ(queue.size(), 90U);
  EXPECT_EQ(queue.dead(), 11U);
  EXPECT_THROW((void)queue.due("soc", 11), std::out_of_range);
  EXPECT_NO_THROW((void)queue.due("soc", 12));
  ASSERT_EQ(removed.size(), 1U);
  EXPECT_EQ(removed[0].type, EventType::WebhookDeadLettered);
  EXPECT_EQ(removed[0].reason, "max_queue: 11 oldest events moved to the dead letters");
  EXPECT_EQ(removed[0].removal, Removal::MaxQueue);
  EXPECT_EQ(removed[0].count, 11U);
  EXPECT_EQ(box().status().queued, 90);
  EXPECT_EQ(box().status().dead, 11);
}

TEST_F(OutboxLimits, AVeryLongQueueIsShortenedStepByStep) {
  disable();
  add_many(2000);
  advance();
  EXPECT_EQ(queue.size(), 90U);
  EXPECT_GT(removed.size(), 2U);
  EXPECT_EQ(queue.dead(), 90U) << "and so are the dead letters";
}

TEST_F(OutboxLimits, WhatIsInFlightStaysAndItsAnswerCounts) {
  add_many(100);
  advance();
  add_many(1);
  advance();
  EXPECT_EQ(under_way(), (Seqs{1, 2}));
  EXPECT_NO_THROW((void)queue.due("soc", 1));
  EXPECT_NO_THROW((void)queue.due("soc", 2));
  EXPECT_THROW((void)queue.due("soc", 3), std::out_of_range);
  (void)answer(1, {});
  (void)answer(2, {});
  advance();
  EXPECT_GT(under_way().front(), 11U) << "what was removed is not sent";
  EXPECT_EQ(static_cast<std::size_t>(box().status().queued), queue.size());
}

TEST_F(OutboxLimits, AnAnswerDuringTheRemovalIsNotCountedTwice) {
  add_many(100);
  advance();
  hold_loads = true;
  add_many(1);
  advance();
  (void)answer(1, {});
  remove();
  EXPECT_EQ(static_cast<std::size_t>(box().status().queued), queue.size());
  EXPECT_NO_THROW((void)queue.due("soc", 2));
}

TEST_F(OutboxLimits, WhatWaitedTooLongBecomesADeadLetter) {
  disable();
  add("a");
  pass(24h);
  add("b");
  pass(24h * 29);
  box().look_for_old(now.wall);
  advance();
  EXPECT_EQ(queue.size(), 2U) << "not before its time";
  pass(1h);
  box().look_for_old(now.wall);
  advance();
  EXPECT_EQ(queue.size(), 1U);
  ASSERT_EQ(removed.size(), 1U);
  EXPECT_EQ(removed[0].removal, Removal::QueueRetention);
}

TEST_F(OutboxLimits, OldDeadLettersAreDeletedAndThatIsReported) {
  disable();
  add("a");
  pass(24h * 31);
  box().look_for_old(now.wall);
  advance();
  ASSERT_EQ(queue.dead(), 1U);
  pass(24h * 31);
  box().look_for_old(now.wall);
  advance();
  EXPECT_EQ(queue.dead(), 0U);
  EXPECT_EQ(box().status().dead, 0);
  ASSERT_EQ(removed.size(), 2U);
  EXPECT_EQ(removed[1].reason, "dead_letter_retention: 1 oldest dead letters deleted");
}

TEST_F(OutboxLimits, TwoFullQueuesDoNotFeedEachOther) {
  // Each removal adds one event to the other webhook: with room made for ten that ends.
  disable();
  add_many(101);
  advance();
  add_many(1);
  advance();
  EXPECT_EQ(removed.size(), 1U);
}

}  // namespace
}  // namespace mactiond::core

#include "core/outbox/outbox.hpp"

#include <gtest/gtest.h>

#include "outbox_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::refusal;
using test::server_error;

TEST_F(OutboxTest, SendsWhatWasAddedWithinItsTimeout) {
  add("a");
  advance();
  ASSERT_EQ(under_way(), Seqs{1});
  EXPECT_EQ(sending.at(1).attempt, 1);
  EXPECT_EQ(sending.at(1).deadline, now.mono + 15s);
  EXPECT_TRUE(answer(1, {}).empty());
  ASSERT_EQ(batch.ends.size(), 1U);
  EXPECT_FALSE(batch.ends[0].dead);
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(box().status().queued, 0);
}

TEST_F(OutboxTest, IsSilentWhenThereIsNothingToSend) {
  advance();
  EXPECT_EQ(loads, 0);
  EXPECT_FALSE(box().wake_at(now));
}

TEST_F(OutboxTest, NeverHasMoreInFlightThanAllowed) {
  for (const char* action : {"a", "b", "c", "d"}) add(action);
  advance();
  EXPECT_EQ(under_way(), (Seqs{1, 2}));
  (void)answer(2, {});
  advance();
  EXPECT_EQ(under_way(), (Seqs{1, 3}));
  EXPECT_EQ(box().status().in_flight, 2);
}

TEST_F(OutboxTest, KeepsOrderPerActionWhenAnAttemptFails) {
  add("a");
  add("a");
  add("b");
  advance();
  EXPECT_EQ(under_way(), (Seqs{1, 3})) << "the second of an action waits for the first";
  (void)answer(1, server_error());
  (void)answer(3, {});
  advance();
  EXPECT_TRUE(under_way().empty());
  now.wall += *box().wake_at(now) - now.mono;
  now.mono = *box().wake_at(now);
  advance();
  EXPECT_EQ(under_way(), Seqs{1});
  (void)answer(1, {});
  advance();
  EXPECT_EQ(under_way(), Seqs{2});
}

TEST_F(OutboxTest, RetriesOnTheScheduleUntilItIsDead) {
  add("a");
  for (int attempt = 1; attempt < 10; ++attempt) {
    advance();
    ASSERT_EQ(under_way(), Seqs{1}) << attempt;
    EXPECT_EQ(sending.at(1).attempt, attempt);
    EXPECT_TRUE(answer(1, server_error()).empty());
    ASSERT_EQ(batch.retries.size(), 1U);
    EXPECT_EQ(batch.retries[0].attempts, attempt);
    advance();
    ASSERT_TRUE(under_way().empty()) << "not before its time";
    ASSERT_TRUE(box().wake_at(now));
    pass(*box().wake_at(now) - now.mono);
    EXPECT_EQ(now.wall, batch.retries[0].due);
  }
  advance();
  const auto incidents = answer(1, server_error());
  ASSERT_EQ(incidents.size(), 1U);
  EXPECT_EQ(incidents[0].type, EventType::WebhookDeadLettered);
  EXPECT_TRUE(incidents[0].detail.starts_with("ma_1#10@")) << incidents[0].detail;
  EXPECT_EQ(incidents[0].reason, "server_error 503");
  ASSERT_EQ(batch.ends.size(), 1U);
  EXPECT_TRUE(batch.ends[0].dead);
  EXPECT_EQ(batch.ends[0].attempts, 10);
  EXPECT_EQ(batch.ends[0].ended, now.wall);
  EXPECT_EQ(box().status().dead, 1);
  EXPECT_EQ(box().status().queued, 0);
}

TEST_F(OutboxTest, ADeadDeliveryLetsTheNextOfItsActionGo) {
  add("a");
  add("a");
  for (int attempt = 1; attempt <= 10; ++attempt) {
    advance();
    (void)answer(1, server_error());
    advance();
    pass(*box().wake_at(now) - now.mono);
  }
  advance();
  EXPECT_EQ(under_way(), Seqs{2});
}

TEST_F(OutboxTest, RetryAfterIsAFloorAndNeverShortened) {
  add("a");
  advance();
  (void)answer(1, refusal(Verdict::Retry, Reason::Throttled, 429, Duration(1h)));
  EXPECT_EQ(batch.retries.at(0).due, now.wall + 1h);
  pass(1h);
  advance();
  (void)answer(1, refusal(Verdict::Retry, Reason::ServerError, 503, Duration(1s)));
  EXPECT_GE(batch.retries.at(0).due, now.wall + 4min) << "the schedule's own delay is longer";
}

TEST_F(OutboxTest, EveryFailureIsRetried) {
  for (const Reason reason : {Reason::ServerError, Reason::Redirect, Reason::NotFound, Reason::Tls,
                              Reason::Network, Reason::Timeout, Reason::BadAnswer}) {
    SCOPED_TRACE(to_string(reason));
    queue = {};
    made.reset();
    add("a");
    advance();
    const bool needs_operator = reason == Reason::Redirect || reason == Reason::NotFound;
    const Verdict verdict = needs_operator ? Verdict::GiveUp : Verdict::Retry;
    EXPECT_TRUE(answer(last_seq, refusal(verdict, reason, 0)).empty());
    EXPECT_EQ(batch.retries.size(), 1U);
  }
}

TEST_F(OutboxTest, GoneDisablesTheWebhookOnceAndKeepsItsBacklog) {
  for (const char* action : {"a", "b", "c"}) add(action);
  advance();
  const auto incidents = answer(1, refusal(Verdict::GiveUp, Reason::Gone, 410));
  ASSERT_EQ(incidents.size(), 1U);
  EXPECT_EQ(incidents[0].type, EventType::WebhookDisabled);
  ASSERT_EQ(batch.webhooks.size(), 1U);
  EXPECT_EQ(batch.webhooks[0].state, WebhookState::Disabled);
  EXPECT_TRUE(answer(2, refusal(Verdict::GiveUp, Reason::Gone, 410)).empty()) << "reported already";
  advance();
  EXPECT_TRUE(under_way().empty());
  EXPECT_FALSE(box().wake_at(now));
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(box().status().state, WebhookState::Disabled);
}

TEST_F(OutboxTest, AnAttemptThatWasStoppedDoesNotCount) {
  add("a");
  advance();
  EXPECT_TRUE(answer(1, test::stopped()).empty());
  EXPECT_TRUE(batch.empty());
  advance();
  ASSERT_EQ(under_way(), Seqs{1});
  EXPECT_EQ(sending.at(1).attempt, 1);
}

TEST_F(OutboxTest, ReadsMoreThanAWindowBitByBit) {
  options.max_in_flight = 4;
  constexpr int kCount = 500;
  for (int i = 0; i < kCount; ++i) add("a" + std::to_string(i));
  int sent = 0;
  advance();
  while (!sending.empty()) {
    (void)answer(sending.begin()->first, {});
    ++sent;
    advance();
  }
  EXPECT_EQ(sent, kCount);
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_LT(loads, 40) << "a load fetches a window, not one";
}

TEST_F(OutboxTest, DoesNotReadInCirclesWhileMoreThanAWindowIsInFlight) {
  options.max_in_flight = 200;
  for (int i = 0; i < 150; ++i) add("a" + std::to_string(i));
  add("a0");
  advance();
  EXPECT_EQ(sending.size(), 150U);
  EXPECT_LT(loads, 5);
}

TEST_F(OutboxTest, ALoadThatCrossesAFailedAttemptDoesNotSendItAtOnce) {
  add("a");
  advance();
  hold_loads = true;
  add("b");
  advance();
  // The load still shows the first one as due now.
  (void)answer(1, server_error());
  const WallTime due = batch.retries.at(0).due;
  finish_load();
  hold_loads = false;
  advance();
  EXPECT_EQ(under_way(), Seqs{2});
  (void)answer(2, {});
  advance();
  EXPECT_EQ(box().wake_at(now), now.mono + (due - now.wall)) << "nor is its time forgotten";
  pass(due - now.wall);
  advance();
  EXPECT_EQ(under_way(), Seqs{1});
  EXPECT_EQ(sending.at(1).attempt, 2);
}

TEST_F(OutboxTest, ALoadThatCrossesASuccessDoesNotSendItAgain) {
  add("a");
  advance();
  hold_loads = true;
  add("b");
  advance();
  (void)answer(1, {});
  finish_load();
  hold_loads = false;
  advance();
  EXPECT_EQ(under_way(), Seqs{2});
  EXPECT_EQ(box().status().queued, 1);
}

TEST_F(OutboxTest, ADeliveryAddedDuringALoadIsNotForgotten) {
  hold_loads = true;
  add("a");
  advance();
  add("b");
  advance();
  hold_loads = false;
  finish_load();
  advance();
  EXPECT_EQ(under_way(), (Seqs{1, 2}));
}

TEST_F(OutboxTest, AWallClockThatJumpsMovesTheDueTimesAlong) {
  for (const Duration jump : {Duration(24h * 365), Duration(-24h * 365)}) {
    SCOPED_TRACE(jump.count());
    add("a" + std::to_string(last_seq));
    advance();
    (void)answer(last_seq, server_error());
    advance();
    const MonoTime due = box().wake_at(now).value();
    now.wall += jump;
    batch = {};
    batch.shift_due = jump;
    queue.write(batch);
    box().shift(jump);
    EXPECT_EQ(box().wake_at(now), due);
    pass(due - now.mono);
    advance();
    ASSERT_EQ(under_way(), Seqs{last_seq});
    (void)answer(last_seq, {});
  }
}

TEST_F(OutboxTest, AClockSetBackWhileTheDaemonWasDownDoesNotParkADelivery) {
  add("a");
  advance();
  (void)answer(1, server_error());
  stored.queued = 1;
  made.reset();
  now.wall -= 24h * 365;
  now.mono += 1min;
  advance();
  EXPECT_EQ(under_way(), Seqs{1});
}

TEST_F(OutboxTest, ContinuesWithTheStoredBacklogAfterARestart) {
  add("a");
  add("b");
  stored.queued = 2;
  stored.dead = 3;
  made.reset();
  advance();
  EXPECT_EQ(under_way(), (Seqs{1, 2}));
  EXPECT_EQ(box().status().dead, 3);
}

TEST(Describe, SaysReasonStatusAndDetail) {
  EXPECT_EQ(describe(refusal(Verdict::Retry, Reason::Network, 0)), "network");
  EXPECT_EQ(describe(server_error()), "server_error 503");
  EXPECT_EQ(describe(refusal(Verdict::GiveUp, Reason::Auth, 401, {}, "AADSTS7000215")),
            "auth 401: AADSTS7000215");
}

}  // namespace
}  // namespace mactiond::core

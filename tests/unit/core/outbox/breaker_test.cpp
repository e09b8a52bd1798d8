#include "core/outbox/breaker.hpp"

#include <gtest/gtest.h>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using Change = Breaker::Change;

Outcome misconfigured() { return test::refusal(Verdict::GiveUp, Reason::Permission, 403); }
Outcome unreachable() { return test::refusal(Verdict::Retry, Reason::Timeout, 0); }
Outcome refused() { return test::refusal(Verdict::GiveUp, Reason::Rejected, 400); }
Outcome gone() { return test::refusal(Verdict::GiveUp, Reason::Gone, 410); }

struct BreakerTest : testing::Test {
  void fail(int times) {
    for (int i = 0; i < times; ++i) (void)breaker.failed(1, misconfigured());
  }
  void refuse(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t seq = first; seq <= last; ++seq) (void)breaker.failed(seq, refused());
  }

  Breaker breaker{WebhookRow{}};
};

TEST_F(BreakerTest, SendsEverythingAtFirst) {
  EXPECT_EQ(breaker.state(), WebhookState::Ok);
  EXPECT_TRUE(breaker.sending());
  EXPECT_FALSE(breaker.probing());
  EXPECT_EQ(breaker.accepted(), Change::Nothing);
}

TEST_F(BreakerTest, PausesAfterFiveAnswersThatNeedAnOperator) {
  for (int i = 1; i < 5; ++i) EXPECT_EQ(breaker.failed(1, misconfigured()), Change::Count) << i;
  EXPECT_EQ(breaker.state(), WebhookState::Ok);
  EXPECT_EQ(breaker.failed(1, misconfigured()), Change::Paused);
  EXPECT_EQ(breaker.state(), WebhookState::Paused);
  EXPECT_EQ(breaker.reason(), describe(misconfigured()));
}

TEST_F(BreakerTest, ProbesWhilePaused) {
  fail(5);
  EXPECT_TRUE(breaker.probing());
  EXPECT_TRUE(breaker.sending());
}

TEST_F(BreakerTest, PausesOnce) {
  fail(5);
  EXPECT_EQ(breaker.failed(1, misconfigured()), Change::Count);
  EXPECT_EQ(breaker.state(), WebhookState::Paused);
}

TEST_F(BreakerTest, KeepsTheReasonOfThePause) {
  fail(5);
  (void)breaker.failed(1, test::refusal(Verdict::GiveUp, Reason::NotFound, 404));
  EXPECT_EQ(breaker.reason(), describe(misconfigured()));
}

TEST_F(BreakerTest, OtherTroubleInBetweenStartsTheCountAgain) {
  fail(4);
  EXPECT_EQ(breaker.failed(1, unreachable()), Change::Count);
  fail(4);
  EXPECT_EQ(breaker.state(), WebhookState::Ok);
}

TEST_F(BreakerTest, AReceiverThatCannotBeReachedIsNotPaused) {
  for (int i = 0; i < 50; ++i) EXPECT_EQ(breaker.failed(1, unreachable()), Change::Nothing) << i;
  EXPECT_EQ(breaker.state(), WebhookState::Ok);
}

TEST_F(BreakerTest, ASuccessStartsTheCountAgain) {
  fail(4);
  EXPECT_EQ(breaker.accepted(), Change::Count);
  fail(4);
  EXPECT_EQ(breaker.state(), WebhookState::Ok);
}

TEST_F(BreakerTest, OneSuccessEndsThePause) {
  fail(5);
  EXPECT_EQ(breaker.accepted(), Change::Resumed);
  EXPECT_EQ(breaker.state(), WebhookState::Ok);
  EXPECT_EQ(breaker.reason(), "");
  fail(4);
  EXPECT_EQ(breaker.state(), WebhookState::Ok) << "the count begins at nothing";
}

TEST_F(BreakerTest, PausesAfterTwentyDifferentEventsWereRefused) {
  refuse(1, 19);
  EXPECT_FALSE(breaker.refuses_everything());
  EXPECT_EQ(breaker.failed(19, refused()), Change::Nothing) << "this event is counted already";
  EXPECT_EQ(breaker.failed(20, refused()), Change::Paused);
  EXPECT_TRUE(breaker.refuses_everything());
  EXPECT_EQ(breaker.failed(21, refused()), Change::Nothing);
}

TEST_F(BreakerTest, RefusedContentDoesNotStartTheOtherCountAgain) {
  fail(4);
  (void)breaker.failed(7, refused());
  EXPECT_EQ(breaker.failed(1, misconfigured()), Change::Paused);
}

TEST_F(BreakerTest, OtherTroubleDoesNotForgetTheRefusedEvents) {
  refuse(1, 19);
  (void)breaker.failed(1, unreachable());
  EXPECT_EQ(breaker.failed(20, refused()), Change::Paused);
}

TEST_F(BreakerTest, ASuccessForgetsTheRefusedEvents) {
  refuse(1, 20);
  EXPECT_EQ(breaker.accepted(), Change::Resumed);
  EXPECT_FALSE(breaker.refuses_everything());
}

TEST_F(BreakerTest, SendsNothingToAReceiverThatIsGone) {
  EXPECT_EQ(breaker.failed(1, gone()), Change::Disabled);
  EXPECT_EQ(breaker.state(), WebhookState::Disabled);
  EXPECT_EQ(breaker.reason(), describe(gone()));
  EXPECT_FALSE(breaker.sending());
  EXPECT_EQ(breaker.failed(2, gone()), Change::Nothing) << "an attempt that was in flight";
}

TEST_F(BreakerTest, AnAttemptInFlightDoesNotEnableAReceiverThatIsGone) {
  (void)breaker.failed(1, gone());
  EXPECT_EQ(breaker.accepted(), Change::Nothing);
  fail(5);
  EXPECT_EQ(breaker.state(), WebhookState::Disabled);
}

TEST_F(BreakerTest, SendsNothingWhilePausedByAnOperator) {
  breaker.pause();
  EXPECT_EQ(breaker.state(), WebhookState::Paused);
  EXPECT_TRUE(breaker.by_operator());
  EXPECT_FALSE(breaker.sending());
  EXPECT_EQ(breaker.accepted(), Change::Nothing) << "an attempt that was in flight";
  EXPECT_EQ(breaker.state(), WebhookState::Paused);
}

TEST_F(BreakerTest, AnOperatorResumesWhateverWasInTheWay) {
  fail(5);
  (void)breaker.failed(1, gone());
  breaker.pause();
  breaker.resume();
  EXPECT_EQ(breaker.state(), WebhookState::Ok);
  EXPECT_EQ(breaker.reason(), "");
  EXPECT_FALSE(breaker.by_operator());
  fail(4);
  EXPECT_EQ(breaker.state(), WebhookState::Ok) << "the count begins at nothing";
}

TEST_F(BreakerTest, ContinuesAfterARestart) {
  fail(4);
  refuse(1, 19);
  WebhookRow row;
  breaker.keep_in(row);
  EXPECT_EQ(row.state, WebhookState::Ok);
  EXPECT_EQ(row.failures_in_a_row, 4);
  EXPECT_EQ(row.refused.size(), 19U);
  EXPECT_EQ(Breaker(row).failed(1, misconfigured()), Change::Paused);
  EXPECT_EQ(Breaker(row).failed(20, refused()), Change::Paused);
}

TEST_F(BreakerTest, RemembersThePauseOfAnOperator) {
  breaker.pause();
  WebhookRow row;
  breaker.keep_in(row);
  const Breaker restarted(row);
  EXPECT_EQ(restarted.state(), WebhookState::Paused);
  EXPECT_TRUE(restarted.by_operator());
  EXPECT_EQ(restarted.reason(), "by an operator");
}

}  // namespace
}  // namespace mactiond::core

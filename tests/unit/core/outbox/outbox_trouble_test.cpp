// Webhooks in trouble: pausing, probing, slowing down, disabling.

#include <gtest/gtest.h>

#include "outbox_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::refusal;
using test::server_error;
using test::throttled;

Outcome not_found() { return refusal(Verdict::GiveUp, Reason::NotFound, 404); }

class OutboxTrouble : public OutboxTest {
 protected:
  /// Each event of another action; all are tried and refused.
  void refuse(int times, const Outcome& outcome) {
    for (int i = 0; i < times; ++i) {
      add("r" + std::to_string(last_seq));
      advance();
      ASSERT_TRUE(sending.contains(last_seq));
      incidents = answer(last_seq, outcome);
    }
  }
  WebhookIncidents incidents;
};

TEST_F(OutboxTrouble, FiveConfigurationErrorsInARowPause) {
  refuse(4, not_found());
  EXPECT_TRUE(incidents.empty());
  EXPECT_EQ(box().status().state, WebhookState::Ok);
  refuse(1, refusal(Verdict::Reauthenticate, Reason::Auth, 401));
  ASSERT_EQ(incidents.size(), 1U);
  EXPECT_EQ(incidents[0].type, EventType::WebhookPaused);
  EXPECT_EQ(incidents[0].reason, "auth 401");
  EXPECT_EQ(box().status().state, WebhookState::Paused);
  EXPECT_EQ(box().status().reason, "auth 401");
  EXPECT_EQ(box().status().queued, 5) << "the backlog is kept";
  ASSERT_FALSE(batch.webhooks.empty());
  EXPECT_EQ(batch.webhooks.back().state, WebhookState::Paused);
}

TEST_F(OutboxTrouble, OtherAnswersEndARowOfConfigurationErrors) {
  for (const Outcome& between : {Outcome{}, server_error(), throttled({})}) {
    refuse(4, not_found());
    add("x");
    advance();
    incidents = answer(last_seq, between);
    EXPECT_EQ(stored.row.failures_in_a_row, 0);
    pass(10s);
    advance();
    while (!sending.empty()) {
      (void)answer(sending.begin()->first, {});
      advance();
    }
    EXPECT_EQ(box().status().state, WebhookState::Ok);
  }
}

TEST_F(OutboxTrouble, TheRowOfErrorsContinuesAfterARestart) {
  refuse(4, not_found());
  EXPECT_EQ(stored.row.failures_in_a_row, 4);
  stored.queued = static_cast<std::int64_t>(queue.size());
  made.reset();
  refuse(1, not_found());
  EXPECT_EQ(box().status().state, WebhookState::Paused);
}

TEST_F(OutboxTrouble, APausedWebhookProbesWithItsOldestEventWhenThatIsDue) {
  refuse(5, not_found());
  const WallTime due = queue.due("soc", 1);
  add("fresh");
  advance();
  EXPECT_TRUE(under_way().empty()) << "what is new waits";
  ASSERT_TRUE(box().wake_at(now));
  EXPECT_EQ(*box().wake_at(now), now.mono + (due - now.wall));
  pass(due - now.wall);
  advance();
  EXPECT_EQ(under_way(), Seqs{1});
  EXPECT_EQ(sending.at(1).attempt, 2);
  pass(1min);
  advance();
  EXPECT_EQ(under_way(), Seqs{1}) << "one probe at a time";
  EXPECT_TRUE(answer(1, not_found()).empty());
  advance();
  EXPECT_TRUE(under_way().empty());
  EXPECT_GT(*box().wake_at(now), now.mono + 4min) << "the probe follows the schedule";
}

TEST_F(OutboxTrouble, AnAcceptedProbeResumesWithTheBacklog) {
  refuse(5, not_found());
  pass(6s);
  advance();
  ASSERT_EQ(under_way(), Seqs{1});
  const auto resumed = answer(1, {});
  ASSERT_EQ(resumed.size(), 1U);
  EXPECT_EQ(resumed[0].type, EventType::WebhookResumed);
  EXPECT_EQ(stored.row.state, WebhookState::Ok);
  EXPECT_EQ(stored.row.failures_in_a_row, 0);
  advance();
  EXPECT_EQ(under_way().size(), 2U);
}

TEST_F(OutboxTrouble, AProbeThatIsRefusedForGoodMakesRoomForTheNext) {
  refuse(5, not_found());
  for (int attempt = 2; attempt <= 10; ++attempt) {
    pass(30h);
    advance();
    ASSERT_EQ(under_way(), Seqs{1}) << attempt;
    incidents = answer(1, not_found());
  }
  ASSERT_EQ(incidents.size(), 1U);
  EXPECT_EQ(incidents[0].type, EventType::WebhookDeadLettered);
  pass(1h);
  advance();
  EXPECT_EQ(under_way(), Seqs{2});
  EXPECT_EQ(box().status().state, WebhookState::Paused);
}

TEST_F(OutboxTrouble, ALoadThatCrossesThePauseIsForgotten) {
  refuse(4, not_found());
  add("b");
  add("c");
  advance();
  hold_loads = true;
  add("d");
  advance();
  (void)answer(5, not_found());
  EXPECT_EQ(box().status().state, WebhookState::Paused);
  finish_load();
  hold_loads = false;
  (void)answer(6, not_found());
  advance();
  EXPECT_TRUE(under_way().empty());
  pass(6s);
  advance();
  EXPECT_EQ(under_way(), Seqs{1});
}

TEST_F(OutboxTrouble, APausedWebhookProbesAfterARestart) {
  refuse(5, not_found());
  stored.queued = 5;
  made.reset();
  advance();
  EXPECT_TRUE(under_way().empty());
  pass(6s);
  advance();
  EXPECT_EQ(under_way(), Seqs{1});
}

TEST_F(OutboxTrouble, APauseByHandSurvivesARestartAndSendsNothing) {
  add("a");
  stored.queued = 1;
  stored.row.state = WebhookState::Paused;
  stored.row.by_operator = true;
  made.reset();
  pass(1h);
  advance();
  EXPECT_TRUE(under_way().empty());
  EXPECT_FALSE(box().wake_at(now));
  EXPECT_TRUE(box().status().by_operator);
}

TEST_F(OutboxTrouble, RetryAfterHoldsTheWholeWebhookToTheLastMoment) {
  refuse(1, throttled(Duration(1h)));
  add("b");
  advance();
  EXPECT_TRUE(under_way().empty());
  EXPECT_EQ(box().wake_at(now), now.mono + 1h);
  pass(1h - Duration(1));
  advance();
  EXPECT_TRUE(under_way().empty());
  pass(Duration(1));
  advance();
  EXPECT_EQ(under_way().size(), 1U) << "and slowly at first";
}

TEST_F(OutboxTrouble, TheSilenceAskedForSurvivesARestart) {
  refuse(1, throttled(Duration(1h)));
  pass(30min);
  add("b");
  stored.queued = 2;
  made.reset();
  advance();
  EXPECT_TRUE(under_way().empty());
  pass(30min);
  advance();
  EXPECT_FALSE(under_way().empty());
}

TEST_F(OutboxTrouble, ASilenceRecordedByAClockThatWasSetBackIsForgotten) {
  stored.row.held_until = now.wall + 24h * 365;
  add("a");
  stored.queued = 1;
  made.reset();
  advance();
  EXPECT_EQ(under_way(), Seqs{1});
}

TEST_F(OutboxTrouble, ASilenceAskedForAfterAForgottenOneIsKept) {
  stored.row.held_until = now.wall + 24h * 365;
  made.reset();
  refuse(1, throttled(Duration(1h)));
  add("b");
  advance();
  EXPECT_TRUE(under_way().empty());
  pass(1h);
  advance();
  EXPECT_FALSE(under_way().empty());
}

TEST_F(OutboxTrouble, AClockSetBackWhileTheQueueIsReadPutsNothingOff) {
  refuse(1, server_error());
  hold_loads = true;
  advance();
  ASSERT_TRUE(held_load.next_due);
  Batch shifted;
  shifted.shift_due = -1h;
  queue.write(shifted);
  box().shift(-1h);
  now.wall -= 1h;
  finish_load();
  hold_loads = false;
  advance();
  pass(6s);
  advance();
  EXPECT_EQ(under_way(), Seqs{1});
}

TEST_F(OutboxTrouble, ASuccessDuringTheSilenceDoesNotEndIt) {
  add("a");
  add("b");
  add("c");
  advance();
  ASSERT_EQ(under_way(), (Seqs{1, 2}));
  (void)answer(1, throttled(Duration(1h)));
  (void)answer(2, {});
  advance();
  EXPECT_TRUE(under_way().empty());
}

TEST_F(OutboxTrouble, RetryAfterOnAnAnswerAboutOneEventHoldsThatOneOnly) {
  refuse(1, refusal(Verdict::Retry, Reason::ServerError, 500, Duration(1h)));
  EXPECT_EQ(queue.due("soc", 1), now.wall + 1h);
  add("b");
  advance();
  EXPECT_EQ(under_way(), Seqs{2});
}

TEST_F(OutboxTrouble, APoisonEventHoldsUpNobody) {
  refuse(1, refusal(Verdict::Retry, Reason::ServerError, 500));
  for (int i = 0; i < 30; ++i) {
    add("b" + std::to_string(i));
    pass(10min);
    advance();
    ASSERT_TRUE(sending.contains(last_seq));
    (void)answer(last_seq, {});
    if (sending.contains(1)) {
      (void)answer(1, refusal(Verdict::Retry, Reason::ServerError, 500));
    }
  }
}

TEST_F(OutboxTrouble, ADeadReceiverIsAskedAboutOnceAMinute) {
  for (int i = 0; i < 500; ++i) add("a" + std::to_string(i));
  int attempts = 0;
  const MonoTime end = now.mono + 2h;
  while (now.mono < end) {
    advance();
    while (!sending.empty()) {
      ++attempts;
      (void)answer(sending.begin()->first, refusal(Verdict::Retry, Reason::Network, 0));
      advance();
    }
    ASSERT_TRUE(box().wake_at(now));
    pass(*box().wake_at(now) - now.mono);
  }
  EXPECT_GT(attempts, 100) << "it is noticed soon that the receiver is back";
  EXPECT_LT(attempts, 180);
}

}  // namespace
}  // namespace mactiond::core

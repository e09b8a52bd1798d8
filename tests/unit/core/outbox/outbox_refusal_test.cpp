// Events that a receiver refuses for their content.

#include <gtest/gtest.h>

#include <algorithm>

#include "core/outbox/delivery_outcome.hpp"
#include "outbox_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::refusal;
using test::server_error;

constexpr int kContentStatuses[] = {400, 413, 415, 422};

Outcome refused(int status = 400) { return refusal(Verdict::GiveUp, Reason::Rejected, status); }

class OutboxRefusal : public OutboxTest {
 protected:
  OutboxRefusal() { options.max_in_flight = 8; }

  /// Until the event may go again.
  void wait_for(std::uint64_t seq) {
    pass(queue.due("soc", seq) - now.wall);
    advance();
    ASSERT_TRUE(sending.contains(seq));
  }
  /// Each event of another action; all are tried once and refused.
  void refuse(int times) {
    for (int i = 0; i < times; ++i) {
      add("r" + std::to_string(last_seq));
      advance();
      ASSERT_TRUE(sending.contains(last_seq));
      incidents = answer(last_seq, refused());
    }
  }
  WebhookIncidents incidents;
};

TEST_F(OutboxRefusal, IsADeadLetterAfterThreeTriesAndTheNextOfItsActionFollows) {
  for (const int status : kContentStatuses) {
    SCOPED_TRACE(status);
    queue = {};
    restart();
    add("a");
    add("a");
    const std::uint64_t poison = last_seq - 1;
    advance();
    EXPECT_TRUE(answer(poison, refused(status)).empty());
    EXPECT_GE(batch.retries.at(0).due, now.wall + 4s);
    EXPECT_LE(batch.retries.at(0).due, now.wall + 6s);
    wait_for(poison);
    EXPECT_TRUE(answer(poison, refused(status)).empty());
    EXPECT_GE(batch.retries.at(0).due, now.wall + 4min);
    EXPECT_LE(batch.retries.at(0).due, now.wall + 6min);
    wait_for(poison);
    EXPECT_FALSE(sending.contains(poison + 1)) << "order per action stays";
    incidents = answer(poison, refused(status));
    ASSERT_EQ(incidents.size(), 1U);
    EXPECT_EQ(incidents[0].type, EventType::WebhookDeadLettered);
    ASSERT_EQ(batch.ends.size(), 1U);
    EXPECT_EQ(batch.ends[0].attempts, 3);
    advance();
    EXPECT_EQ(under_way(), Seqs{poison + 1});
  }
}

TEST_F(OutboxRefusal, OtherAnswersAreNoRefusalOfTheContent) {
  for (const int status : {301, 401, 403, 404, 405, 409, 429, 500, 503}) {
    EXPECT_FALSE(refuses_content(refusal(Verdict::GiveUp, Reason::NotFound, status))) << status;
    EXPECT_FALSE(refuses_content(refusal(Verdict::Retry, Reason::ServerError, status))) << status;
  }
  EXPECT_FALSE(refuses_content(refusal(Verdict::GiveUp, Reason::Rejected, 405)));
}

TEST_F(OutboxRefusal, TriesThatFailedOtherwiseDoNotCount) {
  add("a");
  advance();
  for (int i = 0; i < 4; ++i) {
    (void)answer(1, server_error(500));
    wait_for(1);
  }
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(answer(1, refused()).empty()) << i;
    wait_for(1);
  }
  incidents = answer(1, refused());
  ASSERT_EQ(incidents.size(), 1U);
  EXPECT_EQ(incidents[0].type, EventType::WebhookDeadLettered);
}

TEST_F(OutboxRefusal, TheTriesAreCountedOverARestart) {
  add("a");
  advance();
  (void)answer(1, refused());
  restart();
  wait_for(1);
  (void)answer(1, refused());
  restart();
  wait_for(1);
  incidents = answer(1, refused());
  ASSERT_EQ(incidents.size(), 1U);
  EXPECT_EQ(incidents[0].type, EventType::WebhookDeadLettered);
}

TEST_F(OutboxRefusal, RetryAfterIsKeptTo) {
  add("a");
  advance();
  (void)answer(1, refusal(Verdict::GiveUp, Reason::Rejected, 422, Duration(1h)));
  EXPECT_EQ(queue.due("soc", 1), now.wall + 1h);
}

TEST_F(OutboxRefusal, OneRefusedEventNeverPausesTheWebhookNorSlowsItDown) {
  refuse(1);
  for (int i = 0; i < 40; ++i) {
    for (int other = 0; other < 8; ++other) add("b" + std::to_string(last_seq));
    advance();
    ASSERT_GE(sending.size(), 7U) << i;
    while (!sending.empty()) {
      const std::uint64_t seq = sending.begin()->first;
      (void)answer(seq, seq == 1 ? refused() : Outcome{});
    }
    pass(1min);
  }
  EXPECT_EQ(box().status().state, WebhookState::Ok);
  EXPECT_EQ(box().status().dead, 1);
}

TEST_F(OutboxRefusal, TwentyDifferentEventsInARowPause) {
  refuse(19);
  EXPECT_TRUE(incidents.empty());
  EXPECT_EQ(box().status().state, WebhookState::Ok);
  pass(10s);
  for (int tries = 0; tries < 9; ++tries) {
    advance();
    ASSERT_FALSE(sending.empty());
    (void)answer(sending.begin()->first, refused());
  }
  EXPECT_EQ(box().status().state, WebhookState::Ok) << "the same event is not a different one";
  restart();
  for (int tries = 0; tries < 9; ++tries) {
    advance();
    ASSERT_FALSE(sending.empty());
    (void)answer(sending.begin()->first, refused());
  }
  EXPECT_EQ(box().status().state, WebhookState::Ok) << "nor after a restart";
  refuse(1);
  ASSERT_EQ(incidents.size(), 1U);
  EXPECT_EQ(incidents[0].type, EventType::WebhookPaused);
  EXPECT_EQ(box().status().reason, "rejected 400");
  EXPECT_GE(box().status().queued, 20) << "the backlog is kept";
}

TEST_F(OutboxRefusal, OneThatIsTakenEndsTheRow) {
  refuse(19);
  add("good");
  advance();
  (void)answer(last_seq, {});
  EXPECT_TRUE(stored.row.refused.empty());
  refuse(19);
  EXPECT_EQ(box().status().state, WebhookState::Ok);
  refuse(1);
  EXPECT_EQ(box().status().state, WebhookState::Paused);
}

TEST_F(OutboxRefusal, WhatIsPausedBecauseEverythingIsRefusedKeepsItsBacklog) {
  refuse(20);
  ASSERT_EQ(box().status().state, WebhookState::Paused);
  for (int probe = 0; probe < 4; ++probe) {
    wait_for(1);
    EXPECT_EQ(under_way(), Seqs{1});
    EXPECT_TRUE(answer(1, refused()).empty());
  }
  EXPECT_EQ(box().status().dead, 0);
  wait_for(1);
  incidents = answer(1, {});
  ASSERT_FALSE(incidents.empty());
  EXPECT_EQ(incidents.back().type, EventType::WebhookResumed);
  EXPECT_EQ(box().status().state, WebhookState::Ok);
}

TEST_F(OutboxRefusal, ARefusalDoesNotEndARowOfConfigurationErrors) {
  const Outcome not_found = refusal(Verdict::GiveUp, Reason::NotFound, 404);
  for (const Outcome& outcome : {not_found, not_found, refused(), not_found, not_found}) {
    add("r" + std::to_string(last_seq));
    advance();
    (void)answer(last_seq, outcome);
  }
  EXPECT_EQ(box().status().state, WebhookState::Ok);
  EXPECT_EQ(stored.row.failures_in_a_row, 4);
}

TEST_F(OutboxRefusal, TheOneThatIsRefusedInAMessageIsFoundAndTheOthersAreTaken) {
  for (std::uint64_t poison = 1; poison <= 20; ++poison) {
    SCOPED_TRACE(poison);
    queue = {};
    last_seq = 0;
    options.digest = {20, 60s};
    stored = {};
    restart();
    for (int i = 0; i < 20; ++i) add("a" + std::to_string(i));
    int messages = 0;
    while (queue.size() > 0) {
      advance();
      if (sending.empty()) {
        ASSERT_TRUE(box().wake_at(now));
        pass(*box().wake_at(now) - now.mono);
        continue;
      }
      ASSERT_LT(++messages, 20);
      const SendDelivery& send = sending.begin()->second;
      const bool holds_it =
          send.event.seq == poison ||
          std::any_of(send.more.begin(), send.more.end(),
                      [&](const EventRecord& event) { return event.seq == poison; });
      (void)answer(send.event.seq, holds_it ? refused(413) : Outcome{});
    }
    EXPECT_EQ(queue.dead(), 1U);
    EXPECT_EQ(box().status().dead, 1);
    EXPECT_EQ(box().status().state, WebhookState::Ok);
  }
}

TEST_F(OutboxRefusal, HalvesOfARefusedMessageStayApartOverARestart) {
  options.digest = {4, {}};
  for (int i = 0; i < 4; ++i) add("a" + std::to_string(i));
  advance();
  ASSERT_EQ(under_way(), Seqs{1});
  (void)answer(1, refused());
  restart();
  pass(10s);
  advance();
  EXPECT_EQ(under_way(), (Seqs{1, 3}));
  EXPECT_EQ(sending.at(1).more.size(), 1U);
}

}  // namespace
}  // namespace mactiond::core

// Several events in one message: which go together, when, and what becomes of each.

#include <gtest/gtest.h>

#include <set>

#include "core/outbox/digest.hpp"
#include "outbox_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::refusal;
using test::server_error;
using test::throttled;

class OutboxDigest : public OutboxTest {
 protected:
  OutboxDigest() { options.digest = {3, 60s}; }

  void add_actions(int count) {
    for (int i = 0; i < count; ++i) add("a" + std::to_string(last_seq));
  }
  /// The seqs of the message under way whose oldest event is seq.
  Seqs message(std::uint64_t seq) {
    const SendDelivery& send = sending.at(seq);
    Seqs seqs{send.event.seq};
    for (const EventRecord& event : send.more) seqs.push_back(event.seq);
    return seqs;
  }
  void fail_until_dead(std::uint64_t seq) {
    for (int attempt = 1; attempt <= 10; ++attempt) {
      ASSERT_TRUE(sending.contains(seq)) << attempt;
      incidents = answer(seq, server_error());
      pass(30h);
      advance();
    }
  }
  WebhookIncidents incidents;
};

TEST_F(OutboxDigest, WhatWaitsGoesInOneMessageUpToItsMost) {
  add_actions(4);
  advance();
  ASSERT_EQ(under_way(), (Seqs{1}));
  EXPECT_EQ(message(1), (Seqs{1, 2, 3}));
  (void)answer(1, {});
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_EQ(box().status().queued, 1);
}

TEST_F(OutboxDigest, AQuietWebhookGetsItsEventAtOnceTheNextMessageWaits) {
  add_actions(1);
  advance();
  EXPECT_EQ(message(1), (Seqs{1}));
  (void)answer(1, {});
  pass(59s);
  add_actions(2);
  advance();
  EXPECT_TRUE(sending.empty());
  EXPECT_EQ(box().wake_at(now), now.mono + 1s);
  add_actions(1);
  advance();
  pass(1s);
  advance();
  EXPECT_EQ(message(2), (Seqs{2, 3, 4})) << "what came while it waited goes along";
}

TEST_F(OutboxDigest, AMessageHoldsOneEventOfAnAction) {
  add("a");
  add("a");
  add("b");
  advance();
  EXPECT_EQ(message(1), (Seqs{1, 3}));
  (void)answer(1, {});
  pass(60s);
  advance();
  EXPECT_EQ(message(2), (Seqs{2}));
}

TEST_F(OutboxDigest, WhatFailedTogetherIsTriedAgainTogetherAndAlone) {
  add_actions(2);
  advance();
  (void)answer(1, server_error());
  EXPECT_EQ(queue.due("soc", 1), queue.due("soc", 2)) << "one delay for all";
  pass(2h);
  add_actions(3);
  advance();
  EXPECT_EQ(message(1), (Seqs{1, 2})) << "no new event joins: it would be another message";
  EXPECT_EQ(sending.at(1).attempt, 2);
  (void)answer(1, {});
  pass(60s);
  advance();
  EXPECT_EQ(message(3), (Seqs{3, 4, 5}));
}

TEST_F(OutboxDigest, TheSameMessageIsMadeAgainAfterARestart) {
  add_actions(3);
  advance();
  (void)answer(1, server_error());
  stored.queued = 3;
  made.emplace(options, stored, now);
  pass(2h);
  add_actions(1);
  advance();
  EXPECT_EQ(message(1), (Seqs{1, 2, 3}));
}

TEST_F(OutboxDigest, GroupsThatFailedApartStayApart) {
  options.digest.interval = {};
  options.max_in_flight = 4;  // the failures halve it
  add_actions(2);
  advance();
  add_actions(2);
  advance();
  EXPECT_EQ(under_way(), (Seqs{1, 3}));
  (void)answer(1, server_error());
  (void)answer(3, server_error());
  pass(2h);
  advance();
  ASSERT_EQ(under_way(), (Seqs{1, 3})) << "though three events would fit in one message";
  EXPECT_EQ(message(1), (Seqs{1, 2}));
  EXPECT_EQ(message(3), (Seqs{3, 4}));
}

TEST_F(OutboxDigest, RetryAfterHoldsEveryEventOfTheMessage) {
  add_actions(2);
  advance();
  (void)answer(1, throttled(2h));
  EXPECT_EQ(queue.due("soc", 2), now.wall + 2h);
  pass(119min);
  advance();
  EXPECT_TRUE(sending.empty());
  pass(1min);
  advance();
  EXPECT_EQ(message(1), (Seqs{1, 2}));
}

TEST_F(OutboxDigest, ExhaustedEachEventBecomesADeadLetter) {
  add_actions(2);
  advance();
  fail_until_dead(1);
  EXPECT_EQ(queue.dead(), 2U);
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(box().status().dead, 2);
  ASSERT_EQ(incidents.size(), 2U);
  EXPECT_EQ(incidents[0].type, EventType::WebhookDeadLettered);
  EXPECT_NE(incidents[0].detail, incidents[1].detail);
}

TEST_F(OutboxDigest, ARefusalCountsOnceAMessage) {
  options.digest.interval = {};
  for (int i = 0; i < 4; ++i) {
    add_actions(3);
    advance();
    ASSERT_TRUE(sending.contains(last_seq - 2));
    incidents = answer(last_seq - 2, refusal(Verdict::GiveUp, Reason::NotFound, 404));
    pass(1s);
  }
  EXPECT_EQ(box().status().state, WebhookState::Ok);
  EXPECT_EQ(stored.row.failures_in_a_row, 4);
}

TEST_F(OutboxDigest, TheProbeOfAPausedWebhookIsItsOldestEventAlone) {
  options.digest.interval = {};
  options.max_in_flight = 8;
  add_actions(15);
  advance();
  for (const std::uint64_t seq : Seqs{1, 4, 7, 10, 13}) {
    (void)answer(seq, refusal(Verdict::GiveUp, Reason::NotFound, 404));
  }
  ASSERT_EQ(box().status().state, WebhookState::Paused);
  pass(2h);
  advance();
  ASSERT_EQ(under_way(), (Seqs{1}));
  EXPECT_EQ(message(1), (Seqs{1}));
  (void)answer(1, {});
  EXPECT_EQ(box().status().state, WebhookState::Ok);
  advance();
  EXPECT_EQ(message(2), (Seqs{2, 3}));
}

TEST_F(OutboxDigest, GoneDisablesAndKeepsEveryEvent) {
  add_actions(3);
  advance();
  incidents = answer(1, refusal(Verdict::GiveUp, Reason::Gone, 410));
  ASSERT_EQ(incidents.size(), 1U);
  EXPECT_EQ(incidents[0].type, EventType::WebhookDisabled);
  EXPECT_EQ(box().status().queued, 3);
  EXPECT_EQ(queue.size(), 3U);
}

TEST_F(OutboxDigest, AStopTakesTheMessageBack) {
  add_actions(3);
  advance();
  Outcome stopped;
  stopped.verdict = Verdict::Retry;
  stopped.reason = Reason::Stopped;
  EXPECT_TRUE(answer(1, stopped).empty());
  EXPECT_EQ(queue.size(), 3U);
  EXPECT_EQ(box().status().queued, 3);
}

TEST_F(OutboxDigest, WhatIsInFlightIsNotBuried) {
  options.max_queue = 4;
  add_actions(3);
  advance();
  add_actions(4);
  advance();
  EXPECT_EQ(queue.dead(), 4U) << "4 to 7: 1 to 3 are in flight";
  EXPECT_EQ(queue.size(), 3U);
  (void)answer(1, {});
  EXPECT_EQ(queue.dead(), 4U);
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(box().status().queued, 0);
}

TEST_F(OutboxDigest, MayBeSwitchedOffWhileItRuns) {
  options.max_in_flight = 4;
  add_actions(3);
  advance();
  (void)answer(1, server_error());
  options.digest = {};
  box().configure(options);
  pass(2h);
  advance();
  EXPECT_EQ(under_way(), (Seqs{1, 2}));
  EXPECT_EQ(message(1), (Seqs{1}));
}

TEST(MessageId, IsTheEventsOwnForOneAndNamesAllOfSeveral) {
  EventRecord one;
  one.id = "ma_1";
  EventRecord two;
  two.id = "ma_2";
  const auto id = [](std::vector<EventRecord> events) { return make_message_id(events); };
  EXPECT_EQ(id({one}), "ma_1");
  const std::set<std::string> ids{id({one}), id({two}), id({one, two}), id({two, one}),
                                  id({one, two, two})};
  EXPECT_EQ(ids.size(), 5U);
  EXPECT_EQ(id({one, two}), id({one, two}));
  // python3 -c 'import uuid; print(uuid.uuid5(uuid.UUID("e7af296c-b9ab-4b7c-bc37-249b07a58655"),
  //   "digest|ma_1|ma_2"))'
  EXPECT_EQ(id({one, two}), "ma_7853bc70-7082-5e70-af6c-20538a1da774");
}

}  // namespace
}  // namespace mactiond::core

// Whether a webhook is seen to fail.

#include <gtest/gtest.h>

#include <algorithm>

#include "outbox_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::refusal;
using test::server_error;
using test::throttled;

class OutboxFailing : public OutboxTest {
 protected:
  OutboxFailing() { options.max_in_flight = 8; }

  /// An event is added and its first attempt is answered.
  void attempt(const Outcome& outcome) {
    add("a" + std::to_string(last_seq));
    advance();
    ASSERT_TRUE(sending.contains(last_seq));
    for (auto& incident : answer(last_seq, outcome)) incidents.push_back(incident);
  }
  /// Runs until then; every attempt gets the answer that its event gets.
  template <class Answer>
  void run(Duration span, Answer outcome_of) {
    const MonoTime end = now.mono + span;
    while (true) {
      for (auto& incident : watch()) incidents.push_back(incident);
      advance();
      while (!sending.empty()) {
        const std::uint64_t seq = sending.begin()->first;
        for (auto& incident : answer(seq, outcome_of(seq))) incidents.push_back(incident);
        advance();
      }
      auto wake = box().wake_at(now);
      if (const auto watch = box().watch_at(now)) wake = std::min(wake.value_or(*watch), *watch);
      if (!wake || *wake >= end) break;
      pass(*wake - now.mono);
    }
    pass(end - now.mono);
    for (auto& incident : watch()) incidents.push_back(incident);
  }
  void fail_for(Duration span, const Outcome& outcome) {
    run(span, [&](std::uint64_t) { return outcome; });
  }
  std::size_t count(EventType type) const {
    std::size_t found = 0;
    for (const auto& incident : incidents) found += incident.type == type ? 1U : 0U;
    return found;
  }
  WebhookIncidents incidents;
};

TEST_F(OutboxFailing, IsReportedOnceAMinuteHasPassedWithoutADelivery) {
  for (const Outcome& outcome :
       {server_error(500), server_error(503), throttled(Duration(1h)),
        refusal(Verdict::Retry, Reason::Network, 0), refusal(Verdict::Retry, Reason::Timeout, 0),
        refusal(Verdict::Retry, Reason::BadAnswer, 0),
        refusal(Verdict::GiveUp, Reason::Rejected, 400),
        refusal(Verdict::GiveUp, Reason::NotFound, 404)}) {
    SCOPED_TRACE(describe(outcome));
    queue = {};
    stored = {};
    restart();
    incidents.clear();
    attempt(outcome);
    const MonoTime began = now.mono;
    EXPECT_EQ(box().status().reason, describe(outcome)) << "the reason is there at once";
    EXPECT_FALSE(box().status().failing);
    fail_for(60s - Duration(1), outcome);
    EXPECT_EQ(count(EventType::WebhookFailing), 0U);
    EXPECT_EQ(box().watch_at(now), began + 60s);
    fail_for(11min, outcome);
    ASSERT_EQ(count(EventType::WebhookFailing), 1U);
    EXPECT_EQ(incidents[0].reason, describe(outcome));
    EXPECT_EQ(incidents[0].waiting, 1);
    EXPECT_TRUE(box().status().failing);
  }
}

TEST_F(OutboxFailing, TheMinuteBeginsWithTheAttemptNotWithItsEnd) {
  add("a");
  advance();
  pass(15s);
  (void)answer(1, refusal(Verdict::Retry, Reason::Timeout, 0));
  ASSERT_TRUE(stored.row.trouble.since);
  EXPECT_EQ(*stored.row.trouble.since, now.wall - 15s);
}

TEST_F(OutboxFailing, TheFirstDeliveryEndsIt) {
  attempt(server_error(500));
  fail_for(11min, server_error(500));
  add("b");
  run(1s, [](std::uint64_t seq) { return seq == 1 ? server_error(500) : Outcome{}; });
  ASSERT_EQ(count(EventType::WebhookRecovered), 1U);
  EXPECT_EQ(incidents.back().detail, incidents.front().detail) << "the beginning names both";
  EXPECT_EQ(incidents.back().waiting, 1);
  EXPECT_FALSE(box().status().failing);
  EXPECT_EQ(box().status().reason, "");
  add("c");
  run(1s, [](std::uint64_t) { return Outcome{}; });
  EXPECT_EQ(count(EventType::WebhookRecovered), 1U);
}

TEST_F(OutboxFailing, NothingIsReportedWhereNothingWasAttempted) {
  attempt({});
  fail_for(24h, server_error(500));
  EXPECT_TRUE(incidents.empty());
  EXPECT_FALSE(box().watch_at(now));
}

TEST_F(OutboxFailing, ADeliveryWithinTheMinuteKeepsItQuiet) {
  for (int i = 0; i < 20; ++i) {
    attempt(server_error(500));
    run(50s, [](std::uint64_t) { return server_error(500); });
    attempt({});
    EXPECT_EQ(box().status().reason, "");
  }
  EXPECT_TRUE(incidents.empty());
}

TEST_F(OutboxFailing, IsNotReportedAgainAfterARestart) {
  attempt(server_error(500));
  fail_for(2min, server_error(500));
  ASSERT_EQ(count(EventType::WebhookFailing), 1U);
  restart();
  EXPECT_TRUE(box().status().failing);
  EXPECT_EQ(box().status().reason, "server_error 500") << "known before the first attempt";
  fail_for(24h, server_error(500));
  EXPECT_EQ(count(EventType::WebhookFailing), 1U);
  restart();
  attempt({});
  EXPECT_EQ(count(EventType::WebhookRecovered), 1U);
}

TEST_F(OutboxFailing, ARestartWithinTheMinuteDoesNotStartItAgain) {
  attempt(server_error(500));
  for (int i = 0; i < 3; ++i) {
    pass(25s);
    restart();
    EXPECT_TRUE(watch().empty()) << "no attempt was made yet";
    attempt(server_error(500));
  }
  EXPECT_EQ(watch().size(), 1U);
}

TEST_F(OutboxFailing, WhatEndedBeforeARestartIsNotReportedAfterIt) {
  attempt(server_error(500));
  pass(10s);
  attempt({});
  restart();
  pass(2min);
  EXPECT_TRUE(watch().empty());
  EXPECT_EQ(box().status().reason, "");
}

TEST_F(OutboxFailing, OnePoisonEventBesideDeliveriesReportsOnceAtMost) {
  for (const Outcome& outcome :
       {server_error(500), server_error(502), refusal(Verdict::Retry, Reason::Timeout, 0)}) {
    SCOPED_TRACE(describe(outcome));
    queue = {};
    stored = {};
    restart();
    incidents.clear();
    attempt(outcome);
    const std::uint64_t poison = last_seq;
    for (int i = 0; i < 200; ++i) {
      loads = 0;
      run(20min, [&](std::uint64_t) { return outcome; });
      add("g");
      run(1s, [&](std::uint64_t seq) { return seq == poison ? outcome : Outcome{}; });
    }
    EXPECT_LE(count(EventType::WebhookFailing), 1U);
    EXPECT_EQ(count(EventType::WebhookRecovered), count(EventType::WebhookFailing));
  }
}

TEST_F(OutboxFailing, AReceiverThatDiesAgainOverItsBacklogIsSeen) {
  for (int i = 0; i < 50; ++i) add("a" + std::to_string(i));
  fail_for(10min, refusal(Verdict::Retry, Reason::Network, 0));
  int taken = 0;
  run(10min, [&](std::uint64_t) {
    return ++taken <= 5 ? Outcome{} : refusal(Verdict::Retry, Reason::Network, 0);
  });
  EXPECT_EQ(count(EventType::WebhookFailing), 2U);
  EXPECT_EQ(count(EventType::WebhookRecovered), 1U);
}

TEST_F(OutboxFailing, APauseSaysItAlready) {
  for (int i = 0; i < 5; ++i) attempt(refusal(Verdict::GiveUp, Reason::NotFound, 404));
  ASSERT_EQ(count(EventType::WebhookPaused), 1U);
  fail_for(24h, refusal(Verdict::GiveUp, Reason::NotFound, 404));
  EXPECT_EQ(count(EventType::WebhookFailing), 0U);
  run(24h, [](std::uint64_t) { return Outcome{}; });
  EXPECT_EQ(count(EventType::WebhookResumed), 1U);
  EXPECT_EQ(count(EventType::WebhookRecovered), 0U);
}

TEST_F(OutboxFailing, AnOperatorsResumeStartsTheMinuteAgain) {
  for (int i = 0; i < 5; ++i) attempt(refusal(Verdict::GiveUp, Reason::NotFound, 404));
  pass(1h);
  batch = {};
  (void)box().resume(now, batch);
  EXPECT_EQ(box().status().reason, "");
  attempt(server_error(500));
  EXPECT_TRUE(watch().empty());
  pass(60s);
  EXPECT_EQ(watch().size(), 1U);
}

TEST_F(OutboxFailing, AWallClockThatJumpsChangesNothing) {
  for (const Duration jump : {Duration(24h * 365), Duration(-24h * 365)}) {
    SCOPED_TRACE(jump.count());
    stored = {};
    queue = {};
    restart();
    attempt(server_error(500));
    now.wall += jump;
    Batch shifted;
    shifted.shift_due = jump;
    queue.write(shifted);
    box().shift(jump);
    pass(59s);
    EXPECT_TRUE(watch().empty());
    pass(1s);
    EXPECT_EQ(watch().size(), 1U);
  }
}

}  // namespace
}  // namespace mactiond::core

// A receiver that cannot be reached for a while, and what waits because of that.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "core/outbox/retry_schedule.hpp"
#include "outbox_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::refusal;
using test::server_error;
using test::throttled;

Outcome no_connection() { return refusal(Verdict::Retry, Reason::Network, 0); }

class OutboxOutage : public OutboxTest {
 protected:
  OutboxOutage() { options.max_in_flight = 8; }

  /// Runs until then; every attempt gets this answer.
  void run(Duration span, const Outcome& outcome) {
    const MonoTime end = now.mono + span;
    while (true) {
      advance();
      while (!sending.empty()) {
        attempts.push_back(sending.begin()->first);
        (void)answer(attempts.back(), outcome);
        advance();
      }
      const auto wake = box().wake_at(now);
      if (!wake || *wake >= end) break;
      pass(*wake - now.mono);
      if (watch().empty()) continue;
    }
    pass(end - now.mono);
  }
  /// As an outage leaves it that put off this many events to the third attempt of the schedule.
  void wait_with(int count) {
    for (int i = 0; i < count; ++i) add("a" + std::to_string(i));
    Batch rows;
    for (int i = 1; i <= count; ++i) {
      DeliveryRetryRow row{"soc",   static_cast<std::uint64_t>(i), 2, now.wall + 5min, "network",
                           now.wall};
      row.early_from = now.wall + kRetryLeast;
      rows.retries.push_back(row);
    }
    queue.write(rows);
    stored.row.trouble.unreachable = true;
    restart();
    pass(16s);
  }
  void take_one() {
    add("new");
    run(1min, {});
  }
  std::vector<std::uint64_t> attempts;
};

TEST_F(OutboxOutage, WhatWaitsGoesOnceTheReceiverTakesAnEvent) {
  for (const Outcome& outcome : {no_connection(), refusal(Verdict::Retry, Reason::Timeout, 0),
                                 refusal(Verdict::Retry, Reason::Tls, 0), server_error(502),
                                 server_error(503), server_error(504)}) {
    SCOPED_TRACE(describe(outcome));
    queue = {};
    last_seq = 0;
    stored = {};
    restart();
    add("a");
    run(1min, outcome);
    ASSERT_GT(queue.due("soc", 1), now.wall + 2min);
    take_one();
    EXPECT_EQ(queue.size(), 0U);
  }
}

TEST_F(OutboxOutage, AllThatWaitsGoes) {
  wait_with(18);
  take_one();
  EXPECT_EQ(queue.size(), 0U);
}

TEST_F(OutboxOutage, WhatWaitsForAnotherReasonWaitsOn) {
  for (const Outcome& outcome : {server_error(500), throttled({})}) {
    SCOPED_TRACE(describe(outcome));
    queue = {};
    last_seq = 0;
    stored = {};
    restart();
    add("a");
    run(1min, outcome);
    take_one();
    EXPECT_EQ(queue.size(), 1U);
  }
}

TEST_F(OutboxOutage, NothingGoesEarlyWhileTheReceiverIsAway) {
  wait_with(18);
  attempts.clear();
  advance();
  EXPECT_TRUE(sending.empty());
  restart();
  advance();
  EXPECT_TRUE(sending.empty()) << "nor after a restart";
}

TEST_F(OutboxOutage, ARestartInBetweenChangesNothing) {
  wait_with(18);
  restart();
  take_one();
  EXPECT_EQ(queue.size(), 0U);
}

TEST_F(OutboxOutage, ARestartAfterTheFirstDeliveryChangesNothing) {
  wait_with(18);
  add("new");
  advance();
  ASSERT_EQ(under_way(), Seqs{19});
  (void)answer(19, {});
  restart();
  run(1min, {});
  EXPECT_EQ(queue.size(), 0U);
}

TEST_F(OutboxOutage, WhatGoesEarlyKeepsToThePace) {
  options.max_in_flight = 4;
  wait_with(18);
  add("new");
  advance();
  (void)answer(19, {});
  std::size_t most = 0;
  for (int i = 0; i < 40 && queue.size() > 0; ++i) {
    advance();
    most = std::max(most, sending.size());
    ASSERT_FALSE(sending.empty());
    (void)answer(sending.begin()->first, {});
  }
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_LE(most, 4U);
}

TEST_F(OutboxOutage, ARetryAfterThatStillRunsIsNotShortened) {
  add("a");
  add("b");
  advance();
  ASSERT_EQ(under_way(), (Seqs{1, 2}));
  (void)answer(1, refusal(Verdict::Retry, Reason::ServerError, 503, Duration(10min)));
  (void)answer(2, {});
  const MonoTime until = now.mono + 10min;
  add("c");
  while (now.mono < until) {
    advance();
    ASSERT_TRUE(sending.empty());
    ASSERT_TRUE(box().wake_at(now));
    pass(*box().wake_at(now) - now.mono);
  }
  advance();
  EXPECT_TRUE(sending.contains(1) || sending.contains(3));
}

TEST_F(OutboxOutage, AnEventThatTakesItsReceiverDownIsTriedAFewTimesMoreThanTheSchedule) {
  options.max_in_flight = 1;
  add("poison");
  std::map<int, int> tries;
  const MonoTime end = now.mono + 24h * 6;
  int count = 0;
  std::optional<MonoTime> last;
  while (queue.dead() == 0 && now.mono < end) {
    add("good");
    advance();
    while (!sending.empty()) {
      const std::uint64_t seq = sending.begin()->first;
      if (seq == 1) {
        ++count;
        ++tries[sending.at(seq).attempt];
        EXPECT_GE(now.mono - last.value_or(MonoTime{}), kRetryLeast);
        last = now.mono;
      }
      (void)answer(seq, seq == 1 ? server_error(502) : Outcome{});
      advance();
    }
    pass(2min);
    loads = 0;
  }
  EXPECT_EQ(queue.dead(), 1U);
  EXPECT_GT(now.mono - test::kBoot, 24h * 3 - 24h * 3 / 4) << "for three days, less the jitter";
  EXPECT_LE(count, 40);
  for (const auto& [attempt, times] : tries) EXPECT_LE(times, 4) << attempt;
}

TEST_F(OutboxOutage, ATryBeforeItsTimeDoesNotUseUpTheSchedule) {
  wait_with(1);
  const WallTime due = queue.due("soc", 1);
  add("new");
  advance();
  (void)answer(2, {});
  advance();
  ASSERT_EQ(under_way(), Seqs{1});
  const int attempt = sending.at(1).attempt;
  (void)answer(1, no_connection());
  EXPECT_EQ(queue.due("soc", 1), due);
  pass(due - now.wall);
  advance();
  ASSERT_EQ(under_way(), Seqs{1});
  EXPECT_EQ(sending.at(1).attempt, attempt);
}

TEST_F(OutboxOutage, AFailureThatBeganBeforeADeliveryHoldsNothingUp) {
  wait_with(10);
  add("x");
  add("y");
  advance();
  ASSERT_EQ(under_way(), (Seqs{11, 12}));
  pass(1s);
  (void)answer(12, {});
  pass(1s);
  (void)answer(11, no_connection());
  run(1min, {});
  EXPECT_EQ(queue.size(), 0U);
}

TEST_F(OutboxOutage, AMessageOfSeveralEventsIsTheSameMessageWhenItGoesEarly) {
  options.digest = {3, {}};
  for (int i = 0; i < 3; ++i) add("a" + std::to_string(i));
  run(1min, no_connection());
  add("new");
  advance();
  ASSERT_EQ(under_way(), Seqs{4});
  (void)answer(4, {});
  advance();
  ASSERT_EQ(under_way(), Seqs{1});
  EXPECT_EQ(sending.at(1).more.size(), 2U);
}

TEST_F(OutboxOutage, AManyTimesLongerQueueIsReadBitByBit) {
  constexpr int kCount = 2000;
  for (int i = 0; i < kCount; ++i) add("a" + std::to_string(i));
  Batch rows;
  for (int i = 1; i <= kCount; ++i) {
    DeliveryRetryRow row{"soc",   static_cast<std::uint64_t>(i), 2, now.wall + 1h, "network",
                         now.wall};
    row.early_from = now.wall + 4s;
    rows.retries.push_back(row);
  }
  queue.write(rows);
  stored.row.trouble.unreachable = true;
  restart();
  pass(1min);
  add("new");
  advance();
  ASSERT_EQ(under_way(), Seqs{kCount + 1});
  (void)answer(kCount + 1, {});
  EXPECT_EQ(batch.retries.size(), 0U) << "no row of the queue is written for it";
  run(1min, {});
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_LT(loads, 200);
}

}  // namespace
}  // namespace mactiond::core

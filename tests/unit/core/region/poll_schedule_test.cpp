#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "support/builders.hpp"
#include "unit/core/region/poll_schedule_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::filter_refused;
using test::kBoot;
using test::kDay;
using test::refusal;
using test::server_error;
using Kind = Query::Kind;

Query changed_since(WallTime since, int top) { return {Kind::ChangedSince, since, {}, top, 0}; }

TEST_F(PollScheduleTest, BeginsWithTheLookback) {
  schedule.start_at(kBoot);
  EXPECT_FALSE(schedule.poll_due(kBoot - Duration(1), kDay));
  const Query query = begin_poll(kBoot, kDay);
  EXPECT_EQ(query, changed_since(kDay - options.lookback, options.page_size));
  EXPECT_FALSE(schedule.poll_due(kBoot + 1h, kDay)) << "one at a time";
}

TEST_F(PollScheduleTest, ContinuesFromTheNewestUpdateMinusTheOverlap) {
  schedule.start_at(kBoot);
  poll(kBoot, kDay, kDay - 10min);
  EXPECT_EQ(schedule.watermark(), kDay - 10min);
  EXPECT_EQ(begin_poll(kBoot + 15s, kDay + 15s).since, kDay - 10min - options.overlap);
}

TEST_F(PollScheduleTest, ContinuesAtTheRestoredWatermark) {
  schedule.restore(kDay - 60 * 24h, std::nullopt);
  schedule.start_at(kBoot);
  EXPECT_EQ(begin_poll(kBoot, kDay).since, kDay - 60 * 24h - options.overlap);
}

TEST_F(PollScheduleTest, AnOlderPageNeverMovesTheWatermarkBack) {
  schedule.start_at(kBoot);
  poll(kBoot, kDay, kDay - 1min);
  poll(kBoot + 15s, kDay + 15s, kDay - 3min);
  EXPECT_EQ(schedule.watermark(), kDay - 1min);
}

TEST_F(PollScheduleTest, AStampFromTheFutureDoesNotBlindThePollsToCome) {
  schedule.start_at(kBoot);
  poll(kBoot, kDay, kDay + 24h * 365);
  EXPECT_EQ(schedule.watermark(), kDay);
}

TEST_F(PollScheduleTest, AFirstRoundBegunByAWrongClockIsBegunAgainOnce) {
  schedule.start_at(kBoot);
  (void)begin_poll(kBoot, kDay + 24h * 365);
  EXPECT_TRUE(schedule.restart_misjudged(kDay));
  EXPECT_EQ(begin_poll(kBoot, kDay), changed_since(kDay - options.lookback, options.page_size));
  EXPECT_FALSE(schedule.restart_misjudged(kDay + 5s)) << "this clock was right";
  EXPECT_FALSE(schedule.restart_misjudged(kDay + 24h * 365)) << "and only once";
}

TEST_F(PollScheduleTest, ALaterRoundDoesNotDependOnTheClock) {
  schedule.restore(kDay - 1min, std::nullopt);
  schedule.start_at(kBoot);
  (void)begin_poll(kBoot, kDay + 24h * 365);
  EXPECT_FALSE(schedule.restart_misjudged(kDay));
}

TEST_F(PollScheduleTest, OneClockThatIsWrongByYearsDoesNotMoveTheWatermark) {
  constexpr Duration kYear = 24h * 365;
  for (const Clocks& clocks : {Clocks{kDay + kYear, kDay}, Clocks{kDay - kYear, kDay},
                               Clocks{kDay, kDay + kYear}, Clocks{kDay, kDay - kYear}}) {
    for (const auto newest : {std::optional<WallTime>(), std::optional(kDay - 2min)}) {
      schedule = PollSchedule(options);
      schedule.restore(kDay - 2min, std::nullopt);
      schedule.start_at(kBoot);
      (void)begin_poll(kBoot, clocks.server);
      ASSERT_TRUE(schedule.poll_page({newest ? 1 : 0, false, newest}, kIdle, kBoot, clocks));
      EXPECT_EQ(schedule.watermark(), kDay - 2min);
    }
  }
}

TEST_F(PollScheduleTest, AnEmptyTenantHasNoWatermark) {
  schedule.start_at(kBoot);
  poll(kBoot, kDay);
  EXPECT_FALSE(schedule.watermark());
  EXPECT_EQ(begin_poll(kBoot + 15s, kDay + 15s).since, kDay + 15s - options.lookback);
}

TEST_F(PollScheduleTest, AWatermarkFromTheFutureComesBack) {
  schedule.restore(kDay + 24h * 365, std::nullopt);
  schedule.start_at(kBoot);
  poll(kBoot, kDay);
  EXPECT_EQ(schedule.watermark(), kDay);
}

TEST_F(PollScheduleTest, AQuietTenantIsReadNoFurtherBackThanTheLookback) {
  schedule.restore(kDay - 60 * 24h, std::nullopt);
  schedule.start_at(kBoot);
  poll(kBoot, kDay, kDay - 60 * 24h);
  EXPECT_EQ(schedule.watermark(), kDay - options.lookback);
}

TEST_F(PollScheduleTest, TheWatermarkWaitsForTheWholeRound) {
  schedule.start_at(kBoot);
  (void)begin_poll(kBoot, kDay);
  EXPECT_FALSE(schedule.poll_page({10000, false, kDay - 1h}, kIdle, kBoot, {kDay, kDay}));
  EXPECT_FALSE(schedule.watermark());
  EXPECT_EQ(begin_poll(kBoot, kDay).since, kDay - 1h) << "the next page at once";
}

TEST_F(PollScheduleTest, TheIntervalRunsFromStartToStart) {
  schedule.start_at(kBoot);
  (void)begin_poll(kBoot, kDay);
  ASSERT_TRUE(schedule.poll_page({0, false, std::nullopt}, 2s, kBoot + 1s, {kDay + 1s, kDay + 1s}));
  EXPECT_EQ(schedule.poll_at(), kBoot + 2s);
}

TEST_F(PollScheduleTest, AnActionThatOpensElsewhereEndsTheIdlePace) {
  schedule.start_at(kBoot);
  poll(kBoot, kDay);
  schedule.opened(kBoot + 1s);
  EXPECT_EQ(schedule.poll_at(), kBoot + options.min_interval);
  schedule.opened(kBoot + 9s);
  EXPECT_EQ(schedule.poll_at(), kBoot + options.min_interval) << "never later";
}

TEST_F(PollScheduleTest, ASlowAnswerIsNotFollowedByABurst) {
  schedule.start_at(kBoot);
  (void)begin_poll(kBoot, kDay);
  ASSERT_TRUE(
      schedule.poll_page({0, false, std::nullopt}, kFast, kBoot + 30s, {kDay + 30s, kDay + 30s}));
  EXPECT_EQ(schedule.poll_at(), kBoot + 30s);
}

TEST_F(PollScheduleTest, AFailedPageIsAskedForAgainAfterABackOff) {
  schedule.start_at(kBoot);
  MonoTime now = kBoot;
  for (const Duration expected : {5s, 10s, 20s, 40s, 80s, 160s, 300s, 300s}) {
    const Query query = begin_poll(now, kDay);
    EXPECT_EQ(query.since, kDay - options.lookback);
    schedule.poll_failed(server_error(), false, now, random);
    const Duration wait = *schedule.poll_at() - now;
    EXPECT_GE(wait, expected * 8 / 10);
    EXPECT_LE(wait, expected * 12 / 10);
    now += wait;
  }
  EXPECT_EQ(schedule.poll_failures(), 8);
  poll(now, kDay);
  EXPECT_EQ(schedule.poll_failures(), 0);
}

TEST_F(PollScheduleTest, RetryAfterIsAFloorOfTheBackOff) {
  schedule.start_at(kBoot);
  (void)begin_poll(kBoot, kDay);
  schedule.poll_failed(test::throttled(90s), false, kBoot, random);
  EXPECT_EQ(schedule.poll_at(), kBoot + 90s);
}

TEST_F(PollScheduleTest, OpeningDoesNotCutABackOffShort) {
  schedule.start_at(kBoot);
  poll(kBoot, kDay);
  (void)begin_poll(kBoot + 15s, kDay);
  schedule.poll_failed(test::throttled(90s), false, kBoot + 15s, random);
  schedule.opened(kBoot + 16s);
  EXPECT_EQ(schedule.poll_at(), kBoot + 15s + 90s);
}

TEST_F(PollScheduleTest, AnAbandonedPollCountsAsNothing) {
  schedule.start_at(kBoot);
  (void)begin_poll(kBoot, kDay);
  schedule.poll_abandoned();
  EXPECT_EQ(schedule.poll_failures(), 0);
  EXPECT_EQ(begin_poll(kBoot, kDay).kind, Kind::ChangedSince);
}

TEST_F(PollScheduleTest, ARefusedFilterIsNotAskedForADayOnceTheOtherQueryWasTaken) {
  schedule.start_at(kBoot);
  poll(kBoot, kDay, kDay - 1min);
  (void)begin_poll(kBoot + 15s, kDay);
  EXPECT_FALSE(schedule.query_refused(filter_refused(), kBoot));
  EXPECT_EQ(schedule.strategy(kDay), Strategy::Changes) << "so far it may be anything";
  const Query instead = begin_poll(kBoot + 15s, kDay);
  EXPECT_EQ(instead.kind, Kind::OpenOrCreatedSince);
  EXPECT_EQ(instead.since, kDay - 1min - options.overlap);
  EXPECT_TRUE(schedule.poll_page({}, kFast, kBoot + 15s, {kDay, kDay}));
  EXPECT_EQ(schedule.strategy(kDay + 24h - 1s), Strategy::Documented);
  EXPECT_EQ(schedule.strategy(kDay + 24h), Strategy::Changes);
  EXPECT_EQ(schedule.take_notices().size(), 1U);
}

TEST_F(PollScheduleTest, WhatRefusesBothQueriesBlamesNeitherAndGivesBothReasons) {
  schedule.start_at(kBoot);
  (void)begin_poll(kBoot, kDay);
  EXPECT_FALSE(
      schedule.query_refused(refusal(Verdict::GiveUp, Reason::Query, 400, {}, "one"), kBoot));
  EXPECT_EQ(begin_poll(kBoot, kDay).kind, Kind::OpenOrCreatedSince);
  const auto both =
      schedule.query_refused(refusal(Verdict::GiveUp, Reason::Query, 400, {}, ""), kBoot);
  ASSERT_TRUE(both);
  EXPECT_EQ(both->detail, "last-update query: one; documented query: refused");
  schedule.poll_failed(*both, false, kBoot, random);
  EXPECT_FALSE(schedule.changes_refused_until());
  EXPECT_TRUE(schedule.take_notices().empty());
  EXPECT_EQ(begin_poll(kBoot + 10s, kDay).kind, Kind::ChangedSince) << "all over again";
}

TEST_F(PollScheduleTest, ADocumentedQueryThatIsRefusedLaterBringsTheOtherBack) {
  schedule.restore(kDay, kDay + 10h);
  schedule.start_at(kBoot);
  EXPECT_EQ(begin_poll(kBoot, kDay).kind, Kind::OpenOrCreatedSince);
  EXPECT_FALSE(schedule.query_refused(filter_refused(), kBoot));
  EXPECT_EQ(begin_poll(kBoot, kDay).kind, Kind::ChangedSince);
  EXPECT_TRUE(schedule.poll_page({}, kFast, kBoot, {kDay, kDay}));
  EXPECT_EQ(schedule.strategy(kDay), Strategy::Changes);
}

TEST_F(PollScheduleTest, WhereOnlyDocumentedFiltersAreWantedNoOtherQueryIsAsked) {
  options.filters = Filters::Documented;
  schedule = PollSchedule(options);
  schedule.start_at(kBoot);
  (void)begin_poll(kBoot, kDay);
  const auto refused = schedule.query_refused(filter_refused(), kBoot);
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->detail, "ODataError");
}

TEST_F(PollScheduleTest, AFailureOfTheDocumentedQueryInBetweenKeepsWhatTheRoundHasLearned) {
  schedule.start_at(kBoot);
  (void)begin_poll(kBoot, kDay);
  EXPECT_FALSE(schedule.query_refused(filter_refused(), kBoot));
  (void)begin_poll(kBoot, kDay);
  schedule.poll_failed(server_error(), false, kBoot, random);
  EXPECT_EQ(begin_poll(kBoot + 10s, kDay).kind, Kind::OpenOrCreatedSince);
  EXPECT_TRUE(schedule.poll_page({}, kFast, kBoot + 10s, {kDay, kDay}));
  EXPECT_EQ(schedule.strategy(kDay), Strategy::Documented);
}

TEST_F(PollScheduleTest, ARefusedTopIsHalvedDownTo100AndRememberedForADay) {
  schedule.start_at(kBoot);
  int top = begin_poll(kBoot, kDay).top;
  for (const int smaller : {5000, 2500, 1250, 625, 312, 156, 100}) {
    EXPECT_TRUE(schedule.top_refused(PollSchedule::Asked::Poll, top, kBoot));
    EXPECT_TRUE(schedule.top_refused(PollSchedule::Asked::Poll, top, kBoot))
        << "another call of the same size";
    schedule.poll_abandoned();
    top = begin_poll(kBoot, kDay).top;
    EXPECT_EQ(top, smaller);
  }
  EXPECT_TRUE(schedule.poll_page({}, kFast, kBoot, {kDay, kDay}));
  EXPECT_EQ(schedule.strategy(kDay), Strategy::Changes) << "no filter is blamed";
  EXPECT_EQ(schedule.page_size(kBoot + 24h - 1s), 100);
  EXPECT_EQ(schedule.page_size(kBoot + 24h), options.page_size);
}

TEST_F(PollScheduleTest, WhatRefusesATopOf100MeansSomethingElse) {
  schedule.start_at(kBoot);
  for (int top = begin_poll(kBoot, kDay).top;
       schedule.top_refused(PollSchedule::Asked::Poll, top, kBoot);) {
    schedule.poll_abandoned();
    top = begin_poll(kBoot, kDay).top;
  }
  EXPECT_EQ(schedule.page_size(kBoot), options.page_size);
  EXPECT_FALSE(schedule.query_refused(filter_refused(), kBoot));
  EXPECT_EQ(begin_poll(kBoot, kDay).top, options.page_size);
}

TEST_F(PollScheduleTest, ARefusalRecordedByAWrongClockDoesNotLast) {
  schedule.restore(std::nullopt, kDay + 24h * 365);
  EXPECT_EQ(schedule.strategy(kDay), Strategy::Changes);
}

TEST_F(PollScheduleTest, DocumentedFiltersAreAChoice) {
  options.filters = Filters::Documented;
  schedule = PollSchedule(options);
  schedule.start_at(kBoot);
  EXPECT_EQ(begin_poll(kBoot, kDay).kind, Kind::OpenOrCreatedSince);
}

TEST_F(PollScheduleTest, SweepsAfterTheFirstPollAndEveryTenMinutes) {
  schedule.start_at(kBoot);
  EXPECT_FALSE(schedule.sweep_due(kBoot, kDay));
  EXPECT_FALSE(schedule.sweep_at());
  poll(kBoot, kDay);
  const auto query = schedule.sweep_due(kBoot, kDay);
  ASSERT_TRUE(query);
  EXPECT_EQ(*query, (Query{Kind::CreatedSince, kDay - options.lookback, {}, 10000, 0}));
  schedule.sweep_sent();
  EXPECT_FALSE(schedule.sweep_at());
  EXPECT_TRUE(schedule.sweep_page({}, kBoot + 1s));
  EXPECT_EQ(schedule.sweep_at(), kBoot + 1s + 10min);
}

TEST_F(PollScheduleTest, AFailedSweepIsAskedForAgainAfterABackOff) {
  schedule.start_at(kBoot);
  poll(kBoot, kDay);
  ASSERT_TRUE(schedule.sweep_due(kBoot, kDay));
  schedule.sweep_sent();
  schedule.sweep_failed(server_error(), kBoot, random);
  EXPECT_GE(*schedule.sweep_at(), kBoot + 4s);
  EXPECT_LE(*schedule.sweep_at(), kBoot + 6s);
}

}  // namespace
}  // namespace mactiond::core

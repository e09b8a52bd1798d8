#include "core/poll_schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::filter_refused;
using test::kBoot;
using test::kDay;
using test::server_error;
using Kind = Query::Kind;

Query changed_since(WallTime since, int top) { return {Kind::ChangedSince, since, {}, top, 0}; }

TEST(ListRound, EndsWithAShortPage) {
  ListRound round(changed_since(kDay, 10), kDay);
  EXPECT_FALSE(round.advance({9, false, kDay + 5s}));
  EXPECT_EQ(round.newest_update(), kDay + 5s);
}

TEST(ListRound, AFullPageMovesTheLowerBoundInsteadOfSkipping) {
  ListRound round(changed_since(kDay, 10), kDay);
  EXPECT_TRUE(round.advance({10, false, kDay + 5s}));
  EXPECT_EQ(round.query(), changed_since(kDay + 5s, 10));
}

TEST(ListRound, SkipsWithinAPageOfOneStamp) {
  ListRound round(changed_since(kDay, 10), kDay);
  ASSERT_TRUE(round.advance({10, false, kDay + 5s}));
  EXPECT_TRUE(round.advance({10, false, kDay + 5s}));
  EXPECT_EQ(round.query().skip, 10);
  EXPECT_TRUE(round.advance({10, false, kDay + 6s}));
  EXPECT_EQ(round.query(), changed_since(kDay + 6s, 10)) << "the skip ends with the stamp";
}

TEST(ListRound, GoesOnWhileTheAnswerSaysThereIsMore) {
  ListRound round(changed_since(kDay, 10), kDay);
  EXPECT_TRUE(round.advance({3, true, kDay + 1s}));
  EXPECT_FALSE(round.advance({0, true, std::nullopt})) << "an empty page ends every list";
}

TEST(ListRound, DocumentedQueriesSkipByRows) {
  ListRound round({Kind::CreatedSince, kDay, {}, 10, 0}, kDay);
  EXPECT_TRUE(round.advance({10, false, kDay + 5s}));
  EXPECT_TRUE(round.advance({7, true, kDay + 4s}));
  EXPECT_EQ(round.query().skip, 17);
  EXPECT_EQ(round.query().since, kDay);
  EXPECT_EQ(round.newest_update(), kDay + 5s);
}

TEST(ListRound, ReadsTheEdgeOfTheOpenSetAgainBecauseEndingRowsPullTheOthersUp) {
  ListRound round({Kind::OpenOrCreatedSince, kDay, {}, 1000, 0}, kDay);
  EXPECT_TRUE(round.advance({1000, false, kDay}));
  EXPECT_EQ(round.query().skip, 995);
  EXPECT_TRUE(round.advance({1000, false, kDay}));
  EXPECT_EQ(round.query().skip, 1990);
}

TEST(ListRound, IsGivenUpWhenItDoesNotEnd) {
  ListRound round({Kind::CreatedSince, kDay, {}, 1, 0}, kDay);
  int pages = 1;
  while (round.advance({1, true, kDay})) ASSERT_LT(++pages, 10'000);
  EXPECT_GE(pages, 100);
}

/// Rows by last update, as the API would list them; each page is followed by an update.
TEST(ListRound, ReadsEveryRowThoughRowsAreUpdatedBetweenPages) {
  constexpr int kRows = 57;
  constexpr int kTop = 10;
  std::map<int, WallTime> stamps;
  for (int i = 0; i < kRows; ++i) stamps[i] = kDay + 1s * (i / 4);
  std::map<int, WallTime> seen;
  ListRound round(changed_since(kDay, kTop), kDay);
  bool more = true;
  for (int page = 0; more; ++page) {
    ASSERT_LT(page, 100);
    std::vector<std::pair<WallTime, int>> rows;
    for (const auto& [id, stamp] : stamps) {
      if (stamp >= round.query().since) rows.emplace_back(stamp, id);
    }
    std::sort(rows.begin(), rows.end());
    rows.erase(rows.begin(),
               rows.begin() + std::min<std::ptrdiff_t>(round.query().skip, std::ssize(rows)));
    if (rows.size() > kTop) rows.resize(kTop);
    for (const auto& [stamp, id] : rows) seen[id] = stamp;
    PageFacts facts{static_cast<int>(rows.size()), false, std::nullopt};
    if (!rows.empty()) facts.newest_update = rows.back().first;
    more = round.advance(facts);
    // A row of the page just read moves to the end, out of the order of those not read yet.
    if (page < 10) stamps[page * 3] = kDay + 1h + 1s * page;
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kRows));
}

constexpr Duration kFast = 2s;
constexpr Duration kIdle = 15s;

struct PollScheduleTest : testing::Test {
  Query begin_poll(MonoTime now, WallTime server) {
    const auto query = schedule.poll_due(now, server);
    EXPECT_TRUE(query);
    schedule.poll_sent();
    return query.value_or(Query{});
  }
  void poll(MonoTime now, WallTime server, std::optional<WallTime> newest = std::nullopt,
            bool any_open = false) {
    (void)begin_poll(now, server);
    EXPECT_TRUE(schedule.poll_page({newest ? 1 : 0, false, newest}, any_open ? kFast : kIdle, now,
                                   {server, server}));
  }

  PollOptions options;
  PollSchedule schedule{options};
  Random random{3};
};

TEST_F(PollScheduleTest, BeginsWithTheLookback) {
  schedule.start_at(kBoot);
  EXPECT_FALSE(schedule.poll_due(kBoot - Duration(1), kDay));
  const Query query = begin_poll(kBoot, kDay);
  EXPECT_EQ(query, changed_since(kDay - options.lookback, options.page_size));
  EXPECT_FALSE(schedule.poll_due(kBoot + 1h, kDay)) << "one at a time";
}

TEST_F(PollScheduleTest, GoesOnFromTheNewestUpdateMinusTheOverlap) {
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

TEST_F(PollScheduleTest, AFirstRoundBegunByAWrongClockIsBegunAnewOnce) {
  schedule.start_at(kBoot);
  (void)begin_poll(kBoot, kDay + 24h * 365);
  EXPECT_TRUE(schedule.restart_misjudged(kDay));
  EXPECT_EQ(begin_poll(kBoot, kDay), changed_since(kDay - options.lookback, options.page_size));
  EXPECT_FALSE(schedule.restart_misjudged(kDay + 5s)) << "this clock was right";
  EXPECT_FALSE(schedule.restart_misjudged(kDay + 24h * 365)) << "nor for ever";
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
    schedule.poll_failed(server_error(), now, random);
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
  schedule.poll_failed(test::throttled(90s), kBoot, random);
  EXPECT_EQ(schedule.poll_at(), kBoot + 90s);
}

TEST_F(PollScheduleTest, OpeningDoesNotCutABackOffShort) {
  schedule.start_at(kBoot);
  poll(kBoot, kDay);
  (void)begin_poll(kBoot + 15s, kDay);
  schedule.poll_failed(test::throttled(90s), kBoot + 15s, random);
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

TEST_F(PollScheduleTest, ARefusedFilterIsNotAskedForADay) {
  schedule.start_at(kBoot);
  poll(kBoot, kDay, kDay - 1min);
  (void)begin_poll(kBoot + 15s, kDay);
  EXPECT_TRUE(schedule.query_refused(kDay));
  const Query instead = begin_poll(kBoot + 15s, kDay);
  EXPECT_EQ(instead.kind, Kind::OpenOrCreatedSince);
  EXPECT_EQ(instead.since, kDay - 1min - options.overlap);
  EXPECT_EQ(schedule.strategy(kDay + 24h - 1s), Strategy::Documented);
  EXPECT_EQ(schedule.strategy(kDay + 24h), Strategy::Changes);
  EXPECT_FALSE(schedule.query_refused(kDay)) << "there is no further fall-back";
}

TEST_F(PollScheduleTest, ARefusalNotedByAWrongClockDoesNotLast) {
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
  EXPECT_TRUE(schedule.sweep_page({5, false, kDay}, kBoot + 1s));
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

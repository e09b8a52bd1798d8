#include <gtest/gtest.h>

#include <chrono>

#include "support/builders.hpp"
#include "unit/core/region/poll_schedule_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using test::kDay;
using test::refusal;
using Kind = Query::Kind;

struct ReloadedScheduleTest : PollScheduleTest {
  /// A round under way whose last call failed.
  void fail(std::optional<Duration> retry_after) {
    schedule.start_at(kBoot);
    (void)begin_poll(kBoot, kDay);
    for (int i = 0; i < 6; ++i) {
      schedule.poll_failed(refusal(Verdict::Retry, Reason::ServerError, 503, retry_after), false,
                           kBoot, random);
    }
  }
};

TEST_F(ReloadedScheduleTest, AFailingRoundIsGivenUpForOtherFilters) {
  fail(std::nullopt);
  options.filters = Filters::Documented;
  schedule.configure(options, false, {}, kBoot + 1s);
  EXPECT_EQ(begin_poll(kBoot + 1s, kDay).kind, Kind::OpenOrCreatedSince);
}

TEST_F(ReloadedScheduleTest, AWaitThatTheServiceAskedForStays) {
  fail(90s);
  options.page_size = 500;
  schedule.configure(options, false, {}, kBoot + 1s);
  EXPECT_EQ(schedule.poll_at(), kBoot + 90s);
  EXPECT_EQ(begin_poll(kBoot + 90s, kDay).top, 500);
}

TEST_F(ReloadedScheduleTest, EveryKeyThatMakesAQueryCountsFromTheNextCall) {
  for (const auto change :
       {+[](PollOptions& o) { o.filters = Filters::Documented; },
        +[](PollOptions& o) { o.page_size = 77; }, +[](PollOptions& o) { o.lookback = 1h; }}) {
    PollOptions next = options;
    schedule = PollSchedule(next);
    schedule.start_at(kBoot);
    const Query before = begin_poll(kBoot, kDay);
    EXPECT_FALSE(schedule.poll_page({next.page_size, true, kDay - 1h}, kFast, kBoot, {kDay, kDay}));
    change(next);
    schedule.configure(next, false, {}, kBoot);
    const Query after = begin_poll(kBoot, kDay);
    EXPECT_EQ(after.top, next.page_size);
    EXPECT_EQ(after.since, kDay - next.lookback);
    EXPECT_NE(after, before);
  }
}

TEST_F(ReloadedScheduleTest, ACallUnderWayEndsBeforeTheNextOneBegins) {
  schedule.start_at(kBoot);
  (void)begin_poll(kBoot, kDay);
  options.overlap = 1min;
  schedule.configure(options, false, {}, kBoot);
  EXPECT_FALSE(schedule.poll_round());
  EXPECT_FALSE(schedule.poll_due(kBoot, kDay));
  schedule.poll_abandoned();
  EXPECT_TRUE(schedule.poll_due(kBoot, kDay));
}

TEST_F(ReloadedScheduleTest, AShorterIntervalCountsFromTheStartOfTheLastPoll) {
  schedule.start_at(kBoot);
  (void)begin_poll(kBoot, kDay);
  EXPECT_TRUE(schedule.poll_page({}, 10min, kBoot, {kDay, kDay}));
  options.idle_interval = 20s;
  schedule.configure(options, false, {}, kBoot + 5s);
  EXPECT_EQ(schedule.poll_at(), kBoot + 20s);
  options.idle_interval = 1s;
  schedule.configure(options, false, {}, kBoot + 5s);
  EXPECT_EQ(schedule.poll_at(), kBoot + 5s);
}

}  // namespace
}  // namespace mactiond::core

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "core/region/region.hpp"
#include "support/engine_harness.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::ended_action;
using test::kDay;
using test::open_action;
using test::refusal;
using Kind = Query::Kind;
using Lines = std::vector<std::string>;

Outcome refused(const std::string& detail) {
  return refusal(Verdict::GiveUp, Reason::Query, 400, std::nullopt, detail);
}

Outcome top_refused() {
  Outcome outcome = refused("The limit of '1000' for Top query has been exceeded");
  outcome.page_limit = true;
  return outcome;
}

struct RefusedQueryTest : testing::Test, test::EngineHarness {
  RegionStatus region() { return engine().status(now).regions[0]; }
  void start() {
    tick();
    give_token();
  }
};

TEST_F(RefusedQueryTest, WhateverA400SaysTheDocumentedQueryFollowsInTheSameRound) {
  for (const Outcome& outcome :
       {refused("ODataError: no such property"), refused(""), refused("BadRequest"),
        refused("InvalidInput: $filter"), refused("HTTP 400")}) {
    test::EngineHarness other;
    other.tick();
    other.give_token();
    other.fail_list(outcome);
    const auto instead = other.take_list(Kind::OpenOrCreatedSince);
    ASSERT_TRUE(instead) << outcome.detail;
    other.answer(*instead, {open_action("a1")});
    EXPECT_EQ(other.recorded(), Lines{"a1 null>Pending"});
    EXPECT_EQ(other.engine().status(other.now).regions[0].strategy, "documented");
    EXPECT_TRUE(other.regions.at("eu").changes_refused_until);
  }
}

TEST_F(RefusedQueryTest, BothRefusedIsTroubleAtOnceWithBothReasonsAndNothingIsRemembered) {
  start();
  fail_list(refused("first"));
  fail_list(refused("second"));
  EXPECT_EQ(recorded(), Lines{"region.degraded"});
  EXPECT_NE(region().reason.find("first"), std::string::npos) << region().reason;
  EXPECT_NE(region().reason.find("second"), std::string::npos) << region().reason;
  EXPECT_FALSE(regions.at("eu").changes_refused_until);
  EXPECT_EQ(count<ListActions>(), 0) << "a back-off";
  pass(7s);
  const auto again = take_list(Kind::ChangedSince);
  ASSERT_TRUE(again) << "a service that takes it again is not asked the slow query for a day";
  answer(*again, {});
  EXPECT_EQ(recorded(), (Lines{"region.degraded", "region.recovered"}));
  EXPECT_EQ(region().strategy, "changes");
}

TEST_F(RefusedQueryTest, ATopBeyondALimitIsHalvedAndNoFilterIsBlamed) {
  start();
  for (const int top : {10'000, 5000, 2500, 1250}) {
    const auto list = take_list(Kind::ChangedSince);
    ASSERT_TRUE(list);
    EXPECT_EQ(list->query.top, top);
    fail(*list, top_refused());
  }
  const auto list = take_list(Kind::ChangedSince);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->query.top, 625);
  answer(*list, {open_action("a1"), open_action("a2")});
  EXPECT_EQ(recorded(), (Lines{"a1 null>Pending", "a2 null>Pending"}));
  EXPECT_EQ(region().strategy, "changes");
  EXPECT_EQ(region().reason, "");
  const auto sweep = take_list(Kind::CreatedSince);
  ASSERT_TRUE(sweep);
  EXPECT_EQ(sweep->query.top, 625) << "it holds for every list";
}

TEST_F(RefusedQueryTest, ATopThatIsRefusedWithoutAReasonIsFoundByTheNextTry) {
  start();
  fail_list(refused("HTTP 400"));
  fail_list(refused("HTTP 400"));
  EXPECT_EQ(recorded(), Lines{"region.degraded"});
  pass(7s);
  const auto smallest = take_list(Kind::ChangedSince);
  ASSERT_TRUE(smallest);
  EXPECT_EQ(smallest->query.top, 100);
  answer(*smallest, {open_action("a1")});
  EXPECT_EQ(recorded(), (Lines{"region.degraded", "a1 null>Pending", "region.recovered"}));
  EXPECT_EQ(region().strategy, "changes") << "no filter is blamed";
}

TEST_F(RefusedQueryTest, WhereTheSmallestTopIsRefusedTooTheConfiguredOneIsTriedNext) {
  start();
  for (const int top : {10'000, 100, 10'000, 100}) {
    for (const Kind kind : {Kind::ChangedSince, Kind::OpenOrCreatedSince}) {
      const auto list = take_list(kind);
      ASSERT_TRUE(list) << top;
      EXPECT_EQ(list->query.top, top);
      fail(*list, refused("HTTP 400"));
    }
    pass(5min);
  }
  EXPECT_EQ(recorded(), Lines{"region.degraded"});
}

TEST_F(RefusedQueryTest, AServiceOfSmallerPagesThanTheSmallestIsNotAskedForEverySizeEachRound) {
  start();
  const auto round = [&] {
    std::vector<int> tops;
    while (count<ListActions>() > 0) {
      const auto list = take<ListActions>();
      tops.push_back(list.query.top);
      fail(list, top_refused());
    }
    pass(6min);
    if (count<FetchToken>() > 0) give_token();
    return tops;
  };
  EXPECT_EQ(round().back(), 100);
  EXPECT_EQ(recorded(), Lines{"region.degraded"});
  EXPECT_NE(region().reason.find("The limit of '1000'"), std::string::npos) << region().reason;
  EXPECT_NE(region().reason.find("fewer rows than 100"), std::string::npos) << region().reason;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(round(), (std::vector<int>{100, 100}));
  pass(24h);
  if (count<FetchToken>() > 0) give_token();
  const std::vector<int> later = round();
  EXPECT_NE(std::find(later.begin(), later.end(), 10'000), later.end())
      << "what was learned is tried again after a day";
}

TEST_F(RefusedQueryTest, AQueryThatIsRefusedEverySizeIsNotTheServicesLimit) {
  start();
  while (const auto list = take_list(Kind::ChangedSince)) fail(*list, top_refused());
  const auto documented = take_list(Kind::OpenOrCreatedSince);
  ASSERT_TRUE(documented);
  EXPECT_EQ(documented->query.top, 10'000);
  answer(*documented, {open_action("a1")});
  EXPECT_EQ(recorded(), Lines{"a1 null>Pending"});
  EXPECT_EQ(region().strategy, "documented");
}

TEST_F(RefusedQueryTest, ASweepThatIsRefusedEverySizeIsAskedForOnceAnAttempt) {
  start();
  list({});
  for (int sizes = 8; sizes > 0; --sizes) {
    const auto sweep = take_list(Kind::CreatedSince);
    ASSERT_TRUE(sweep) << sizes;
    fail(*sweep, top_refused());
  }
  for (int attempts = 0, i = 0; attempts < 4; ++i, pass(1s)) {
    ASSERT_LT(i, 600);
    if (const auto poll = take_list(Kind::ChangedSince)) {
      EXPECT_EQ(poll->query.top, 10'000);
      answer(*poll, {});
    }
    if (const auto sweep = take_list(Kind::CreatedSince)) {
      ++attempts;
      fail(*sweep, top_refused());
      EXPECT_EQ(count<ListActions>(), 0);
    }
  }
}

TEST_F(RefusedQueryTest, ASweepThatIsRefusedItsTopIsAskedForAgainAtOnceWithASmallerOne) {
  start();
  list({});
  fail(*take_list(Kind::CreatedSince), top_refused());
  const auto sweep = take_list(Kind::CreatedSince);
  ASSERT_TRUE(sweep);
  EXPECT_EQ(sweep->query.top, 5000);
}

TEST_F(RefusedQueryTest, ALookupThatIsRefusedItsTopKeepsItsForm) {
  options.regions[0].poll.filters = Filters::Documented;
  begin({open_action("a1"), open_action("a2")});
  pass(3s);
  list({});
  fail(*take_list(Kind::IdIn), top_refused());
  pass(10s);
  const auto again = take_list(Kind::IdIn);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->query.top, 5000);
}

struct ReloadedRegionTest : RefusedQueryTest {
  void reload(const PollOptions& poll) {
    options.regions[0].poll = poll;
    take_step(engine().reconfigure(options, {}, now));
  }
};

TEST_F(ReloadedRegionTest, OtherFiltersReachARoundThatFails) {
  start();
  for (int i = 0; i < 5; ++i) {
    fail_list(test::server_error());
    pass(6min);
  }
  fail_list(test::server_error());
  PollOptions poll;
  poll.filters = Filters::Documented;
  poll.page_size = 500;
  reload(poll);
  const auto next = take_list(Kind::OpenOrCreatedSince);
  ASSERT_TRUE(next) << "at once: the back-off was of the old settings";
  EXPECT_EQ(next->query.top, 500);
}

TEST_F(ReloadedRegionTest, WhatAnOldCallShowsIsRecordedAndItsRoundIsOver) {
  start();
  const auto old = take_list(Kind::ChangedSince);
  ASSERT_TRUE(old);
  PollOptions poll;
  poll.page_size = 1;
  poll.lookback = 24h;
  reload(poll);
  EXPECT_EQ(count<ListActions>(), 0) << "one call at a time";
  answer(*old, {open_action("a1")}, true);
  EXPECT_EQ(recorded(), Lines{"a1 null>Pending"});
  const auto next = take_list(Kind::ChangedSince);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->query.top, 1);
  EXPECT_EQ(next->query.skip, 0);
  EXPECT_LE(std::chrono::abs(next->query.since - (kDay - 24h)), Duration(1s));
}

TEST_F(ReloadedRegionTest, ARefusalOfTheOldQuerySaysNothingOfTheNewOne) {
  start();
  const auto old = take_list(Kind::ChangedSince);
  ASSERT_TRUE(old);
  PollOptions poll;
  poll.overlap = 1min;
  reload(poll);
  fail(*old, refused("no"));
  EXPECT_TRUE(take_list(Kind::ChangedSince));
  EXPECT_TRUE(events.empty());
}

TEST_F(ReloadedRegionTest, ASweepOfTheOldLookbackIsGivenUp) {
  start();
  list({});
  const auto old = take_list(Kind::CreatedSince);
  ASSERT_TRUE(old);
  PollOptions poll;
  poll.lookback = 48h;
  reload(poll);
  answer(*old, {open_action("a1")}, true);
  const auto next = take_list(Kind::CreatedSince);
  ASSERT_TRUE(next);
  EXPECT_LE(std::chrono::abs(next->query.since - (kDay - 48h)), Duration(1s));
}

}  // namespace
}  // namespace mactiond::core

#include "core/region/region.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <type_traits>
#include <vector>

#include "support/engine_harness.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::ended_action;
using test::kDay;
using test::not_found;
using test::open_action;
using Kind = Query::Kind;
using Lines = std::vector<std::string>;
using Status = ActionStatus::Known;

// A vector of regions that grows moves them: a copy would leave others pointing at the dead.
static_assert(!std::is_copy_constructible_v<Region>);

struct RegionTest : testing::Test, test::EngineHarness {
  /// begin() with a server that does not take the last-update filter.
  void begin_documented(std::vector<MachineAction> actions) {
    options.regions[0].poll.filters = Filters::Documented;
    begin(std::move(actions));
  }
  std::vector<std::string> ids_of(const Query& query) const {
    std::vector<std::string> ids;
    for (const ActionId& id : query.ids) ids.push_back(id.value);
    return ids;
  }
};

TEST_F(RegionTest, FetchesATokenBeforeAnythingElse) {
  tick();
  ASSERT_EQ(pending.size(), 1U);
  EXPECT_EQ(take<FetchToken>().region, "eu");
}

TEST_F(RegionTest, TheFirstStartRecordsEverythingOfTheLookback) {
  tick();
  give_token("secret");
  const auto list = take<ListActions>();
  EXPECT_EQ(list.region, "eu");
  EXPECT_EQ(list.token.reveal(), "secret");
  EXPECT_EQ(list.query.kind, Kind::ChangedSince);
  EXPECT_EQ(list.query.since, kDay - 4 * 24h);
  EXPECT_GT(list.deadline, now.mono);
  answer(list, {open_action("a1"), ended_action("a2", kDay - 1h)});
  EXPECT_EQ(recorded(), (Lines{"a1 null>Pending", "a2 null>Succeeded"}));
  ASSERT_EQ(last.actions.size(), 2U);
  EXPECT_EQ(last.actions[0].region, "eu");
  EXPECT_EQ(events[1].time, kDay - 1h);
  EXPECT_EQ(regions.at("eu").watermark, kDay);
}

TEST_F(RegionTest, AnActionThatOpensAndClosesBetweenTwoPollsIsRecorded) {
  begin();
  pass(15s);
  list({ended_action("a1", server() - 3s).created(server() - 9s)});
  EXPECT_EQ(recorded(), Lines{"a1 null>Succeeded"});
}

TEST_F(RegionTest, FollowsAnActionToItsEnd) {
  begin({open_action("a1")});
  pass(3s);
  list({open_action("a1").in(Status::InProgress).updated(server())});
  pass(3s);
  list({ended_action("a1", server())});
  EXPECT_EQ(recorded(),
            (Lines{"a1 null>Pending", "a1 Pending>InProgress", "a1 InProgress>Succeeded"}));
}

TEST_F(RegionTest, WhatIsShownAgainIsRecordedOnlyOnce) {
  begin({open_action("a1")});
  pass(3s);
  list({open_action("a1"), open_action("a1")});
  EXPECT_EQ(events.size(), 1U);
  EXPECT_TRUE(last.actions.empty());
}

TEST_F(RegionTest, AFieldFilledInLaterIsStoredAndNotRecorded) {
  begin({open_action("a1")});
  pass(3s);
  list({open_action("a1").scope("filled")});
  EXPECT_EQ(events.size(), 1U);
  EXPECT_EQ(last.actions.size(), 1U);
}

TEST_F(RegionTest, ACorrectionSaysThatItIsOne) {
  begin({ended_action("a1", kDay)});
  pass(15s);
  list({open_action("a1").in(Status::Cancelled).updated(server())});
  ASSERT_EQ(events.size(), 2U);
  EXPECT_NE(events[1].fields.find("\"correction\":true"), std::string::npos);
  EXPECT_EQ(events[0].fields.find("correction"), std::string::npos);
}

TEST_F(RegionTest, LagRunsFromTheServersUpdateToTheAnswer) {
  begin();
  pass(15s);
  list({open_action("a1").updated(server() - 1500ms)});
  ASSERT_EQ(transitions.size(), 1U);
  ASSERT_TRUE(transitions[0].lag);
  EXPECT_NEAR(static_cast<double>(to_milliseconds(*transitions[0].lag)), 1500, 600);
  EXPECT_NE(events[0].fields.find("\"lag_ms\":"), std::string::npos);
}

TEST_F(RegionTest, TheLagOfOldChangesIsNotCountedAsOurs) {
  begin({ended_action("a1", kDay - 1h)});
  ASSERT_EQ(transitions.size(), 1U);
  EXPECT_FALSE(transitions[0].lag);
}

TEST_F(RegionTest, ReadsTheNextPageAtOnceAndMovesTheWatermarkAtTheEnd) {
  options.regions[0].poll.page_size = 2;
  tick();
  give_token();
  list({open_action("a1").updated(kDay - 9s), open_action("a2").updated(kDay - 8s)});
  EXPECT_EQ(events.size(), 2U);
  EXPECT_EQ(regions.count("eu"), 0U);
  const auto next = take_list(Kind::ChangedSince);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->query.since, kDay - 8s);
  answer(*next, {open_action("a2").updated(kDay - 8s)});
  EXPECT_EQ(regions.at("eu").watermark, kDay - 8s);
  EXPECT_EQ(events.size(), 2U);
}

TEST_F(RegionTest, APageThatFailsChangesNothing) {
  begin({open_action("a1")});
  for (const Reason reason : {Reason::BadAnswer, Reason::ServerError, Reason::TooLarge}) {
    SCOPED_TRACE(to_string(reason));
    pass(30s);
    fail_list(test::refusal(Verdict::Retry, reason, 200));
    EXPECT_TRUE(last.actions.empty());
    if (reason == Reason::TooLarge) break;  // the third in a row is trouble, tested elsewhere
    EXPECT_TRUE(last.events.empty());
    EXPECT_TRUE(last.regions.empty());
  }
  EXPECT_EQ(engine().status(now).regions[0].open_actions, 1);
}

TEST_F(RegionTest, TheSweepRecordsWhatThePollMissed) {
  tick();
  give_token();
  list({});
  const auto sweep = take_list(Kind::CreatedSince);
  ASSERT_TRUE(sweep);
  EXPECT_LE(std::chrono::abs(sweep->query.since - (kDay - 4 * 24h)), Duration(1s));
  answer(*sweep, {open_action("a1")});
  EXPECT_EQ(recorded(), Lines{"a1 null>Pending"});
}

TEST_F(RegionTest, ARefusedFilterFallsBackAtOnceAndComesBackAfterADay) {
  tick();
  give_token();
  fail_list(test::filter_refused());
  EXPECT_TRUE(events.empty()) << "no trouble";
  const auto instead = take_list(Kind::OpenOrCreatedSince);
  ASSERT_TRUE(instead);
  EXPECT_EQ(regions.count("eu"), 0U) << "not before the other query was taken";
  answer(*instead, {open_action("a1")});
  EXPECT_EQ(log_entries_of("changes_filter_refused"), 1);
  EXPECT_TRUE(regions.at("eu").changes_refused_until);
  EXPECT_EQ(engine().status(now).regions[0].strategy, "documented");
  EXPECT_EQ(recorded(), Lines{"a1 null>Pending"});
  (void)take_list(Kind::CreatedSince);
  pass(24h);
  ASSERT_TRUE(take_list(Kind::OpenOrCreatedSince)) << "asked before the day was over";
  EXPECT_EQ(engine().status(now).regions[0].strategy, "changes");
}

TEST_F(RegionTest, ARefusedFilterIsRememberedOverARestart) {
  snapshot.regions.push_back({"eu", kDay - 1min, kDay + 1h, {}});
  tick();
  give_token();
  EXPECT_TRUE(take_list(Kind::OpenOrCreatedSince));
}

TEST_F(RegionTest, AnActionMissingFromTheOpenSetIsLookedUp) {
  begin_documented({open_action("a1")});
  pass(3s);
  list({});
  const auto get = take<GetAction>();
  EXPECT_EQ(get.action.value, "a1");
  answer(get, ended_action("a1", server()));
  EXPECT_EQ(recorded(), (Lines{"a1 null>Pending", "a1 Pending>Succeeded"}));
}

TEST_F(RegionTest, SeveralMissingActionsAreAskedForInOneCall) {
  begin_documented({open_action("a1"), open_action("a2"), open_action("a3")});
  pass(3s);
  list({});
  const auto many = take_list(Kind::IdIn);
  ASSERT_TRUE(many);
  EXPECT_EQ(ids_of(many->query), (Lines{"a1", "a2", "a3"}));
  answer(*many, {ended_action("a1", server()), ended_action("a3", server())});
  EXPECT_EQ(take<GetAction>().action.value, "a2") << "not shown: asked for alone";
  EXPECT_EQ(events.size(), 5U);
}

TEST_F(RegionTest, WhatAPageShouldHaveShownIsLookedUpBeforeTheRoundEnds) {
  options.regions[0].poll.page_size = 3;
  const auto aged = [](int i) {
    return open_action("a" + std::to_string(i)).created(kDay - 1min * i);
  };
  options.regions[0].poll.filters = Filters::Documented;
  tick();
  give_token();
  list({aged(1), aged(2), aged(3)});
  list({aged(4), aged(5)});
  list({aged(1), aged(2), aged(3)});
  pass(3s);
  list({aged(1), aged(3), aged(4)});
  EXPECT_EQ(take<GetAction>().action.value, "a2");
  EXPECT_TRUE(take_list(Kind::OpenOrCreatedSince)) << "the round continues meanwhile";
}

TEST_F(RegionTest, RowsOfWhichNoActionCanBeMadeCountForPagingAndNothingElse) {
  options.regions[0].poll.page_size = 3;
  tick();
  give_token();
  const auto page = [this](std::vector<MachineAction> actions, int unusable) {
    const auto list = take<ListActions>();
    step(ActionsListed{list.id, {}, std::move(actions), unusable, false, date()});
  };
  page({open_action("a1").updated(kDay - 9s)}, 2);
  const auto next = take_list(Kind::ChangedSince);
  ASSERT_TRUE(next) << "the page was full";
  EXPECT_EQ(next->query.since, kDay - 9s);
  step(ActionsListed{next->id, {}, {open_action("a2").updated(kDay - 8s)}, 1, false, date()});
  EXPECT_EQ(recorded(), (Lines{"a1 null>Pending", "a2 null>Pending"}));
  EXPECT_EQ(log_entries_of("rows_unusable"), 1) << "not with every page";
  const auto status = engine().status(now).regions[0];
  EXPECT_EQ(status.reason, "");
  EXPECT_EQ(status.unusable_rows, 3);
}

TEST_F(RegionTest, PagesOfUnusableRowsOnlyAreNoListWithoutAnEnd) {
  options.regions[0].poll.page_size = 2;
  tick();
  give_token();
  for (int i = 0; i < 3; ++i) {
    const auto list = take_list(Kind::ChangedSince);
    ASSERT_TRUE(list) << i;
    EXPECT_EQ(list->query.skip, 2 * i);
    step(ActionsListed{list->id, {}, {}, i < 2 ? 2 : 0, false, date()});
  }
  EXPECT_EQ(log_entries_of("call_failed"), 0);
  EXPECT_EQ(engine().status(now).regions[0].reason, "");
}

TEST_F(RegionTest, AnOpenActionOlderThanTheSweepIsLookedUp) {
  begin({open_action("a1").created(kDay - 10 * 24h)});
  pass(3s);
  list({});
  EXPECT_EQ(count<GetAction>(), 0) << "a poll shows changes only";
  pass(10min);
  const auto sweep = take_list(Kind::CreatedSince);
  ASSERT_TRUE(sweep);
  answer(*sweep, {});
  EXPECT_EQ(take<GetAction>().action.value, "a1");
}

TEST_F(RegionTest, AServerWithoutInIsAskedOtherwise) {
  begin_documented({open_action("a1"), open_action("a2")});
  pass(3s);
  list({});
  const auto in = take_list(Kind::IdIn);
  ASSERT_TRUE(in);
  fail(*in, test::filter_refused());
  pass(10s);
  const auto either = take_list(Kind::IdEq);
  ASSERT_TRUE(either);
  EXPECT_EQ(ids_of(either->query), (Lines{"a1", "a2"}));
  fail(*either, test::refusal(Verdict::GiveUp, Reason::Rejected, 414));
  pass(20s);
  EXPECT_EQ(count<GetAction>(), 2);
}

TEST_F(RegionTest, TwoRefusalsOfTheSameFormAreOneStepDownEdge) {
  std::vector<MachineAction> actions;
  for (int i = 100; i < 160; ++i) actions.push_back(open_action("a" + std::to_string(i)));
  begin_documented(actions);
  pass(3s);
  list({});
  const auto first = take_list(Kind::IdIn);
  const auto second = take_list(Kind::IdIn);
  ASSERT_TRUE(first && second);
  fail(*first, test::filter_refused());
  fail(*second, test::filter_refused());
  pass(10s);
  EXPECT_TRUE(take_list(Kind::IdEq));
}

struct VanishingTest : RegionTest {
  /// a1 is missing from the open set and 404 by id; the first such answer is given.
  void lose(WallTime created) {
    begin_documented({open_action("a1").created(created)});
    pass(3s);
    list({});
    fail(take<GetAction>(), not_found());
  }
};

TEST_F(VanishingTest, AnActionConfirmedGoneIsRecorded) {
  lose(kDay - 1h);
  EXPECT_EQ(events.size(), 1U) << "once is no proof";
  pass(29s);
  EXPECT_EQ(count<GetAction>(), 0);
  pass(3s);
  fail(take<GetAction>(), not_found());
  EXPECT_EQ(recorded(), (Lines{"a1 null>Pending", "action.vanished"}));
  ASSERT_EQ(last.vanished.size(), 1U);
  EXPECT_EQ(last.vanished[0].second.value, "a1");
  EXPECT_EQ(events[1].action.value, "a1");
  EXPECT_EQ(engine().status(now).regions[0].open_actions, 0);
}

TEST_F(VanishingTest, AYoungActionIsGivenItsGraceTime) {
  lose(kDay);
  pass(40s);
  while (count<GetAction>() > 0) fail(take<GetAction>(), not_found());
  pass(35s);
  while (count<GetAction>() > 0) fail(take<GetAction>(), not_found());
  EXPECT_EQ(recorded(), Lines{"a1 null>Pending"});
  for (int i = 0; i < 6; ++i) {
    pass(32s);
    while (count<GetAction>() > 0) fail(take<GetAction>(), not_found());
  }
  EXPECT_EQ(recorded(), (Lines{"a1 null>Pending", "action.vanished"}));
}

TEST_F(VanishingTest, AnActionShownAgainMeanwhileIsNotGoneEdge) {
  lose(kDay - 1h);
  pass(32s);
  const auto get = take<GetAction>();
  const auto poll = take_list(Kind::OpenOrCreatedSince);
  ASSERT_TRUE(poll);
  answer(*poll, {open_action("a1").created(kDay - 1h)});
  fail(get, not_found());
  EXPECT_EQ(recorded(), Lines{"a1 null>Pending"});
}

TEST_F(VanishingTest, AFailedLookupProvesNothing) {
  lose(kDay - 1h);
  for (int i = 0; i < 5; ++i) {
    pass(10min);
    if (count<GetAction>() > 0) fail(take<GetAction>(), test::server_error());
  }
  EXPECT_EQ(recorded(), Lines{"a1 null>Pending"});
}

}  // namespace
}  // namespace mactiond::core

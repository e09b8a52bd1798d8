#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "cancel_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::open_action;
using test::refusal;

using Type = ActionType::Known;

/// Guards, reloads and refusals in the middle of a cancel.
class CancelTroubleTest : public CancelFlowTest {
 protected:
  /// The re-read allows the POST of a1, which waits for a call; a poll is under way meanwhile.
  void until_post_waits() {
    options.regions.front().quota.per_minute = 4;
    options.regions.front().quota.per_hour = 60;
    add("a1");
    run(57min);
    for (int i = 0; i < 600 && count<GetAction>() == 0; ++i) pass(1s);
    ASSERT_EQ(count<GetAction>(), 1);
    ASSERT_EQ(count<ListActions>(), 1);
    read();
    ASSERT_EQ(count<CancelAction>(), 0);
    ASSERT_EQ(only().state, Decision::State::Decided);
  }
  void refuse_posts(Duration time) {
    EngineHarness::run(time, [this] {
      respond();
      while (count<CancelAction>() > 0) {
        const auto post = take<CancelAction>();
        posted.insert(post.action.value);
        answer(post, refusal(Verdict::GiveUp, Reason::Permission, 403));
      }
    });
  }
  std::set<std::string> posted;
  [[nodiscard]] Duration poll_age() {
    return engine().status(now).regions.front().last_poll_age.value_or(Duration::max());
  }
};

TEST_F(CancelTroubleTest, AGuardThatRisesWhileCallsAreWantingStopsNoPolls) {
  until_calls_are_wanting();
  const std::size_t before = decisions.size();
  ASSERT_LT(before, 200U);
  now.wall += 48h;
  accept_all(10min);
  EXPECT_LT(poll_age(), 1min);
  now.wall -= 48h;
  accept_all(10min);
  EXPECT_GT(decisions.size(), before + 2);
}

TEST_F(CancelTroubleTest, AMissingPermissionHoldsNoOtherTypeBack) {
  for (const char* id : {"i1", "i2", "i3"}) {
    api.insert_or_assign(id, open_action(id).type(Type::Isolate));
  }
  add("s1");
  run(1h - 2s);
  for (const char* id : {"i1", "i2", "i3"}) step(AskCancel{"eu", {id}, "by hand", "someone"});
  ASSERT_EQ(count<GetAction>(), 3);
  std::vector<GetAction> slow = {take<GetAction>(), take<GetAction>()};
  refuse_posts(1s);
  for (const GetAction& get : slow) answer(get, api.at(get.action.value));
  refuse_posts(1min);
  EXPECT_TRUE(posted.contains("s1"));
  EXPECT_EQ(posted.size(), 2U);
}

TEST_F(CancelTroubleTest, ActionsThatCannotBeReadAgainHoldNoOtherBack) {
  for (const char* id : {"a1", "a2", "a3"}) add(id);
  unreadable = {"a1", "a2"};
  run(1h + 10s);
  ASSERT_EQ(count<CancelAction>(), 1);
  EXPECT_EQ(take<CancelAction>().action.value, "a3");
}

TEST_F(CancelTroubleTest, RereadsThatFailAreBounded) {
  add("a1");
  unreadable = {"a1"};
  run(12h);
  EXPECT_EQ(only().state, Decision::State::Failed);
  EXPECT_LT(reads, 50);
  EXPECT_EQ(only().posts, 0);
}

TEST_F(CancelTroubleTest, RereadsThatStayOlderThanWhatIsKnownAreBounded) {
  add("a1");
  set("a1", ActionStatus::Known::InProgress);
  run(1h - 1s);
  const MachineAction older = open_action("a1");
  reads_answered = false;
  EngineHarness::run(12h, [&] {
    while (count<GetAction>() > 0) {
      ++reads;
      answer(take<GetAction>(), older);
    }
    respond();
  });
  EXPECT_EQ(only().state, Decision::State::Failed);
  EXPECT_LT(reads, 50);
  EXPECT_EQ(only().posts, 0);
}

TEST_F(CancelTroubleTest, WhatFitsNoMoreWhileItsPostWaitsIsNotPosted) {
  until_post_waits();
  policy().action = PolicyAction::Ignore;
  reload();
  run(10min);
  EXPECT_EQ(only().posts, 0);
  EXPECT_EQ(only().state, Decision::State::Overtaken);
}

TEST_F(CancelTroubleTest, AStatusThatFitsNoMoreWhileThePostWaitsIsNotPosted) {
  policy().match.status = {"Pending"};
  until_post_waits();
  answer(take<ListActions>(),
         {open_action("a1").in(ActionStatus::Known::InProgress).updated(server())});
  set("a1", ActionStatus::Known::InProgress);
  run(10min);
  EXPECT_EQ(only().posts, 0);
  EXPECT_EQ(only().state, Decision::State::Overtaken);
}

TEST_F(CancelTroubleTest, AClockThatTurnsOutToBeBehindALittleEndsNoDecision) {
  add("a1");
  reads_answered = false;
  run(1h + 100ms);
  ASSERT_EQ(decisions.size(), 1U);
  step(ActionRead{take<GetAction>().id, {}, api.at("a1"), date() - 10s});
  EXPECT_EQ(only().state, Decision::State::Decided) << "it is not stale by that";
  reads_answered = true;
  run(15s);
  EXPECT_EQ(only().state, Decision::State::Posted);
}

TEST_F(CancelTroubleTest, ALimitThatIsLoweredHoldsAlsoWhatIsDecided) {
  policy().max_per_hour = 10;
  add("a1");
  reads_answered = false;
  run(1h + 100ms);
  ASSERT_EQ(decisions.size(), 1U);
  policy().max_per_hour = 0;
  reload();
  reads_answered = true;
  run(1h);
  EXPECT_EQ(only().posts, 0);
  policy().max_per_hour = 1;
  reload();
  run(5s);
  EXPECT_EQ(only().posts, 1);
}

TEST_F(CancelTroubleTest, DecisionsOfARemovedRegionUseNoLimitUp) {
  options.cancel.max_per_hour = 1;
  options.regions.emplace_back().name = "us";
  add("a1");
  reads_answered = false;
  run(1h + 100ms);
  ASSERT_EQ(decisions.size(), 1U);
  const std::string region = only().region;
  std::erase_if(options.regions, [&](const auto& one) { return one.name == region; });
  reload();
  reads_answered = true;
  run(10s);
  EXPECT_EQ(decisions.size(), 2U);
  EXPECT_EQ(count<CancelAction>(), 1);
}

TEST_F(CancelTroubleTest, DecisionsOfARemovedRegionUseNoLimitUpAfterARestart) {
  options.cancel.max_per_hour = 1;
  add("a1");
  reads_answered = false;
  run(1h + 100ms);
  ASSERT_EQ(decisions.size(), 1U);
  options.regions.front().name = "us";
  restart({});
  reads_answered = true;
  run(10min);
  EXPECT_EQ(decisions.size(), 2U);
  EXPECT_EQ(count<CancelAction>(), 1);
}

}  // namespace
}  // namespace mactiond::core

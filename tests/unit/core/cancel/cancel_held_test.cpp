#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "cancel_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::open_action;
using test::refusal;

using Type = ActionType::Known;

/// What holds a cancel back in the flow, where no other guard would.
class CancelHeldTest : public CancelFlowTest {
 protected:
  /// a1 is decided and about to be read again.
  void until_reread() {
    add("a1");
    reads_answered = false;
    run(1h + 100ms);
    ASSERT_EQ(count<GetAction>(), 1);
  }
  void ask(const std::string& id) { step(AskCancel{"eu", {id}, "by hand", "someone"}); }
};

TEST_F(CancelHeldTest, OnlyAFewAreDecidedAtOnce) {
  for (int i = 0; i < 10; ++i) add("a" + std::to_string(i));
  reads_answered = false;
  run(1h + 10s);
  EXPECT_EQ(decisions.size(), 2U);
}

TEST_F(CancelHeldTest, AGuardThatRisesAfterTheDecisionHoldsThePost) {
  until_reread();
  now.wall += 48h;
  read();
  run(1h);
  EXPECT_EQ(only().posts, 0);
  now.wall -= 48h;
  reads_answered = true;
  run(10s);
  EXPECT_EQ(only().posts, 1);
}

TEST_F(CancelHeldTest, AnActionThatHasEndedIsNotCancelledByAnOperator) {
  add("a1");
  run(1min);
  set("a1", ActionStatus::Known::Succeeded);
  run(10s);
  ask("a1");
  EXPECT_EQ(refused().guard, CancelGuard::NotOpen);
  EXPECT_TRUE(decisions.empty());
}

TEST_F(CancelHeldTest, AnOperatorCancelsInTheRegionThatIsNamed) {
  options.regions.emplace_back().name = "us";
  add("a1");
  run(1min);
  step(AskCancel{"us", {"a1"}, "by hand", "someone"});
  ASSERT_TRUE(is_done(*reply));
  EXPECT_EQ(only().region, "us");
  step(AskCancel{"uk", {"a1"}, "by hand", "someone"});
  EXPECT_TRUE(std::holds_alternative<NotFound>(*reply));
}

TEST_F(CancelHeldTest, AnOperatorsCancelWaitsForASweepToo) {
  add("a1");
  tick();
  give_token("token", 24h);
  answer(take<ListActions>(), {api.at("a1")});
  const auto sweep = take<ListActions>();
  ask("a1");
  ASSERT_TRUE(is_done(*reply));
  pass(30s);
  EXPECT_EQ(count<GetAction>(), 0);
  answer(sweep, {api.at("a1")});
  run(5s);
  EXPECT_EQ(only().posts, 1);
}

TEST_F(CancelHeldTest, AnOperatorsCancelIsHeldByNoPolicyLimitAndNoDistrustedClock) {
  options.cancel.max_per_hour = 1;
  until_post();
  answer(take<CancelAction>());
  api.insert_or_assign("i1", open_action("i1").type(Type::Isolate));
  run(10s);
  now.wall += 48h;
  ask("i1");
  run(10s);
  ASSERT_EQ(count<CancelAction>(), 1);
  EXPECT_EQ(take<CancelAction>().action.value, "i1");
}

TEST_F(CancelHeldTest, ACancelRefusedBecauseARoleIsMissingRenewsTheTokenFirst) {
  for (const Duration age : {Duration(1min), Duration(3h)}) {
    const std::string id = "a" + std::to_string(to_seconds(age));
    run(age);
    add(id);
    run(1min);
    ask(id);
    run(1s);
    const auto post = take<CancelAction>();
    step(CancelAnswered{post.id, refusal(Verdict::GiveUp, Reason::Permission, 403), date()});
    ASSERT_EQ(count<FetchToken>(), 1) << "the role may have been granted since it was made";
    give_token("newer", 24h);
    run(3s);
    ASSERT_EQ(count<CancelAction>(), 1);
    const auto again = take<CancelAction>();
    EXPECT_EQ(again.token.reveal(), "newer");
    set(id, ActionStatus::Known::Cancelled);
    answer(again);
    run(1min);
    for (const auto& [key, decision] : decisions) {
      EXPECT_EQ(decision.state, Decision::State::Confirmed);
    }
  }
}

TEST_F(CancelHeldTest, WithoutANewTokenNoCancelIsTriedAgain) {
  add("a1");
  run(1min);
  ask("a1");
  run(1s);
  const auto post = take<CancelAction>();
  step(CancelAnswered{post.id, refusal(Verdict::GiveUp, Reason::Permission, 403), date()});
  EngineHarness::run(5min, [this] {
    if (count<FetchToken>() > 0) refuse_token(test::server_error());
    respond();
  });
  EXPECT_EQ(count<CancelAction>(), 0);
  EXPECT_TRUE(only().live());
  EngineHarness::run(10min, [this] { respond(); });
  EXPECT_EQ(count<CancelAction>(), 1);
}

TEST_F(CancelHeldTest, ARetryOfTheRegionLetsATypeBeTriedAgain) {
  add("a1");
  add("a2");
  run(1min);
  ask("a1");
  for (int i = 0; i < 2; ++i) {
    run(3s);
    answer(take<CancelAction>(), refusal(Verdict::GiveUp, Reason::Permission, 403));
  }
  ASSERT_EQ(only().state, Decision::State::Failed);
  ask("a2");
  ASSERT_EQ(refused().guard, CancelGuard::Permission);
  step(RetryRegion{"eu"});
  ask("a2");
  EXPECT_TRUE(is_done(*reply));
}

TEST_F(CancelHeldTest, AnOperatorLearnsOfAMissingPermission) {
  run(1min);
  add("a1");
  add("a2");
  run(1min);
  ask("a1");
  for (int i = 0; i < 2; ++i) {
    run(3s);
    answer(take<CancelAction>(), refusal(Verdict::GiveUp, Reason::Permission, 403));
  }
  ASSERT_EQ(only().state, Decision::State::Failed);
  ask("a2");
  EXPECT_EQ(refused().guard, CancelGuard::Permission);
  EXPECT_EQ(refused().type, ActionType(Type::RunAntiVirusScan));
  step(SuspendCancelling{false});
  ask("a2");
  EXPECT_TRUE(is_done(*reply));
}

TEST_F(CancelHeldTest, APolicyDecidesOnceAlsoOverARestart) {
  until_post();
  for (int i = 0; i < 4; ++i) {
    answer(take<CancelAction>(), test::server_error());
    run(10min);
  }
  ASSERT_EQ(only().state, Decision::State::Failed);
  restart(stored());
  run(2h);
  EXPECT_EQ(decisions.size(), 1U);
}

TEST_F(CancelHeldTest, APolicyDecidesNothingWhileAnOperatorsCancelIsInProgress) {
  add("a1");
  run(30min);
  ask("a1");
  run(1s);
  answer(take<CancelAction>());
  run(1h);
  EXPECT_EQ(decisions.size(), 1U);
}

TEST_F(CancelHeldTest, AStatusThatTurnsUnknownAllowsNoPost) {
  until_reread();
  set("a1", ActionStatus::parse("Paused"));
  read();
  EXPECT_EQ(only().posts, 0);
  EXPECT_EQ(only().state, Decision::State::Overtaken);
}

TEST_F(CancelHeldTest, NothingIsDecidedWhileSuspended) {
  add("a1");
  step(SuspendCancelling{true});
  run(2h);
  EXPECT_TRUE(decisions.empty());
}

TEST_F(CancelHeldTest, WhatAnotherPolicyGovernsByNowIsNotPosted) {
  until_reread();
  policy().name = "another";
  reload();
  read();
  EXPECT_EQ(only().posts, 0);
  EXPECT_EQ(only().state, Decision::State::Overtaken);
}

TEST_F(CancelHeldTest, WhatIsADryRunByNowIsNotPosted) {
  until_reread();
  policy().dry_run = true;
  reload();
  read();
  EXPECT_EQ(only().posts, 0);
  EXPECT_EQ(only().state, Decision::State::Overtaken);
}

TEST_F(CancelHeldTest, ARefusalLeavesOpenWhatBecameOfAPostBefore) {
  until_post();
  answer(take<CancelAction>(), refusal(Verdict::Retry, Reason::Timeout, 0));
  run(70s);
  answer(take<CancelAction>(), refusal(Verdict::GiveUp, Reason::Rejected, 400));
  set("a1", ActionStatus::Known::Cancelled);
  run(10s);
  EXPECT_EQ(only().state, Decision::State::Confirmed);
}

TEST_F(CancelHeldTest, ARefusedPostIsRepeatedNoSoonerThanAfterHalfAMinute) {
  until_post();
  answer(take<CancelAction>(), refusal(Verdict::GiveUp, Reason::Rejected, 409));
  const int before = reads;
  run(29s);
  EXPECT_EQ(reads, before + 1);
  EXPECT_EQ(only().posts, 1);
  run(40s);
  EXPECT_EQ(only().posts, 2);
}

}  // namespace
}  // namespace mactiond::core

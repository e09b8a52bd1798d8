#include <gtest/gtest.h>

#include <string>

#include "core/submit/blocker_watch.hpp"
#include "submit_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::scan_of;

const std::string kGuid = "5382f7ea-7557-4ab7-9782-d50480024a4e";

class BlockerTest : public test::SubmitTest {
 protected:
  SubmissionOrder order(OnBlocker choice) {
    SubmissionOrder scan = scan_of("m1");
    scan.on_blocker = choice;
    return scan;
  }
  MachineAction theirs(const std::string& id, const std::string& machine = "m1") {
    return test::api_action(id, machine, "theirs", test::kDay - 1h);
  }
  /// Posted, and answered with busy.
  std::string busy(OnBlocker choice, const std::string& blocker = {}) {
    const std::string id = accept(order(choice));
    EXPECT_EQ(post(), id);
    answer(id, test::busy(blocker));
    return id;
  }
};

TEST_F(BlockerTest, AnOpenActionOfTheTypeIsNamedWithoutACall) {
  see(theirs("b1"));
  const std::string id = accept(order(OnBlocker::Refuse));
  EXPECT_EQ(post(), "");
  EXPECT_EQ(state(id), SubmissionState::Refused);
  EXPECT_EQ(row(id).reason, "blocked");
  EXPECT_EQ(row(id).blocked_by.value, "b1");
  EXPECT_EQ(row(id).posts, 0);
}

TEST_F(BlockerTest, AnActionOfAnotherTypeOrMachineBlocksNothing) {
  see(theirs("b1", "m2"));
  MachineAction isolation = theirs("b2");
  isolation.type = ActionType::Known::Isolate;
  see(isolation);
  EXPECT_EQ(post(), "");
  const std::string id = accept(order(OnBlocker::Refuse));
  EXPECT_EQ(post(), id);
}

TEST_F(BlockerTest, SomebodysPendingActionInTheAnswerRefuses) {
  const std::string id = accept(order(OnBlocker::Refuse));
  post();
  answer(id, theirs("b1"));
  EXPECT_EQ(state(id), SubmissionState::Refused);
  EXPECT_EQ(row(id).blocked_by.value, "b1");
}

TEST_F(BlockerTest, TheTextNamesTheBlocker) {
  const std::string id = busy(OnBlocker::Refuse, kGuid);
  EXPECT_EQ(state(id), SubmissionState::Refused);
  EXPECT_EQ(row(id).blocked_by.value, kGuid);
}

TEST_F(BlockerTest, WhereTheTextNamesNothingTheStoreDoes) {
  const std::string id = accept(order(OnBlocker::Refuse));
  post();
  see(theirs("b1"));
  answer(id, test::busy());
  EXPECT_EQ(row(id).blocked_by.value, "b1");
}

TEST_F(BlockerTest, AnActionOfAnotherMachineIsNotNamed) {
  see(theirs(kGuid, "m2"));
  EXPECT_EQ(row(busy(OnBlocker::Refuse, kGuid)).blocked_by.value, "");
}

TEST_F(BlockerTest, WaitsUntilTheBlockerHasEnded) {
  see(theirs("b1"));
  const std::string id = accept(order(OnBlocker::Wait));
  EXPECT_EQ(post(), "");
  EXPECT_EQ(state(id), SubmissionState::Waiting);
  pass(40min);
  EXPECT_EQ(post(), "");
  see_end(theirs("b1"), ActionStatus::Known::Succeeded);
  EXPECT_EQ(post(), id);
  EXPECT_EQ(row(id).blocked_by.value, "");
}

TEST_F(BlockerTest, TheWaitHasAnEnd) {
  see(theirs("b1"));
  const std::string id = accept(order(OnBlocker::Wait));
  next();
  pass(1h);
  next();
  EXPECT_EQ(state(id), SubmissionState::Waiting);
  pass(1s);
  next();
  EXPECT_EQ(state(id), SubmissionState::Refused);
  EXPECT_EQ(row(id).reason, "wait_over");
  EXPECT_EQ(row(id).blocked_by.value, "b1");
}

TEST_F(BlockerTest, SendWithinCountsFromTheEndOfTheWait) {
  see(theirs("b1"));
  const std::string id = accept(order(OnBlocker::Wait));
  next();
  pass(50min);
  see_end(theirs("b1"), ActionStatus::Known::Failed);
  region.degraded = true;
  next();
  pass(15min);
  next();
  EXPECT_EQ(state(id), SubmissionState::Waiting);
  pass(1s);
  next();
  EXPECT_EQ(state(id), SubmissionState::Expired);
}

TEST_F(BlockerTest, ABlockerThatNobodyKnowsIsAskedForNowAndThen) {
  const std::string id = busy(OnBlocker::Wait);
  EXPECT_EQ(state(id), SubmissionState::Waiting);
  pass(29s);
  EXPECT_EQ(post(), "");
  pass(1s);
  EXPECT_EQ(post(), id);
  answer(id, test::busy());
  EXPECT_EQ(state(id), SubmissionState::Waiting);
  pass(59s);
  EXPECT_EQ(post(), "");
  pass(1s);
  EXPECT_EQ(post(), id);
  answer(id, made(id, "a1"));
  EXPECT_EQ(state(id), SubmissionState::Submitted);
}

TEST_F(BlockerTest, ABlockerThatIsListedLaterIsWatched) {
  const std::string id = busy(OnBlocker::Wait, kGuid);
  see(theirs(kGuid));
  pass(10min);
  EXPECT_EQ(post(), "");
  see_end(theirs(kGuid), ActionStatus::Known::Cancelled);
  EXPECT_EQ(post(), id);
}

TEST_F(BlockerTest, AnotherBlockerAfterTheFirstDoesNotLengthenTheWait) {
  see(theirs("b1"));
  const std::string id = accept(order(OnBlocker::Wait));
  next();
  pass(50min);
  see_end(theirs("b1"), ActionStatus::Known::Succeeded);
  see(theirs("b2"));
  next();
  EXPECT_EQ(row(id).blocked_by.value, "b2");
  pass(10min + 1s);
  next();
  EXPECT_EQ(state(id), SubmissionState::Refused);
}

TEST_F(BlockerTest, ItsBlockerIsCancelledOnce) {
  see(theirs("b1"));
  const std::string id = accept(order(OnBlocker::Cancel));
  next();
  next();
  ASSERT_EQ(cancels.size(), 1U);
  EXPECT_EQ(cancels[0].submission, id);
  EXPECT_EQ(cancels[0].ask.action.value, "b1");
  EXPECT_EQ(cancels[0].ask.region, "eu");
  EXPECT_EQ(cancels[0].ask.by.name, "alice (uid 1000)");
  EXPECT_FALSE(cancels[0].ask.comment.empty());
  see_end(theirs("b1"), ActionStatus::Known::Cancelled);
  EXPECT_EQ(post(), id);
}

TEST_F(BlockerTest, OnlyAKnownActionOfTheMachineIsCancelled) {
  busy(OnBlocker::Cancel, kGuid);
  next();
  EXPECT_TRUE(cancels.empty());
  see(theirs(kGuid));
  next();
  EXPECT_EQ(cancels.size(), 1U);
}

TEST_F(BlockerTest, ACancelThatIsNotPossibleRefuses) {
  see(theirs("b1"));
  const std::string id = accept(order(OnBlocker::Cancel));
  next();
  follower->cancel_refused(id, "suspended", time, out);
  commit();
  EXPECT_EQ(state(id), SubmissionState::Refused);
  EXPECT_EQ(row(id).reason, "blocker_not_cancelled: suspended");
  EXPECT_EQ(row(id).blocked_by.value, "b1");
}

TEST_F(BlockerTest, ACancelThatFailsRefusesAllThatWantedIt) {
  see(theirs("b1"));
  const std::string first = accept(order(OnBlocker::Cancel));
  const std::string second = accept(order(OnBlocker::Cancel));
  const std::string waits = accept(order(OnBlocker::Wait));
  next();
  follower->cancel_failed({"b2"}, "of another", time, out);
  commit();
  EXPECT_EQ(state(first), SubmissionState::Waiting);
  follower->cancel_failed({"b1"}, "permission", time, out);
  commit();
  EXPECT_EQ(state(first), SubmissionState::Refused);
  EXPECT_EQ(row(second).reason, "blocker_not_cancelled: permission");
  EXPECT_EQ(state(waits), SubmissionState::Waiting);
}

TEST_F(BlockerTest, ACancelThatFailsBecauseTheActionEndedRefusesNothing) {
  see(theirs("b1"));
  const std::string id = accept(order(OnBlocker::Cancel));
  next();
  follower->vanished({"b1"}, time);
  follower->cancel_failed({"b1"}, "vanished", time, out);
  commit();
  EXPECT_EQ(state(id), SubmissionState::Waiting);
  EXPECT_EQ(post(), id);
}

TEST_F(BlockerTest, TheWaitGoesOnAfterARestart) {
  see(theirs("b1"));
  const std::string id = accept(order(OnBlocker::Cancel));
  next();
  start();
  follower->restore_open(theirs("b1"));
  EXPECT_EQ(post(), "");
  EXPECT_EQ(cancels.size(), 2U) << "the cancel's own guards know whether it is in progress";
  see_end(theirs("b1"), ActionStatus::Known::Succeeded);
  EXPECT_EQ(post(), id);
}

TEST_F(BlockerTest, ABlockerThatEndedWhileTheDaemonWasDownHoldsNothing) {
  see(theirs("b1"));
  const std::string id = accept(order(OnBlocker::Wait));
  next();
  start();
  EXPECT_EQ(post(), id);
}

TEST(BlockerWatchTest, NamesTheOldestOfTheType) {
  BlockerWatch watch;
  const ActionType scan = ActionType::Known::RunAntiVirusScan;
  watch.put({"b1"}, "m1", scan, std::nullopt);
  watch.put({"b2"}, "M1", scan, test::kDay);
  watch.put({"b3"}, "m1", scan, test::kDay + 1s);
  EXPECT_EQ(watch.same_type("m1", scan)->value, "b2");
  watch.drop({"b2"});
  EXPECT_EQ(watch.same_type("m1", scan)->value, "b3");
  EXPECT_TRUE(watch.is_open({"b1"}, "M1"));
  EXPECT_FALSE(watch.is_open({"b2"}, "m1"));
  EXPECT_TRUE(watch.is_elsewhere({"b1"}, "m2"));
  EXPECT_FALSE(watch.is_elsewhere({"b2"}, "m2"));
}

TEST(BlockerWatchTest, WhatUndoesTheActionIsTheLikelyBlocker) {
  BlockerWatch watch;
  watch.put({"b1"}, "m1", ActionType::Known::Unisolate, std::nullopt);
  EXPECT_EQ(watch.likely("m1", ActionType::Known::Isolate)->value, "b1");
  EXPECT_EQ(watch.likely("m1", ActionType::Known::RunAntiVirusScan), std::nullopt);
  EXPECT_EQ(watch.same_type("m1", ActionType::Known::Isolate), std::nullopt);
}

TEST(BlockerWatchTest, AnActionWithoutAMachineIsInNobodysWay) {
  BlockerWatch watch;
  watch.put({"b1"}, "", ActionType::Known::Isolate, std::nullopt);
  watch.drop({"b1"});
  EXPECT_EQ(watch.same_type("", ActionType::Known::Isolate), std::nullopt);
}

TEST_F(BlockerTest, WhetherAnotherFileMayBeQuarantinedTheApiDecides) {
  SubmissionOrder order = scan_of("m1");
  order.request = QuarantineFile{std::string(40, 'a')};
  options.types = {"StopAndQuarantineFile"};
  ledger->configure(options);
  MachineAction other = test::api_action("b", "m1", "theirs", time.moment());
  other.type = ActionType::Known::StopAndQuarantineFile;
  see(other);
  const std::string id = accept(order);
  EXPECT_EQ(post(), id);
}

TEST_F(BlockerTest, NothingIsCancelledForOneWhoseWaitIsOver) {
  SubmissionOrder order = scan_of("m1");
  order.on_blocker = OnBlocker::Cancel;
  order.wait_blocker = 1h;
  const std::string id = accept(order);
  EXPECT_EQ(post(), id);
  answer(id, test::busy("b"));
  EXPECT_EQ(state(id), SubmissionState::Waiting);
  pass(1h + 1min);
  see(test::api_action("b", "m1", "theirs", time.moment()));
  (void)next();
  EXPECT_EQ(state(id), SubmissionState::Refused);
  EXPECT_TRUE(cancels.empty());
}

}  // namespace
}  // namespace mactiond::core

#include <gtest/gtest.h>

#include <string>

#include "submit_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::scan_of;

class SubmissionFlowTest : public test::SubmitTest {
 protected:
  /// What holds the only submission back, and lets go of it.
  void expect_held_by(SubmitGuard guard) {
    EXPECT_EQ(post(), "");
    EXPECT_EQ(follower->find(asked.back())->reason, to_string(guard));
    EXPECT_EQ(state(asked.back()), SubmissionState::Queued);
    pass(2s);
  }
};

TEST_F(SubmissionFlowTest, AnOrderBecomesAnActionThatIsFollowedToItsEnd) {
  const std::string id = accept(scan_of("m1"));
  EXPECT_EQ(state(id), SubmissionState::Queued);
  const auto job = next().value();
  EXPECT_EQ(job.machine, "m1");
  EXPECT_EQ(job.request, ActionRequest(RunScan{}));
  EXPECT_EQ(job.comment, "look [" + id + "]");
  EXPECT_EQ(post(), id);
  EXPECT_EQ(state(id), SubmissionState::Sent);
  answer(id, made(id, "a1"));
  EXPECT_EQ(state(id), SubmissionState::Submitted);
  EXPECT_EQ(row(id).action.value, "a1");
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].submission.state, SubmissionState::Submitted);
  see_end(made(id, "a1"), ActionStatus::Known::Succeeded);
  EXPECT_EQ(state(id), SubmissionState::Succeeded);
  EXPECT_EQ(follower->size(), 0U);
}

TEST_F(SubmissionFlowTest, TheIntentIsStoredBeforeThePostLeaves) {
  const std::string id = accept(scan_of("m1"));
  const auto job = next().value();
  EXPECT_EQ(state(id), SubmissionState::Queued);
  follower->sent(job, time, out);
  ASSERT_EQ(out.rows.size(), 1U);
  EXPECT_EQ(out.rows[0].state, SubmissionState::Sent);
  EXPECT_EQ(out.rows[0].posts, 1);
  EXPECT_EQ(out.rows[0].posted->mono, time.now.mono);
}

TEST_F(SubmissionFlowTest, EachStatusOfTheActionIsAnEndOfItsOwn) {
  using Known = ActionStatus::Known;
  const std::pair<Known, SubmissionState> kEnds[] = {
      {Known::Succeeded, SubmissionState::Succeeded},
      {Known::Failed, SubmissionState::Failed},
      {Known::TimeOut, SubmissionState::TimedOut},
      {Known::Cancelled, SubmissionState::Cancelled}};
  for (const auto& [status, end] : kEnds) {
    const std::string id = accept(scan_of("m-" + std::to_string(static_cast<int>(status))));
    ASSERT_EQ(post(), id);
    const MachineAction action = made(id, "a" + id);
    answer(id, action);
    see_end(action, Known::InProgress);
    EXPECT_EQ(state(id), SubmissionState::Submitted);
    see_end(action, status);
    EXPECT_EQ(state(id), end);
  }
  EXPECT_EQ(reports.size(), 4U) << "the ends are their actions' transitions";
}

TEST_F(SubmissionFlowTest, AnActionThatHasEndedWhenItIsAnsweredIsBothAtOnce) {
  const std::string id = accept(scan_of("m1"));
  post();
  MachineAction action = made(id, "a1");
  action.status = ActionStatus::Known::Failed;
  answer(id, action);
  EXPECT_EQ(state(id), SubmissionState::Failed);
  EXPECT_EQ(reports.size(), 1U);
}

TEST_F(SubmissionFlowTest, TheyLeaveInTheOrderInWhichTheyWereAskedFor) {
  const std::string first = accept(scan_of("m1"));
  const std::string second = accept(scan_of("m2"));
  EXPECT_EQ(follower->ahead_of(first), 0U);
  EXPECT_EQ(follower->ahead_of(second), 1U);
  EXPECT_EQ(post(), first);
  EXPECT_EQ(follower->ahead_of(second), 0U);
  EXPECT_EQ(follower->ahead_of(first), std::nullopt) << "it has left";
  EXPECT_EQ(post(), second);
  EXPECT_EQ(post(), "");
}

TEST_F(SubmissionFlowTest, WhatTheApiRefusesEndsWithItsWords) {
  const std::string id = accept(scan_of("m1"));
  post();
  answer(id, mactiond::test::not_found());
  EXPECT_EQ(state(id), SubmissionState::Refused);
  EXPECT_EQ(row(id).reason, "machine_not_found");
  EXPECT_EQ(row(id).answer, "not_found 404");
  EXPECT_EQ(reports.at(0).submission.state, SubmissionState::Refused);
}

TEST_F(SubmissionFlowTest, TheWordsOfTheAnswerAreKeptWhereItsActionWasShownBefore) {
  const std::string id = accept(scan_of("m1"));
  post();
  see(made(id, "a1"));
  ASSERT_EQ(state(id), SubmissionState::Submitted);
  answer(id, made(id, "a1"));
  EXPECT_EQ(row(id).answer, "201");
  EXPECT_EQ(state(id), SubmissionState::Submitted);
  EXPECT_EQ(reports.size(), 1U);
}

TEST_F(SubmissionFlowTest, WithoutATokenNothingLeaves) {
  const std::string id = accept(scan_of("m1"));
  region.has_token = false;
  expect_held_by(SubmitGuard::Token);
  region.has_token = true;
  EXPECT_EQ(post(), id);
}

TEST_F(SubmissionFlowTest, ALiveResponseWaitsForItsOwnQuotaAndHoldsUpNoOther) {
  options.types.emplace_back("LiveResponse");
  ledger->configure(options);
  SubmissionOrder order = scan_of("m1");
  order.request = LiveResponse{{{LiveResponseCommand::Kind::RunScript, "a.ps1", ""}}};
  const std::string live = accept(order);
  const std::string scan = accept(scan_of("m2"));
  region.live_responses_left = false;
  EXPECT_EQ(post(), scan);
  EXPECT_EQ(follower->find(live)->reason, to_string(SubmitGuard::Quota));
  region.live_responses_left = true;
  pass(1s);
  EXPECT_EQ(post(), live);
}

TEST_F(SubmissionFlowTest, OfARemovedRegionOnlyWhatWasNotSentEnds) {
  const std::string sent = accept(scan_of("m1"));
  ASSERT_EQ(post(), sent);
  const std::string queued = accept(scan_of("m2"));
  follower->retire(time, out);
  commit();
  EXPECT_EQ(state(sent), SubmissionState::Sent);
  EXPECT_EQ(state(queued), SubmissionState::Refused);
  EXPECT_EQ(row(queued).reason, "region_removed");
  EXPECT_EQ(reports.size(), 1U);
}

TEST_F(SubmissionFlowTest, A429IsWaitedOutAndSentAgain) {
  const std::string id = accept(scan_of("m1"));
  post();
  answer(id, mactiond::test::throttled(40s));
  EXPECT_EQ(state(id), SubmissionState::Queued);
  pass(39s);
  EXPECT_EQ(post(), "");
  pass(1s);
  EXPECT_EQ(post(), id);
  EXPECT_EQ(row(id).posts, 2);
}

TEST_F(SubmissionFlowTest, AConnectionThatWasRefusedSentNothing) {
  const std::string id = accept(scan_of("m1"));
  post();
  answer(id, test::plain(test::no_answer(), true));
  EXPECT_EQ(state(id), SubmissionState::Queued);
  pass(1s);
  EXPECT_EQ(post(), id);
}

TEST_F(SubmissionFlowTest, ATokenThatWasRefusedIsNotUsedAgain) {
  const std::string id = accept(scan_of("m1"));
  post();
  answer(id, mactiond::test::unauthorized());
  expect_held_by(SubmitGuard::Token);
  time.token_from = time.now.mono;
  EXPECT_EQ(post(), id);
}

TEST_F(SubmissionFlowTest, WhatIsNotSentInTimeExpiresWithWhatHeldIt) {
  region.degraded = true;
  const std::string id = accept(scan_of("m1"));
  expect_held_by(SubmitGuard::Degraded);
  pass(15min - 2s);
  next();
  EXPECT_EQ(state(id), SubmissionState::Queued);
  pass(1ms);
  region.degraded = false;
  EXPECT_EQ(post(), "");
  EXPECT_EQ(state(id), SubmissionState::Expired);
  EXPECT_EQ(row(id).reason, "degraded");
  EXPECT_EQ(reports.at(0).submission.state, SubmissionState::Expired);
}

TEST_F(SubmissionFlowTest, APostDoesNotLeaveTooLateOnItsWayEither) {
  accept(scan_of("m1"));
  EXPECT_EQ(next()->send_by, time.now.mono + 10s);
  pass(15min - 3s);
  EXPECT_EQ(next()->send_by, time.now.mono + 3s);
}

TEST_F(SubmissionFlowTest, SwitchingOffRefusesWhatIsQueued) {
  const std::string id = accept(scan_of("m1"));
  options.enabled = false;
  ledger->configure(options);
  EXPECT_EQ(post(), "");
  EXPECT_EQ(state(id), SubmissionState::Refused);
  EXPECT_EQ(row(id).reason, "disabled");
}

TEST_F(SubmissionFlowTest, ATypeThatLeavesTheListRefusesWhatIsQueued) {
  const std::string id = accept(scan_of("m1"));
  options.types = {"Isolate"};
  ledger->configure(options);
  EXPECT_EQ(post(), "");
  EXPECT_EQ(row(id).reason, "disabled");
}

TEST_F(SubmissionFlowTest, SwitchingOffLeavesWhatWasSent) {
  const std::string id = accept(scan_of("m1"));
  post();
  options.enabled = false;
  ledger->configure(options);
  next();
  answer(id, made(id, "a1"));
  EXPECT_EQ(state(id), SubmissionState::Submitted);
}

TEST_F(SubmissionFlowTest, NothingLeavesWhileTheDaemonStops) {
  accept(scan_of("m1"));
  ledger->stop();
  expect_held_by(SubmitGuard::Stopping);
}

TEST_F(SubmissionFlowTest, NothingLeavesWithoutTheApisTime) {
  accept(scan_of("m1"));
  time.server.reset();
  expect_held_by(SubmitGuard::NoServerTime);
  time.server = time.now.wall;
  EXPECT_NE(post(), "");
}

TEST_F(SubmissionFlowTest, NothingLeavesByAClockThatIsKnownTooRoughly) {
  accept(scan_of("m1"));
  time.uncertainty = 5min + 1s;
  expect_held_by(SubmitGuard::ClockUncertain);
}

TEST_F(SubmissionFlowTest, NothingLeavesWhileTheClocksAreADayApart) {
  accept(scan_of("m1"));
  time.now.wall += 24h;
  expect_held_by(SubmitGuard::ClocksDisagree);
}

TEST_F(SubmissionFlowTest, NothingLeavesWithoutACallOfTheQuota) {
  const std::string id = accept(scan_of("m1"));
  region.calls_left = false;
  expect_held_by(SubmitGuard::Quota);
  region.calls_left = true;
  EXPECT_EQ(post(), id);
}

TEST_F(SubmissionFlowTest, A404RightAfterTheCreationIsNoEnd) {
  const std::string id = accept(scan_of("m1"));
  post();
  const MachineAction action = made(id, "a1");
  answer(id, action);
  pass(5s);
  follower->vanished(action.id, time);
  pass(54s);
  next();
  EXPECT_EQ(state(id), SubmissionState::Submitted);
  see(action);
  pass(10s);
  next();
  EXPECT_EQ(state(id), SubmissionState::Submitted);
}

TEST_F(SubmissionFlowTest, AnActionThatIsGoneAMinuteLaterHasFailed) {
  const std::string id = accept(scan_of("m1"));
  post();
  answer(id, made(id, "a1"));
  follower->vanished({"a1"}, time);
  EXPECT_EQ(follower->wake_at(), time.now.mono + 60s);
  pass(60s);
  next();
  EXPECT_EQ(state(id), SubmissionState::Failed);
  EXPECT_EQ(row(id).reason, "vanished");
}

TEST_F(SubmissionFlowTest, WakesForWhatIsNext) {
  EXPECT_EQ(follower->wake_at(), std::nullopt);
  const std::string id = accept(scan_of("m1"));
  EXPECT_EQ(follower->wake_at(), time.now.mono);
  post();
  EXPECT_EQ(follower->wake_at(), std::nullopt);
  answer(id, mactiond::test::throttled(40s));
  EXPECT_EQ(follower->wake_at(), time.now.mono + 40s);
}

}  // namespace
}  // namespace mactiond::core

#include <gtest/gtest.h>

#include "cancel_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::open_action;
using test::refusal;

/// A POST that was not answered, or not as hoped.
using CancelDoubtTest = CancelFlowTest;

TEST_F(CancelDoubtTest, APostWithoutAnAnswerIsFollowedByARereadBeforeTheNext) {
  until_post();
  const int before = reads;
  answer(take<CancelAction>(), refusal(Verdict::Retry, Reason::Timeout, 0));
  run(59s);
  EXPECT_EQ(reads, before);
  EXPECT_EQ(count<CancelAction>(), 0);
  run(2s);
  EXPECT_EQ(reads, before + 1);
  EXPECT_EQ(count<CancelAction>(), 1);
  EXPECT_EQ(only().posts, 2);
}

TEST_F(CancelDoubtTest, APostedDecisionThatIsHeldIsReadOnceAndNotAgainAndAgain) {
  until_post();
  const int before = reads;
  step(SuspendCancelling{true});
  answer(take<CancelAction>(), refusal(Verdict::Retry, Reason::Timeout, 0));
  run(2h);
  EXPECT_EQ(reads, before + 1);
  EXPECT_EQ(count<CancelAction>(), 0);
  step(SuspendCancelling{false});
  run(5s);
  EXPECT_EQ(reads, before + 2);
  EXPECT_EQ(count<CancelAction>(), 1);
}

TEST_F(CancelDoubtTest, ACancelledActionAfterAnUnansweredPostIsOurs) {
  until_post();
  answer(take<CancelAction>(), refusal(Verdict::Retry, Reason::Network, 0));
  set("a1", ActionStatus::Known::Cancelled);
  run(10s);
  EXPECT_EQ(only().state, Decision::State::Confirmed);
  EXPECT_EQ(recorded_of(EventType::CancelRequested), 1);
}

TEST_F(CancelDoubtTest, SomebodyElsesCancelOvertakesAnUnansweredPost) {
  until_post();
  answer(take<CancelAction>(), refusal(Verdict::Retry, Reason::Network, 0));
  MachineAction cancelled = open_action("a1").in(ActionStatus::Known::Cancelled).updated(server());
  cancelled.cancellation_comment = "theirs";
  api["a1"] = cancelled;
  run(10s);
  EXPECT_EQ(only().state, Decision::State::Overtaken);
}

TEST_F(CancelDoubtTest, TheApisOwnNoteOfOurCancelEndsTheDoubt) {
  until_post();
  answer(take<CancelAction>(), refusal(Verdict::Retry, Reason::ServerError, 500));
  MachineAction noted = open_action("a1");
  noted.cancellation_noted = true;
  api["a1"] = noted;
  run(10min);
  EXPECT_EQ(only().state, Decision::State::Accepted);
  EXPECT_EQ(only().posts, 1);
}

TEST_F(CancelDoubtTest, ACrashBetweenPostAndAnswerLeadsToAReread) {
  until_post();
  restart(stored());
  const int before = reads;
  run(59s);
  EXPECT_EQ(reads, before);
  EXPECT_EQ(count<CancelAction>(), 0);
  run(5s);
  EXPECT_GT(reads, before);
  EXPECT_EQ(count<CancelAction>(), 1);
}

TEST_F(CancelDoubtTest, PostsAreBounded) {
  until_post();
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(count<CancelAction>(), 1) << i;
    answer(take<CancelAction>(), test::server_error());
    run(10min);
  }
  EXPECT_EQ(count<CancelAction>(), 0);
  EXPECT_EQ(only().state, Decision::State::Failed);
  EXPECT_EQ(recorded_of(EventType::CancelFailed), 1);
  run(2h);
  EXPECT_EQ(decisions.size(), 1U);
}

TEST_F(CancelDoubtTest, ARefusalIsReconciledByAReread) {
  until_post();
  set("a1", ActionStatus::Known::Succeeded);
  answer(take<CancelAction>(), refusal(Verdict::GiveUp, Reason::Rejected, 400));
  run(5s);
  EXPECT_EQ(only().state, Decision::State::Overtaken);
  EXPECT_EQ(only().outcome, "Succeeded");
}

}  // namespace
}  // namespace mactiond::core

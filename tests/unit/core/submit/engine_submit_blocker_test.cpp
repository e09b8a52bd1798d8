#include <gmock/gmock.h>

#include "engine_submit_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// What is in the way of submissions, and who gets the quota's calls.
class EngineSubmitBlockerTest : public EngineSubmitTest {
 protected:
  static SubmissionOrder order(OnBlocker choice) {
    SubmissionOrder made = scan_of("m1");
    made.on_blocker = choice;
    return made;
  }
  /// Somebody else's scan is open on the machine, and known.
  void block() {
    start();
    add("b1", "m1");
    run(20s);
  }
};

TEST_F(EngineSubmitBlockerTest, AnOpenActionOfTheTypeRefuses) {
  block();
  const std::string id = submit(order(OnBlocker::Refuse));
  EXPECT_EQ(state(id), "refused");
  EXPECT_EQ(row(id).blocked_by.value, "b1");
  EXPECT_EQ(count<StartAction>(), 0);
}

TEST_F(EngineSubmitBlockerTest, ItIsKnownAfterARestart) {
  block();
  restart();
  tick();
  give_token();
  answer_list(take<ListActions>());
  const std::string id = submit(order(OnBlocker::Refuse));
  EXPECT_EQ(state(id), "refused");
}

TEST_F(EngineSubmitBlockerTest, ItsEndLetsASubmissionGo) {
  block();
  const std::string id = submit(order(OnBlocker::Wait));
  EXPECT_EQ(state(id), "waiting");
  run(10min);
  EXPECT_EQ(count<StartAction>(), 0);
  end("b1", ActionStatus::Known::Succeeded);
  run(10s);
  EXPECT_EQ(count<StartAction>(), 1);
  EXPECT_EQ(state(id), "sent");
}

TEST_F(EngineSubmitBlockerTest, TheWaitHasAnEnd) {
  block();
  SubmissionOrder waits = order(OnBlocker::Wait);
  waits.wait_blocker = 30min;
  const std::string id = submit(waits);
  run(36min);
  EXPECT_EQ(state(id), "refused");
  EXPECT_EQ(row(id).reason, "wait_over");
}

TEST_F(EngineSubmitBlockerTest, ItIsCancelledWhereThatIsWanted) {
  block();
  const std::string id = submit(order(OnBlocker::Cancel));
  EXPECT_EQ(state(id), "waiting");
  ASSERT_EQ(decisions.size(), 1U);
  EXPECT_EQ(decisions.begin()->second.comment, "Cancelled so that submission " + id + " can start");
  EXPECT_EQ(std::get<Operator>(decisions.begin()->second.by).name, "alice (uid 1000)");
  run(1s);
  ASSERT_EQ(count<CancelAction>(), 1);
  answer(take<CancelAction>());
  end("b1", ActionStatus::Known::Cancelled);
  run(10s);
  EXPECT_EQ(count<StartAction>(), 1);
  EXPECT_EQ(state(id), "sent");
}

TEST_F(EngineSubmitBlockerTest, ACancelThatAGuardHoldsBackRefuses) {
  block();
  step(SuspendCancelling{true});
  const std::string id = submit(order(OnBlocker::Cancel));
  EXPECT_EQ(state(id), "refused");
  EXPECT_EQ(row(id).reason, "blocker_not_cancelled: suspended");
  EXPECT_TRUE(decisions.empty());
}

TEST_F(EngineSubmitBlockerTest, ACancelThatFailsRefuses) {
  block();
  const std::string id = submit(order(OnBlocker::Cancel));
  EngineHarness::run(10min, [this] {
    respond();
    while (count<CancelAction>() > 0) {
      answer(take<CancelAction>(), test::refusal(Verdict::GiveUp, Reason::Permission, 403));
    }
  });
  EXPECT_EQ(state(id), "refused");
  EXPECT_THAT(row(id).reason, testing::StartsWith("blocker_not_cancelled: permission"));
}

TEST_F(EngineSubmitBlockerTest, ACancelInProgressIsWaitedFor) {
  block();
  step(AskCancel{"eu", {"b1"}, "mine", {"bob", ""}});
  const std::string id = submit(order(OnBlocker::Cancel));
  EXPECT_EQ(state(id), "waiting");
  EXPECT_EQ(decisions.size(), 1U);
}

TEST_F(EngineSubmitBlockerTest, WhatTheApiNamesIsInTheWay) {
  start();
  const std::string id = submit(order(OnBlocker::Wait));
  StartAnswer busy;
  busy.outcome = test::refusal(Verdict::GiveUp, Reason::Rejected, 400);
  busy.busy = true;
  busy.blocker = ActionId{"b7"};
  answer_start(take<StartAction>(), busy);
  EXPECT_EQ(state(id), "waiting");
  EXPECT_EQ(row(id).blocked_by.value, "b7");
}

TEST_F(EngineSubmitBlockerTest, ThePendingActionOfSomebodyElseIsInTheWay) {
  start();
  const std::string id = submit(order(OnBlocker::Wait));
  answer_start(take<StartAction>(), add("b1", "m1"));
  EXPECT_EQ(state(id), "waiting");
  EXPECT_EQ(row(id).blocked_by.value, "b1");
  EXPECT_EQ(recorded().back(), "b1 null>Pending");
  end("b1", ActionStatus::Known::Succeeded);
  run(10s);
  EXPECT_EQ(count<StartAction>(), 1);
}

TEST_F(EngineSubmitBlockerTest, ManyLeaveWithinTheQuotaAndPollsContinue) {
  start();
  for (int i = 0; i < 50; ++i) submit(scan_of("m" + std::to_string(i)));
  std::vector<MonoTime> posts;
  MonoTime last_poll = now.mono;
  Duration longest{};
  EngineHarness::run(6min, [&] {
    if (count<ListActions>() > 0) {
      longest = std::max(longest, now.mono - last_poll);
      last_poll = now.mono;
    }
    respond();
    while (count<StartAction>() > 0) {
      const auto post = take<StartAction>();
      posts.push_back(now.mono);
      answer_start(post, make(post, "a" + std::to_string(posts.size())));
    }
  });
  ASSERT_EQ(posts.size(), 50U);
  EXPECT_LT(longest, 20s);
}

TEST_F(EngineSubmitBlockerTest, LiveResponsesHaveALimitOfTheirOwn) {
  start();
  run(1min);
  for (int i = 0; i < 15; ++i) {
    SubmissionOrder live = scan_of("m" + std::to_string(i));
    live.request = LiveResponse{{{LiveResponseCommand::Kind::RunScript, "a.ps1", ""}}};
    submit(live);
  }
  const std::string scan = submit(scan_of("m99"));
  EXPECT_EQ(state(scan), "sent") << "it does not wait for live responses";
  int posts = 0;
  EngineHarness::run(59s, [&] {
    respond();
    for (; count<StartAction>() > 0; ++posts) {
      const auto post = take<StartAction>();
      answer_start(post, make(post, "a" + std::to_string(posts)));
    }
  });
  EXPECT_LE(posts, 11);
  EXPECT_GT(posts, 3);
}

TEST_F(EngineSubmitBlockerTest,
       ACancelInProgressIsWaitedForAfterARestartWhileCancellingIsSuspended) {
  block();
  const std::string id = submit(order(OnBlocker::Cancel));
  run(1s);
  ASSERT_EQ(count<CancelAction>(), 1);
  answer(take<CancelAction>());
  step(SuspendCancelling{true});
  restart();
  run(10s);
  EXPECT_EQ(state(id), "waiting");
  end("b1", ActionStatus::Known::Cancelled);
  run(10s);
  EXPECT_EQ(state(id), "sent");
}

}  // namespace
}  // namespace mactiond::core

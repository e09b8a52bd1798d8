#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cancel_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kDay;
using test::open_action;
using test::refusal;

TEST_F(CancelFlowTest, DecidesRereadsPostsAndConfirms) {
  add("a1");
  run(1h - 1s);
  EXPECT_TRUE(decisions.empty());
  EXPECT_EQ(reads, 0);
  run(1s + 5ms);
  ASSERT_EQ(decisions.size(), 1U);
  EXPECT_EQ(reads, 1);
  EXPECT_EQ(only().state, Decision::State::Posted);
  EXPECT_EQ(only().by, DecidedBy(PolicyName{"stale-scans"}));
  const auto post = take<CancelAction>();
  EXPECT_EQ(post.action.value, "a1");
  EXPECT_EQ(post.comment, "stale-scans");
  EXPECT_EQ(recorded_of(EventType::CancelRequested), 0);
  answer(post);
  EXPECT_EQ(recorded_of(EventType::CancelRequested), 1);
  EXPECT_EQ(only().state, Decision::State::Accepted);
  set("a1", ActionStatus::Known::Cancelled);
  run(10s);
  EXPECT_EQ(only().state, Decision::State::Confirmed);
  EXPECT_EQ(recorded(), (std::vector<std::string>{"a1 null>Pending", "cancel.requested",
                                                  "a1 Pending>Cancelled", "cancel.confirmed"}));
}

TEST_F(CancelFlowTest, DecisionAndIntentAreWrittenBeforeTheirCalls) {
  add("a1");
  reads_answered = false;
  run(1h + 1s);
  ASSERT_EQ(count<GetAction>(), 1);
  EXPECT_EQ(only().state, Decision::State::Decided);
  EXPECT_EQ(count<CancelAction>(), 0);
  read();
  ASSERT_EQ(count<CancelAction>(), 1);
  ASSERT_EQ(last.decisions.size(), 1U);
  EXPECT_EQ(last.decisions.front().state, Decision::State::Posted);
  EXPECT_TRUE(last.decisions.front().unsure);
}

TEST_F(CancelFlowTest, AcceptedIsNotCancelled) {
  until_post();
  answer(take<CancelAction>());
  run(2h);
  EXPECT_EQ(only().state, Decision::State::Accepted);
  EXPECT_EQ(count<CancelAction>(), 0);
  set("a1", ActionStatus::Known::Succeeded);
  run(10s);
  EXPECT_EQ(only().state, Decision::State::Overtaken);
  EXPECT_EQ(only().outcome, "Succeeded");
  EXPECT_EQ(recorded_of(EventType::CancelOvertaken), 1);
}

TEST_F(CancelFlowTest, AnActionThatIsFinalAtTheRereadIsNotPosted) {
  add("a1");
  reads_answered = false;
  run(1h + 100ms);
  set("a1", ActionStatus::Known::Succeeded);
  read();
  EXPECT_EQ(count<CancelAction>(), 0);
  EXPECT_EQ(only().state, Decision::State::Overtaken);
}

TEST_F(CancelFlowTest, AnActionThatNoLongerMatchesAtTheRereadIsNotPosted) {
  policy().match.status = {"Pending"};
  add("a1");
  reads_answered = false;
  run(1h + 100ms);
  set("a1", ActionStatus::Known::InProgress);
  read();
  EXPECT_EQ(count<CancelAction>(), 0);
  EXPECT_EQ(only().state, Decision::State::Overtaken);
  EXPECT_EQ(only().outcome, "InProgress");
}

TEST_F(CancelFlowTest, ARereadThatIsOlderThanWhatIsKnownAllowsNoPost) {
  add("a1");
  set("a1", ActionStatus::Known::InProgress);
  reads_answered = false;
  run(1h + 100ms);
  const auto get = take<GetAction>();
  answer(get, open_action("a1"));
  EXPECT_EQ(count<CancelAction>(), 0);
  reads_answered = true;
  run(10s);
  EXPECT_EQ(count<CancelAction>(), 1);
}

TEST_F(CancelFlowTest, NoCancelBeforeACompleteSweepSinceTheStart) {
  add("a1");
  now.mono += 3h;
  now.wall += 3h;
  tick();
  give_token("token", 24h);
  answer(take<ListActions>(), {api.at("a1")});
  const auto sweep = take<ListActions>();
  pass(30s);
  EXPECT_TRUE(decisions.empty());
  answer(sweep, {api.at("a1")});
  run(5s);
  EXPECT_EQ(decisions.size(), 1U);
}

TEST_F(CancelFlowTest, ASweepByAClockThatWasWrongDoesNotCount) {
  add("a1");
  now.mono += 3h;
  now.wall += 3h;
  const auto ahead = [this] {
    while (count<FetchToken>() > 0) give_token("token", 24h);
    while (count<ListActions>() > 0) {
      const auto list = take<ListActions>();
      step(ActionsListed{list.id, {}, {}, 0, false, date() + 24h * 365});
    }
  };
  EngineHarness::run(5s, ahead);
  const auto polls_only = [this] {
    while (const auto poll = take_list(Query::Kind::ChangedSince)) {
      answer(*poll, {api.at("a1")});
    }
    while (count<GetAction>() > 0) read();
  };
  EngineHarness::run(30min, polls_only);
  EXPECT_TRUE(decisions.empty());
  run(5s);
  EXPECT_EQ(decisions.size(), 1U);
}

TEST_F(CancelFlowTest, ALimitHoldsTheNextCancelBackAndReportsOnceAnHour) {
  policy().max_per_hour = 1;
  add("a1");
  add("a2");
  run(1h + 10s);
  ASSERT_EQ(count<CancelAction>(), 1);
  answer(take<CancelAction>());
  run(59min);
  EXPECT_EQ(decisions.size(), 1U);
  EXPECT_EQ(recorded_of(EventType::CancelSuppressed), 1);
  run(2min);
  EXPECT_EQ(decisions.size(), 2U);
}

TEST_F(CancelFlowTest, ALimitHoldsOverARestart) {
  options.cancel.max_per_hour = 1;
  until_post();
  answer(take<CancelAction>());
  add("a2");
  restart(stored());
  run(30min);
  EXPECT_EQ(decisions.size(), 1U);
  EXPECT_EQ(recorded_of(EventType::CancelSuppressed), 1);
  run(31min);
  EXPECT_EQ(decisions.size(), 2U);
}

TEST_F(CancelFlowTest, ALimitHoldsOverAReboot) {
  options.cancel.max_per_hour = 1;
  until_post();
  answer(take<CancelAction>());
  add("a2");
  restart(stored());
  options.boot_id = "boot-2";
  now.mono = MonoTime(1min);
  run(30min);
  EXPECT_EQ(decisions.size(), 1U);
}

TEST_F(CancelFlowTest, ZeroSwitchesEverythingOff) {
  options.cancel.max_per_hour = 0;
  add("a1");
  run(2h);
  EXPECT_TRUE(decisions.empty());
  EXPECT_EQ(engine().status(now).cancelling, "off");
  step(AskCancel{"eu", {"a1"}, "by hand", "someone"});
  EXPECT_EQ(refused().guard, CancelGuard::Off);
}

TEST_F(CancelFlowTest, SuspendedHoldsAlsoWhatWasDecidedAndOverARestart) {
  add("a1");
  reads_answered = false;
  run(1h + 100ms);
  ASSERT_EQ(decisions.size(), 1U);
  step(SuspendCancelling{true});
  read();
  EXPECT_EQ(count<CancelAction>(), 0);
  reads_answered = true;
  restart(stored());
  run(1h);
  EXPECT_EQ(count<CancelAction>(), 0);
  EXPECT_EQ(engine().status(now).cancelling, "suspended");
  step(SuspendCancelling{false});
  run(5s);
  EXPECT_EQ(count<CancelAction>(), 1);
}

TEST_F(CancelFlowTest, AnOldRereadAllowsNoPost) {
  add("a1");
  reads_answered = false;
  run(1h + 100ms);
  pass(20s);
  fail(take<ListActions>(), refusal(Verdict::Retry, Reason::Throttled, 429, 5min));
  read();
  const int before = reads;
  reads_answered = true;
  run(4min);
  EXPECT_EQ(count<CancelAction>(), 0);
  run(2min);
  EXPECT_EQ(reads, before + 1);
  EXPECT_EQ(count<CancelAction>(), 1);
}

TEST_F(CancelFlowTest, ATypeThatIsReachedByAGlobOnlyIsNotCancelled) {
  policy().match.type = {"Un*"};
  api.insert_or_assign("a1", open_action("a1").type(ActionType::Known::Unisolate));
  run(2h);
  EXPECT_TRUE(decisions.empty());
}

TEST_F(CancelFlowTest, AMissingPermissionIsPermanentForTheTypeUntilResumed) {
  until_post();
  answer(take<CancelAction>(), refusal(Verdict::GiveUp, Reason::Permission, 403));
  // The token is old: its roles may be out of date, so a new one is tried first.
  run(5s);
  if (count<CancelAction>() == 1) {
    answer(take<CancelAction>(), refusal(Verdict::GiveUp, Reason::Permission, 403));
  }
  EXPECT_EQ(only().state, Decision::State::Failed);
  EXPECT_NE(only().outcome.find("Machine.Scan"), std::string::npos);
  add("a2");
  run(1h);
  EXPECT_EQ(decisions.size(), 1U);
  step(SuspendCancelling{false});
  run(5s);
  EXPECT_EQ(decisions.size(), 2U);
}

TEST_F(CancelFlowTest, ADryRunReportsOnceAlsoOverARestart) {
  policy().dry_run = true;
  add("a1");
  run(2h);
  EXPECT_EQ(recorded_of(EventType::ActionStale), 1);
  EXPECT_NE(events.back().fields.find("\"would_cancel\":true"), std::string::npos);
  restart(stored());
  run(1h);
  EXPECT_EQ(recorded_of(EventType::ActionStale), 1);
  EXPECT_TRUE(decisions.empty());
  set("a1", ActionStatus::Known::InProgress);
  run(10s);
  EXPECT_EQ(recorded_of(EventType::ActionStale), 2);
}

TEST_F(CancelFlowTest, AServerClockThatJumpsCancelsNothing) {
  add("a1");
  run(1min);
  // Answers of another server whose clock is a year ahead.
  const auto ahead = [this] {
    while (count<ListActions>() > 0) {
      const auto list = take<ListActions>();
      step(ActionsListed{list.id, {}, {api.at("a1")}, 0, false, date() + 24h * 365});
    }
    while (count<FetchToken>() > 0) give_token("token", 24h);
  };
  EngineHarness::run(1h + 30min, ahead);
  EXPECT_TRUE(decisions.empty());
}

TEST_F(CancelFlowTest, ALocalClockThatJumpsAnHourChangesNothing) {
  add("a1");
  run(10min);
  now.wall += 1h;
  run(40min);
  EXPECT_TRUE(decisions.empty());
  run(10min + 5s);
  EXPECT_EQ(count<CancelAction>(), 1);
}

TEST_F(CancelFlowTest, AnOperatorsCancelTakesTheSamePath) {
  api.insert_or_assign("a1", open_action("a1").type(ActionType::Known::Isolate));
  run(1min);
  step(AskCancel{"eu", {"none"}, "by hand", "someone"});
  EXPECT_TRUE(std::holds_alternative<NotFound>(*reply));
  step(AskCancel{"eu", {"a1"}, "by hand", {"alice (uid 1000)", "someone"}});
  ASSERT_TRUE(is_done(*reply));
  EXPECT_EQ(std::get<Done>(*reply).decision, only().id);
  step(AskCancel{"eu", {"a1"}, "by hand", "someone"});
  EXPECT_EQ(refused().guard, CancelGuard::UnderWay);
  EXPECT_EQ(refused().decision, only().id);
  run(1s);
  const auto post = take<CancelAction>();
  EXPECT_EQ(post.comment, "by hand");
  answer(post);
  constexpr std::string_view kBy = R"x("operator":"alice (uid 1000)","operator_note":"someone")x";
  EXPECT_NE(events.back().fields.find(kBy), std::string::npos) << events.back().fields;
  set("a1", ActionStatus::Known::Cancelled);
  run(10s);
  EXPECT_EQ(only().state, Decision::State::Confirmed);
}

TEST_F(CancelFlowTest, AVanishedActionEndsItsDecision) {
  until_post();
  answer(take<CancelAction>());
  api.clear();
  run(20min);
  EXPECT_EQ(only().state, Decision::State::Failed);
}

TEST_F(CancelFlowTest, ReportsThatALiveResponseHadCompletedCommands) {
  policy().match.type = {"LiveResponse"};
  api.insert_or_assign("a1", open_action("a1").type(ActionType::Known::LiveResponse));
  run(1h + 10s);
  answer(take<CancelAction>());
  MachineAction ended = open_action("a1")
                            .type(ActionType::Known::LiveResponse)
                            .in(ActionStatus::Known::Cancelled)
                            .updated(server());
  ended.document = R"({"commands":[{"commandStatus":"Completed"},{"commandStatus":"Created"}]})";
  api["a1"] = ended;
  run(10s);
  EXPECT_NE(events.back().fields.find("\"completed_commands\":1"), std::string::npos);
}

TEST_F(CancelFlowTest, AMassOfStaleActionsIsDecidedNoFasterThanItCanBePosted) {
  options.cancel.max_per_hour = 1000;
  for (int i = 0; i < 50; ++i) add("a" + std::to_string(100 + i));
  run(1h - 1s);
  std::map<std::string, MonoTime> decided;
  EngineHarness::run(3min, [this, &decided] {
    respond();
    for (const auto& [id, decision] : decisions) decided.emplace(id, now.mono);
    while (count<CancelAction>() > 0) {
      const auto post = take<CancelAction>();
      set(post.action.value, ActionStatus::Known::Cancelled);
      answer(post);
    }
  });
  for (const auto& [id, decision] : decisions) {
    ASSERT_TRUE(decision.posted) << id;
    EXPECT_LE(decision.posted->mono - decided.at(id), 3s);
  }
  EXPECT_GE(decisions.size(), 20U);
}

TEST_F(CancelFlowTest, AQuotaOfOneCallAtATimeStillCancels) {
  options.regions.front().quota.per_minute = 4;
  options.regions.front().quota.per_hour = 60;
  add("a1");
  run(2h);
  EXPECT_EQ(count<CancelAction>(), 1);
}

TEST_F(CancelFlowTest, TheLongestStaleGoesFirst) {
  options.cancel.max_per_hour = 1;
  add("b");
  api.insert_or_assign("a", open_action("a").created(kDay + 1min));
  api.insert_or_assign("c", open_action("c").created(kDay - 1min));
  now.wall += 2h;
  now.mono += 2h;
  run(1min);
  ASSERT_EQ(count<CancelAction>(), 1);
  EXPECT_EQ(take<CancelAction>().action.value, "c");
}

}  // namespace
}  // namespace mactiond::core

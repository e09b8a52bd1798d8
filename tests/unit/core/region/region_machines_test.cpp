#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/quota/token_bucket.hpp"
#include "core/region/held_pages.hpp"
#include "support/builders.hpp"
#include "support/engine_harness.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::ended_action;
using test::open_action;
using test::refusal;

using Texts = std::vector<std::string>;

std::string machine_id(char c) { return std::string(40, c); }

MachineAction on(MachineAction action, char machine = 'a') {
  action.machine_id = machine_id(machine);
  return action;
}

/// A region that says in events what is known of machines. It was polled once and showed nothing.
struct RegionMachines : testing::Test, test::EngineHarness {
  RegionMachines() { options.regions.front().enrich_machines = true; }

  /// The next poll shows these actions.
  void poll(const std::vector<MachineAction>& actions) {
    for (int i = 0; i < 100 && count<ListActions>() == 0; ++i) {
      set_mono(*engine().wake_at());
      tick();
    }
    list(actions);
  }
  void reply(char c = 'a', Texts tags = {"prod"}) {
    const auto call = take<AskApi>();
    EXPECT_EQ(std::get<MachineById>(call.question).id, machine_id(c));
    Machine machine;
    machine.id = machine_id(c);
    machine.rbac_group_name = "SOC";
    machine.tags = std::move(tags);
    machine.os_platform = "Linux";
    machine.health_status = "Active";
    step(QuestionAnswered{call.id, {}, Answer{machine}, date()});
  }
  void refuse(const Outcome& outcome) {
    const auto call = take<AskApi>();
    step(QuestionAnswered{call.id, outcome, {}, date()});
  }
  static SubmissionOrder order_of(char machine) {
    SubmissionOrder order;
    order.region = "eu";
    order.machine = machine_id(machine);
    order.request = RunScan{};
    order.comment = "look";
    order.by = {"alice (uid 1000)", ""};
    return order;
  }
  [[nodiscard]] Reply reply_to_operator() const { return EngineHarness::reply.value(); }
  [[nodiscard]] bool last_says(const std::string& text) const {
    return !events.empty() && events.back().fields.find(text) != std::string::npos;
  }
};

constexpr const char* kMember =
    R"("machine":{"rbacGroupName":"SOC","machineTags":["prod"],"osPlatform":"Linux",)"
    R"("healthStatus":"Active"})";

TEST_F(RegionMachines, AnEventWaitsForWhatIsKnownOfItsMachine) {
  begin();
  poll({on(open_action("a1"))});
  EXPECT_TRUE(recorded().empty());
  reply();
  EXPECT_EQ(recorded(), Texts{"a1 null>Pending"});
  EXPECT_TRUE(last_says(kMember)) << events.back().fields;
  EXPECT_EQ(events.back().subject.machine, (MachineMarks{"SOC", {"prod"}}));
  EXPECT_EQ(machines.at(machine_id('a')).facts.os_platform, "Linux");
}

TEST_F(RegionMachines, TheNextEventOfAKnownMachineWaitsForNothing) {
  begin();
  poll({on(open_action("a1"))});
  reply();
  poll({on(ended_action("a1", server()))});
  EXPECT_EQ(recorded(), (Texts{"a1 null>Pending", "a1 Pending>Succeeded"}));
  EXPECT_TRUE(last_says(kMember));
  EXPECT_EQ(count<AskApi>(), 0);
}

TEST_F(RegionMachines, NoEventWaitsLongerThanFiveSeconds) {
  begin();
  poll({on(open_action("a1")), on(open_action("a2"), 'b')});
  pass(1s);
  reply();
  pass(4s - 1ms);
  EXPECT_TRUE(recorded().empty());
  pass(1ms);
  EXPECT_EQ(recorded(), (Texts{"a1 null>Pending", "a2 null>Pending"}));
  EXPECT_FALSE(events.back().subject.machine);
  EXPECT_TRUE(events.front().subject.machine);
}

TEST_F(RegionMachines, WhatAPollMissedBecauseOfAHeldPageWaitsOnlyForWhatIsLeft) {
  begin();
  poll({on(open_action("a1"))});
  pass(5s);
  ASSERT_EQ(recorded().size(), 1U);
  ASSERT_GT(count<ListActions>(), 0) << "it was due four seconds ago";
  poll({on(open_action("a1")), on(open_action("a2"), 'b')});
  pass(options.regions.front().poll.min_interval);
  EXPECT_EQ(recorded().size(), 2U);
}

TEST_F(RegionMachines, WhatIsOlderThanWhatIsKnownWaitsForNothing) {
  begin();
  const MachineAction ended = on(ended_action("a1", server()));
  poll({ended});
  pass(5s);
  ASSERT_EQ(recorded(), Texts{"a1 null>Succeeded"});
  poll({on(open_action("a1"))});
  pass(30s);
  EXPECT_GT(count<ListActions>(), 0);
  const auto next = take<ListActions>();
  EXPECT_GT(next.send_by, now.mono - 26s) << "the page was not held";
  EXPECT_EQ(recorded().size(), 1U);
}

TEST_F(RegionMachines, AMachineWithMoreTagsThanAreKeptIsNotKnown) {
  begin();
  poll({on(open_action("a1"))});
  reply('a', Texts(17, std::string(1000, 'x')));
  EXPECT_EQ(recorded(), Texts{"a1 null>Pending"});
  EXPECT_FALSE(events.back().subject.machine);
  EXPECT_TRUE(machines.empty());
  EXPECT_EQ(log_entries_of("machine_facts_missing"), 1);
}

TEST_F(RegionMachines, AFailedCallIsMadeAgainWithinAMinuteOrSo) {
  begin();
  poll({on(open_action("a1"))});
  refuse(test::server_error());
  run(90s, [&] {
    while (count<ListActions>() > 0) list({on(open_action("a1"))});
    while (count<GetAction>() > 0) answer(take<GetAction>(), on(open_action("a1")));
  });
  reply();
}

TEST_F(RegionMachines, AnOrderThatIsAcceptedAsksForItsMachine) {
  options.submit.enabled = true;
  begin();
  step(AskSubmission{order_of('b')});
  ASSERT_TRUE(std::holds_alternative<SubmissionAccepted>(reply_to_operator()));
  pass(30s);
  reply('b');
}

TEST_F(RegionMachines, AnOrderThatIsRefusedCostsNoCall) {
  begin();
  step(AskSubmission{order_of('b')});
  ASSERT_TRUE(std::holds_alternative<Refused>(reply_to_operator()));
  pass(30s);
  EXPECT_EQ(count<AskApi>(), 0);
}

TEST_F(RegionMachines, WhatShowsNothingNewWaitsForNothing) {
  begin();
  poll({on(open_action("a1"))});
  pass(5s);
  ASSERT_EQ(recorded().size(), 1U);
  while (count<ListActions>() > 0) list({on(open_action("a1"))});
  poll({on(open_action("a1"))});
  pass(4s);
  EXPECT_GT(count<ListActions>(), 0) << "the next poll";
  EXPECT_EQ(recorded().size(), 1U);
  EXPECT_EQ(count<AskApi>(), 1);
}

TEST_F(RegionMachines, AHeldPageIsReadAgainAfterARestart) {
  begin();
  poll({on(open_action("a1"))});
  EXPECT_TRUE(stored_rows.empty()) << "nothing of it is stored before its event is";
  restart({});
  tick();
  give_token();
  list({on(open_action("a1"))});
  EXPECT_TRUE(recorded().empty());
  reply();
  list({on(open_action("a1"))});
  EXPECT_EQ(recorded(), Texts{"a1 null>Pending"});
}

TEST_F(RegionMachines, WhatIsHeldAtAStopIsRecorded) {
  begin();
  poll({on(open_action("a1"))});
  step(StopRequested{});
  EXPECT_EQ(recorded(), Texts{"a1 null>Pending"});
  EXPECT_EQ(stored_rows.size(), 1U);
  refuse(test::stopped());
}

TEST_F(RegionMachines, APageThatArrivesAfterAStopWaitsForNothing) {
  begin();
  for (int i = 0; i < 100 && count<ListActions>() == 0; ++i) pass(1s);
  step(StopRequested{});
  list({on(open_action("a1"))});
  EXPECT_EQ(recorded(), Texts{"a1 null>Pending"});
}

TEST_F(RegionMachines, FactsSurviveARestart) {
  begin();
  poll({on(open_action("a1"))});
  reply();
  restart({});
  tick();
  give_token();
  list({on(open_action("a2"))});
  EXPECT_EQ(recorded().size(), 2U) << "no call was needed";
  EXPECT_TRUE(last_says(kMember));
}

TEST_F(RegionMachines, ATransitionThatWasReadIsRecordedBeforeALaterReadOfTheAction) {
  begin();
  poll({on(open_action("a1"))});
  pass(5s);
  step(AskCancel{"eu", {"a1"}, "by hand", {}});
  const auto read = take<GetAction>();
  poll({on(open_action("a1").in(ActionStatus::Known::InProgress).updated(server()))});
  ASSERT_EQ(recorded(), Texts{"a1 null>Pending"}) << "it is held";
  set_mono(now.mono + 1s);
  answer(read, on(ended_action("a1", server())));
  EXPECT_EQ(recorded(), (Texts{"a1 null>Pending", "a1 Pending>InProgress",
                               "a1 InProgress>Succeeded", "cancel.overtaken"}));
}

TEST_F(RegionMachines, AReadOfOneActionWaitsForNothing) {
  begin();
  poll({on(open_action("a1"))});
  pass(5s);
  step(AskCancel{"eu", {"a1"}, "by hand", {}});
  ASSERT_EQ(count<GetAction>(), 1);
  answer(take<GetAction>(), on(ended_action("a1", server())));
  EXPECT_EQ(recorded(), (Texts{"a1 null>Pending", "a1 Pending>Succeeded", "cancel.overtaken"}));
}

TEST_F(RegionMachines, ARefusalIsLoggedOnceAndHoldsNothingUpAfterwards) {
  begin();
  poll({on(open_action("a1"))});
  refuse(refusal(Verdict::GiveUp, Reason::Permission, 403, {}, "Forbidden"));
  EXPECT_EQ(recorded(), Texts{"a1 null>Pending"});
  EXPECT_FALSE(events.back().subject.machine);
  for (char c = 'b'; c < 'f'; ++c) {
    pass(30s);
    while (count<ListActions>() > 0) list({});
    while (count<FetchToken>() > 0) give_token();
    poll({on(open_action("a1")), on(open_action(std::string(1, c)), c)});
    while (count<AskApi>() > 0) refuse(refusal(Verdict::GiveUp, Reason::Permission, 403));
  }
  EXPECT_EQ(log_entries_of("machine_facts_missing"), 1);
  EXPECT_EQ(log_entries_of("call_failed"), 0);
}

TEST_F(RegionMachines, OneThatIsNotFoundHoldsUpNothing) {
  begin();
  poll({on(open_action("a1"))});
  refuse(test::not_found());
  EXPECT_EQ(recorded(), Texts{"a1 null>Pending"});
  poll({on(ended_action("a1", server()))});
  EXPECT_EQ(recorded().size(), 2U);
  EXPECT_EQ(log_entries_of("machine_facts_missing"), 1);
}

TEST_F(RegionMachines, AThrottleHoldsNoEventUp) {
  int polls = 0;
  begin();
  poll({on(open_action("a1"))});
  refuse(test::throttled(60s));
  EXPECT_EQ(recorded(), Texts{"a1 null>Pending"})
      << "no call comes within the time that it may wait";
  for (polls = 0; polls < 500 && count<AskApi>() == 0; ++polls) poll({on(open_action("a1"))});
  EXPECT_LT(polls, 10);
  reply();
}

TEST_F(RegionMachines, TheirCallsLeaveWhatOthersNeed) {
  options.regions.front().quota.per_minute = 60;
  std::vector<MachineAction> many;
  for (int i = 0; i < 500; ++i) {
    MachineAction action = open_action("a" + std::to_string(1000 + i));
    action.machine_id = std::string(36, 'a') + std::to_string(1000 + i);
    many.push_back(action);
  }
  tick();
  give_token();
  int polls = 0;
  int calls = 0;
  run(10min, [&] {
    while (count<ListActions>() > 0) {
      ++polls;
      list(many);
    }
    while (count<GetAction>() > 0) answer(take<GetAction>(), open_action("a1000"));
    while (count<FetchToken>() > 0) give_token();
    while (count<AskApi>() > 0) {
      const auto call = take<AskApi>();
      ++calls;
      Machine machine;
      machine.id = std::get<MachineById>(call.question).id;
      step(QuestionAnswered{call.id, {}, Answer{machine}, date()});
    }
  });
  EXPECT_GT(calls, 20);
  EXPECT_GT(polls, 2 * calls) << "polls go first";
}

TEST_F(RegionMachines, NothingIsAskedForWhileItIsOff) {
  options.regions.front().enrich_machines = false;
  begin();
  poll({on(open_action("a1"))});
  EXPECT_EQ(recorded(), Texts{"a1 null>Pending"});
  EXPECT_EQ(count<AskApi>(), 0);
}

TEST_F(RegionMachines, AReloadThatSwitchesItOffLetsGoWhatIsHeld) {
  begin();
  poll({on(open_action("a1"))});
  options.regions.front().enrich_machines = false;
  take_step(engine().reconfigure(options, {}, now));
  EXPECT_EQ(recorded(), Texts{"a1 null>Pending"});
  reply();
  EXPECT_EQ(count<AskApi>(), 0);
  options.regions.front().enrich_machines = true;
  take_step(engine().reconfigure(options, {}, now));
  EXPECT_EQ(count<AskApi>(), 1) << "of the open action";
}

}  // namespace
}  // namespace mactiond::core

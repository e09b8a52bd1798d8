#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cancel_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::open_action;
using test::refusal;

const std::string kMachine(40, 'a');

/// A policy that keeps machines of the lab from the one that cancels, and the calls for machines.
class CancelMachineTest : public CancelFlowTest {
 protected:
  CancelMachineTest() {
    options.regions.front().enrich_machines = true;
    PolicyOptions lab;
    lab.name = "lab";
    lab.action = PolicyAction::Ignore;
    lab.match.machine_tag = {"lab"};
    options.policies.insert(options.policies.begin(), lab);
    MachineAction scan = open_action("a1");
    scan.machine_id = kMachine;
    api.insert_or_assign("a1", scan);
  }
  void answer_machine(std::vector<std::string> tags) {
    const auto call = take<AskApi>();
    Machine machine;
    machine.id = kMachine;
    machine.tags = std::move(tags);
    step(QuestionAnswered{call.id, {}, Answer{machine}, date()});
  }
  void refuse_machine() {
    const auto call = take<AskApi>();
    step(QuestionAnswered{call.id, refusal(Verdict::GiveUp, Reason::Permission, 403), {}, date()});
  }
};

TEST_F(CancelMachineTest, NothingIsCancelledWhileAnEarlierPolicyMayGovern) {
  run(1h + 1min);
  EXPECT_TRUE(decisions.empty());
  EXPECT_EQ(plan().verdict, PolicyVerdict::Hold);
  EXPECT_EQ(plan().guard, CancelGuard::MachineUnknown);
  while (count<AskApi>() > 0) refuse_machine();
  run(1min);
  EXPECT_TRUE(decisions.empty()) << "a refusal says nothing about the machine";
}

TEST_F(CancelMachineTest, TheLaterPolicyCancelsOnceTheMachineIsKnownNotToFit) {
  run(1h + 1min);
  answer_machine({"prod"});
  run(10s);
  ASSERT_EQ(count<CancelAction>(), 1);
  EXPECT_EQ(*only().policy(), "stale-scans");
}

TEST_F(CancelMachineTest, TheEarlierPolicyKeepsItFromTheOthers) {
  run(1h + 1min);
  answer_machine({"lab"});
  run(1h);
  EXPECT_TRUE(decisions.empty());
  EXPECT_EQ(plan().verdict, PolicyVerdict::Ignore);
}

TEST_F(CancelMachineTest, ADryRunSaysNothingBeforeTheMachineIsKnown) {
  options.policies.back().dry_run = true;
  run(1h + 1min);
  EXPECT_EQ(recorded_of(EventType::ActionStale), 0);
  answer_machine({});
  run(10s);
  EXPECT_EQ(recorded_of(EventType::ActionStale), 1);
}

TEST_F(CancelMachineTest, ADecisionWaitsWhereThePoliciesChangedMeanwhile) {
  const PolicyOptions lab = options.policies.front();
  options.policies.erase(options.policies.begin());
  reads_answered = false;
  run(1h + 1s);
  ASSERT_EQ(count<GetAction>(), 1);
  options.policies.insert(options.policies.begin(), lab);
  reload();
  reads_answered = true;
  run(30min);
  EXPECT_EQ(only().posts, 0);
  EXPECT_EQ(only().state, Decision::State::Decided) << "it is neither made nor given up";
  answer_machine({"prod"});
  run(11min);
  EXPECT_EQ(only().posts, 1);
}

TEST_F(CancelMachineTest, AnOperatorCancelsAllTheSame) {
  run(1min);
  step(AskCancel{"eu", {"a1"}, "by hand", "someone"});
  run(10s);
  EXPECT_EQ(count<CancelAction>(), 1);
}

TEST_F(CancelMachineTest, FactsThatAreTooOldAreForgotten) {
  run(1min);
  answer_machine({"lab"});
  run(26h);
  EXPECT_EQ(count<AskApi>(), 1) << "they are asked for again";
  EXPECT_TRUE(decisions.empty());
  EXPECT_EQ(plan().guard, CancelGuard::MachineUnknown);
}

TEST_F(CancelMachineTest, FactsCountNoLongerThanADay) {
  run(1min);
  answer_machine({"lab"});
  run(24h - 30s);
  EXPECT_EQ(plan().verdict, PolicyVerdict::Ignore);
  run(3min);
  EXPECT_EQ(plan().guard, CancelGuard::MachineUnknown);
}

TEST_F(CancelMachineTest, TheLaterPolicyCancelsAfterAnExceptionCameAndWent) {
  run(1h + 1min);
  answer_machine({"lab"});
  run(1h);
  ASSERT_TRUE(decisions.empty());
  run(19h + 10min);
  answer_machine({});
  run(10min);
  EXPECT_EQ(count<CancelAction>(), 1);
  EXPECT_EQ(decisions.size(), 1U);
}

}  // namespace
}  // namespace mactiond::core

#include "core/cancel/stale_watch.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "unit/core/cancel/policy_text.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using Status = ActionStatus::Known;
using Ids = std::vector<ActionId>;

const ActionId kA{"a"};
const ActionId kB{"b"};
const ActionId kC{"c"};

ActionFacts scan_of(Duration after_noon) {
  ActionFacts facts = scan();
  facts.created = kNoon + after_noon;
  return facts;
}

ActionFacts in(Status status, ActionFacts facts = scan()) {
  facts.status = status;
  return facts;
}

SharedPolicies shared(std::vector<PolicyOptions> policies) {
  return std::make_shared<const Policies>(std::move(policies));
}

TEST(StaleWatch, KeepsThePoliciesThatItPointsInto) {
  SharedPolicies policies = shared({stale_scans()});
  const std::weak_ptr<const Policies> former = policies;
  StaleWatch watch("eu", std::move(policies));
  watch.put(kA, scan());
  ASSERT_FALSE(former.expired());
  EXPECT_EQ(watch.governing(kA).policy->name, "stale-scans");
  watch.replace_policies(shared({named("another")}));
  EXPECT_TRUE(former.expired());
  EXPECT_EQ(watch.governing(kA).policy->name, "another");
}

TEST(StaleWatch, ReportsAnActionOnceAtTheTickItTurnsStale) {
  const SharedPolicies policies = shared({stale_scans()});
  StaleWatch watch("eu", policies);
  watch.put(kA, scan());
  EXPECT_EQ(watch.next(), kNoon + 6h);
  EXPECT_EQ(watch.due(kNoon + 6h - Duration(1)), Ids{});
  EXPECT_EQ(watch.due(kNoon + 6h), Ids{kA});
  EXPECT_EQ(watch.due(kNoon + 60h), Ids{});
  EXPECT_EQ(watch.next(), std::nullopt);
}

TEST(StaleWatch, ReportsTheLongestDueFirstAndTiesById) {
  const SharedPolicies policies = shared({stale_scans()});
  StaleWatch watch("eu", policies);
  watch.put(kC, scan_of(1s));
  watch.put(kB, scan_of(2s));
  watch.put(kA, scan_of(2s));
  EXPECT_EQ(watch.next(), kNoon + 6h + 1s);
  EXPECT_EQ(watch.due(kNoon + 7h), (Ids{kC, kA, kB}));
}

TEST(StaleWatch, KeepsItsActionsWhenItMoves) {
  // A vector of regions that grows moves them; had it copied, the queue would point at the dead.
  static_assert(!std::is_copy_constructible_v<StaleWatch>);
  const SharedPolicies policies = shared({stale_scans()});
  std::vector<StaleWatch> watches;
  for (const char* region : {"eu", "us", "uk"}) {
    StaleWatch watch(region, policies);
    watch.put(kA, scan());
    watch.put(kB, scan_of(1s));
    watches.push_back(std::move(watch));
  }
  watches.front().drop(kA);
  EXPECT_EQ(watches.front().due(kNoon + 7h), Ids{kB});
}

TEST(StaleWatch, LeavesAloneWhatNoPolicyGoverns) {
  PolicyOptions elsewhere = stale_scans();
  elsewhere.match.region = {"us"};
  const SharedPolicies policies = shared({elsewhere});
  StaleWatch watch("eu", policies);
  watch.put(kA, scan());
  EXPECT_EQ(watch.governing(kA).policy, nullptr);
  EXPECT_EQ(watch.due(kNoon + 24h), Ids{});
  EXPECT_EQ(watch.find(kA)->requestor, "ana@contoso.com");
}

TEST(StaleWatch, ForgetsADroppedAction) {
  const SharedPolicies policies = shared({stale_scans()});
  StaleWatch watch("eu", policies);
  watch.put(kA, scan());
  watch.drop(kA);
  watch.drop(kB);
  EXPECT_EQ(watch.next(), std::nullopt);
  EXPECT_EQ(watch.find(kA), nullptr);
  EXPECT_EQ(watch.size(), 0U);
}

TEST(StaleWatch, ReportsAnActionAgainInAnotherStatusButNotInAFormerOne) {
  const SharedPolicies policies = shared({stale_scans()});
  StaleWatch watch("eu", policies);
  watch.put(kA, scan());
  EXPECT_EQ(watch.due(kNoon + 6h), Ids{kA});
  watch.put(kA, in(Status::InProgress));
  EXPECT_EQ(watch.due(kNoon + 6h), Ids{kA});
  watch.put(kA, in(Status::Pending));
  EXPECT_EQ(watch.due(kNoon + 9h), Ids{});
}

TEST(StaleWatch, IsNotMovedByFactsThatChangeNothing) {
  const SharedPolicies policies = shared({stale_scans()});
  StaleWatch watch("eu", policies);
  watch.put(kA, scan());
  EXPECT_EQ(watch.due(kNoon + 6h), Ids{kA});
  watch.put(kA, scan());
  ActionFacts named = scan();
  named.computer_dns_name = "other";
  watch.put(kA, named);
  EXPECT_EQ(watch.due(kNoon + 9h), Ids{});
  EXPECT_EQ(watch.find(kA)->computer_dns_name, "other");
}

TEST(StaleWatch, FollowsTheLastUpdateWhereThePolicyCountsFromIt) {
  PolicyOptions policy = stale_scans();
  policy.stale_since = StaleSince::Updated;
  const SharedPolicies policies = shared({policy});
  StaleWatch watch("eu", policies);
  watch.put(kA, scan());
  ActionFacts touched = scan();
  touched.last_update = kNoon + 5h;
  watch.put(kA, touched);
  EXPECT_EQ(watch.due(kNoon + 7h), Ids{});
  EXPECT_EQ(watch.next(), kNoon + 11h);
}

TEST(StaleWatch, ComesUnderAnotherPolicyWhenItsFactsDo) {
  PolicyOptions servers = named("servers");
  servers.action = PolicyAction::Ignore;
  servers.match.computer = {"srv-*"};
  const SharedPolicies policies = shared({servers, stale_scans()});
  StaleWatch watch("eu", policies);
  ActionFacts nameless = scan();
  nameless.computer_dns_name.clear();
  watch.put(kA, nameless);
  EXPECT_EQ(watch.governing(kA).policy->name, "stale-scans");
  watch.put(kA, scan());
  EXPECT_EQ(watch.governing(kA).policy->name, "servers");
  EXPECT_EQ(watch.next(), std::nullopt);
}

TEST(StaleWatch, ReportsAHeldActionAgainNotBeforeItsTime) {
  const SharedPolicies policies = shared({stale_scans()});
  StaleWatch watch("eu", policies);
  watch.put(kA, scan());
  EXPECT_EQ(watch.due(kNoon + 6h), Ids{kA});
  watch.again(kA, kNoon + 7h);
  watch.again(kB, kNoon + 7h);
  EXPECT_EQ(watch.next(), kNoon + 7h);
  EXPECT_EQ(watch.due(kNoon + 7h - 1s), Ids{});
  EXPECT_EQ(watch.due(kNoon + 7h), Ids{kA});
  EXPECT_EQ(watch.due(kNoon + 8h), Ids{});
}

TEST(StaleWatch, DoesNotReportAHeldActionBeforeItIsStaleByItsFacts) {
  PolicyOptions policy = stale_scans();
  policy.stale_since = StaleSince::Updated;
  const SharedPolicies policies = shared({policy});
  StaleWatch watch("eu", policies);
  watch.put(kA, scan());
  watch.again(kA, kNoon);
  EXPECT_EQ(watch.next(), kNoon + 6h + 10min);
}

TEST(StaleWatch, KeepsAHoldOverFactsOfTheSameStatusOnly) {
  const SharedPolicies policies = shared({stale_scans()});
  StaleWatch watch("eu", policies);
  watch.put(kA, scan());
  EXPECT_EQ(watch.due(kNoon + 6h), Ids{kA});
  watch.again(kA, kNoon + 7h);
  ActionFacts renamed = scan();
  renamed.computer_dns_name = "other";
  watch.put(kA, renamed);
  EXPECT_EQ(watch.next(), kNoon + 7h);
  watch.put(kA, in(Status::InProgress, renamed));
  EXPECT_EQ(watch.next(), kNoon + 6h);
}

TEST(StaleWatch, DoesNotReportWhatIsMarkedAsReported) {
  const SharedPolicies policies = shared({stale_scans()});
  StaleWatch watch("eu", policies);
  watch.put(kA, scan());
  watch.mark_reported(kA);
  watch.mark_reported(kB);
  EXPECT_EQ(watch.due(kNoon + 24h), Ids{});
  watch.put(kA, in(Status::InProgress));
  EXPECT_EQ(watch.due(kNoon + 24h), Ids{kA});
}

TEST(StaleWatch, AReloadRecomputesEverything) {
  StaleWatch watch("eu", shared({stale_scans()}));
  watch.put(kA, scan());
  PolicyOptions sooner = stale_scans();
  sooner.stale_after = 1h;
  watch.replace_policies(shared({sooner}));
  EXPECT_EQ(watch.next(), kNoon + 1h);
  EXPECT_EQ(watch.due(kNoon + 1h), Ids{kA});
  watch.replace_policies(shared({}));
  EXPECT_EQ(watch.governing(kA).policy, nullptr);
  EXPECT_EQ(watch.due(kNoon + 24h), Ids{});
}

TEST(StaleWatch, AReloadReportsAgainOnlyWhatIsUnderAnotherPolicyOrNowCancelled) {
  PolicyOptions dry = stale_scans();
  dry.dry_run = true;
  const SharedPolicies first = shared({dry});
  StaleWatch watch("eu", first);
  watch.put(kA, scan());
  EXPECT_EQ(watch.due(kNoon + 6h), Ids{kA});
  const SharedPolicies same = shared({dry});
  watch.replace_policies(same);
  EXPECT_EQ(watch.due(kNoon + 6h), Ids{});
  const SharedPolicies armed = shared({stale_scans()});
  watch.replace_policies(armed);
  EXPECT_EQ(watch.due(kNoon + 6h), Ids{kA});
  const SharedPolicies other = shared({named("another")});
  watch.replace_policies(other);
  EXPECT_EQ(watch.due(kNoon + 6h), Ids{kA});
  watch.replace_policies(armed);
  EXPECT_EQ(watch.due(kNoon + 6h), Ids{});
}

TEST(StaleWatch, StaysSmallWhileAnActionChangesItsStatusForever) {
  const SharedPolicies policies = shared({stale_scans()});
  StaleWatch watch("eu", policies);
  for (int i = 0; i < 100; ++i) {
    ActionFacts facts = scan();
    facts.status = ActionStatus::parse("Odd" + std::to_string(i));
    watch.put(kA, facts);
    EXPECT_EQ(watch.due(kNoon + 6h), Ids{kA});
  }
  EXPECT_EQ(watch.size(), 1U);
}

TEST(StaleWatch, VisitsEachOpenActionWithItsPolicy) {
  const SharedPolicies policies = shared({stale_scans()});
  StaleWatch watch("eu", policies);
  watch.put(kA, scan());
  watch.put(kB, in(Status::InProgress));
  std::size_t seen = 0;
  watch.for_each([&](const ActionId& id, const ActionFacts& facts, const Governing& governing) {
    ++seen;
    EXPECT_EQ(facts.status, id == kA ? ActionStatus(Status::Pending) : Status::InProgress);
    EXPECT_EQ(governing.policy, policies->all().data());
  });
  EXPECT_EQ(seen, 2U);
}

TEST(StaleWatch, WhatWasDueIsDueAgainWhenItsPolicyGovernsAgain) {
  PolicyOptions lab = named("lab");
  lab.action = PolicyAction::Ignore;
  lab.match.machine_tag = {"lab"};
  StaleWatch watch("eu", shared({lab, stale_scans()}));
  watch.put(kA, scan());
  EXPECT_EQ(watch.due(kNoon + 7h), Ids{kA});
  watch.put_machine(scan().machine_id, MachineMarks{{}, {"lab"}});
  EXPECT_EQ(watch.due(kNoon + 7h), Ids{});
  watch.put_machine(scan().machine_id, MachineMarks{{}, {}});
  EXPECT_EQ(watch.due(kNoon + 7h), Ids{kA});
  EXPECT_EQ(watch.due(kNoon + 7h), Ids{});
}

TEST(StaleWatch, WhatWasDueIsDueAgainWhenItsMachineIsKnownAgain) {
  PolicyOptions servers = stale_scans();
  servers.match.machine_group = {"Servers"};
  StaleWatch watch("eu", shared({servers}));
  watch.put(kA, scan());
  watch.put_machine(scan().machine_id, MachineMarks{"Servers", {}});
  EXPECT_EQ(watch.due(kNoon + 7h), Ids{kA});
  watch.put_machine(scan().machine_id, std::nullopt);
  EXPECT_EQ(watch.governing(kA).policy, nullptr);
  watch.put_machine(scan().machine_id, MachineMarks{"Servers", {}});
  EXPECT_EQ(watch.due(kNoon + 7h), Ids{kA});
}

TEST(StaleWatch, WhatIsKnownOfAMachineCountsForAllItsActions) {
  PolicyOptions lab = named("lab");
  lab.action = PolicyAction::Ignore;
  lab.match.machine_tag = {"lab"};
  StaleWatch watch("eu", shared({lab, stale_scans()}));
  ActionFacts other = scan();
  other.machine_id = "another";
  watch.put(kA, scan());
  watch.put(kB, scan());
  watch.put(kC, other);
  ASSERT_NE(watch.governing(kA).rival, nullptr);
  watch.put_machine(scan().machine_id, MachineMarks{{}, {"lab"}});
  EXPECT_EQ(watch.governing(kA).policy->name, "lab");
  EXPECT_EQ(watch.governing(kB).policy->name, "lab");
  EXPECT_EQ(watch.governing(kC).policy->name, "stale-scans");
  EXPECT_NE(watch.governing(kC).rival, nullptr);
  EXPECT_EQ(watch.due(kNoon + 7h), Ids{kC});
  watch.put_machine(scan().machine_id, std::nullopt);
  EXPECT_EQ(watch.governing(kA).policy->name, "stale-scans");
  EXPECT_NE(watch.governing(kA).rival, nullptr);
  EXPECT_EQ(watch.due(kNoon + 7h), (Ids{kA, kB}));
}

}  // namespace
}  // namespace mactiond::core

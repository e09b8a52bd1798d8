#include "core/cancel/policy_explain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "unit/core/cancel/policy_text.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const ActionId kA{"a"};

std::optional<CancelGuard> free(const ActionId&, const PolicyOptions&, const ActionFacts&, bool) {
  return std::nullopt;
}

std::optional<CancelGuard> limited(const ActionId&, const PolicyOptions&, const ActionFacts&,
                                   bool) {
  return CancelGuard::PolicyLimit;
}

OpenActions open_actions(const StaleWatch& watch) {
  OpenActions open{watch.region(), {}};
  watch.for_each([&](const ActionId& id, const ActionFacts& facts, const Governing&) {
    open.actions.emplace_back(id, facts);
  });
  return open;
}

Explanation explained(const PolicyOptions& policy, const ActionFacts& facts,
                      std::optional<WallTime> now, const Guard& guard = free) {
  return explain(Policies({policy}), "eu", kA, facts, now, guard);
}

Explanation expected(PolicyVerdict verdict, const std::string& reason) {
  return {kA, scan().type, "stale-scans", verdict, kNoon + 6h, std::nullopt, reason};
}

TEST(Explain, SaysWhenNoPolicyFits) {
  EXPECT_EQ(explain(Policies(), "eu", kA, scan(), kNoon, free),
            (Explanation{kA, scan().type, {}, PolicyVerdict::None, {}, {}, "no policy fits"}));
}

TEST(Explain, SaysWhenThePolicyIgnores) {
  PolicyOptions policy = stale_scans();
  policy.action = PolicyAction::Ignore;
  const auto plan = explained(policy, scan(), kNoon + 9h);
  EXPECT_EQ(plan.verdict, PolicyVerdict::Ignore);
  EXPECT_EQ(plan.policy, "stale-scans");
  EXPECT_EQ(plan.stale_at, std::nullopt);
}

TEST(Explain, SaysWhenAnActionTurnsStale) {
  EXPECT_EQ(explained(stale_scans(), scan(), kNoon + 1h + 30min),
            expected(PolicyVerdict::Wait, "stale in 4h 30m"));
}

TEST(Explain, SaysWhatIsCancelledNowAndWhy) {
  EXPECT_EQ(explained(stale_scans(), scan(), kNoon + 6h),
            expected(PolicyVerdict::Cancel, "6h since its creation, the limit is 6h"));
}

TEST(Explain, CountsTheAgeFromTheStampOfThePolicy) {
  PolicyOptions policy = stale_scans();
  policy.stale_since = StaleSince::Updated;
  const auto plan = explained(policy, scan(), kNoon + 7h);
  EXPECT_EQ(plan.reason, "6h 50m since its last update, the limit is 6h");
}

TEST(Explain, DoesNotSayThatANotifyOrADryRunCancels) {
  PolicyOptions policy = stale_scans();
  policy.dry_run = true;
  EXPECT_EQ(explained(policy, scan(), kNoon + 6h, limited).verdict, PolicyVerdict::DryRun);
  policy.action = PolicyAction::Notify;
  EXPECT_EQ(explained(policy, scan(), kNoon + 6h, limited).verdict, PolicyVerdict::Notify);
}

TEST(Explain, NamesTheGuardThatHolds) {
  const auto plan = explained(stale_scans(), scan(), kNoon + 6h, limited);
  EXPECT_EQ(plan.verdict, PolicyVerdict::Hold);
  EXPECT_EQ(plan.guard, CancelGuard::PolicyLimit);
}

TEST(Explain, AsksTheGuardOnlyAboutACancel) {
  bool asked = false;
  const Guard guard = [&asked](const ActionId&, const PolicyOptions&, const ActionFacts&, bool) {
    asked = true;
    return std::optional<CancelGuard>();
  };
  EXPECT_EQ(explained(stale_scans(), scan(), kNoon, guard).verdict, PolicyVerdict::Wait);
  EXPECT_FALSE(asked);
}

TEST(Explain, SaysWhatIsNeverCancelled) {
  ActionFacts facts = scan();
  facts.status = ActionStatus::parse("Paused");
  const auto plan = explained(stale_scans(), facts, kNoon + 6h);
  EXPECT_EQ(plan.verdict, PolicyVerdict::Never);
  EXPECT_THAT(plan.reason, HasSubstr("\"Paused\" is unknown"));
  PolicyOptions policy = stale_scans();
  policy.action = PolicyAction::Notify;
  EXPECT_EQ(explained(policy, facts, kNoon + 6h).verdict, PolicyVerdict::Notify);
}

TEST(Explain, WaitsWhileTheServersTimeOrTheStampIsUnknown) {
  EXPECT_EQ(explained(stale_scans(), scan(), std::nullopt),
            expected(PolicyVerdict::Wait, "the API's time is not known yet"));
  ActionFacts facts = scan();
  facts.created.reset();
  const auto plan = explained(stale_scans(), facts, kNoon + 99h);
  EXPECT_EQ(plan.verdict, PolicyVerdict::Wait);
  EXPECT_EQ(plan.reason, "the API sent no usable time of its creation");
}

TEST(Explain, ListsWhatTurnsStaleFirstFirst) {
  const auto in_force = std::make_shared<const Policies>();
  StaleWatch watch("eu", in_force);
  ActionFacts later = scan();
  later.created = kNoon + 1s;
  ActionFacts never = scan();
  never.type = ActionType::Known::Isolate;
  watch.put(ActionId{"d"}, never);
  watch.put(ActionId{"c"}, never);
  watch.put(ActionId{"a"}, later);
  watch.put(ActionId{"e"}, scan());
  watch.put(ActionId{"b"}, scan());
  const auto policies = std::make_shared<const Policies>(std::vector<PolicyOptions>{stale_scans()});
  Options options;
  options.policies = {stale_scans()};
  PolicyTrial trial(options);
  const auto go_on = [] { return true; };
  ASSERT_TRUE(trial.match({open_actions(watch)}, go_on));
  const PolicyTrial::Governed* governed = &trial.governed("eu");
  const auto order = [&](std::size_t most, std::size_t more) {
    const auto all = explain_all(governed, watch, kNoon, free, most);
    EXPECT_EQ(all.more, more);
    EXPECT_EQ(all.actions[0], explain(*policies, "eu", ActionId{"b"}, scan(), kNoon, free));
    std::string ids;
    for (const Explanation& plan : all.actions) ids += plan.action.value;
    return ids;
  };
  EXPECT_EQ(order(5, 0), "beacd");
  EXPECT_EQ(order(4, 1), "beac");
  // One that came meanwhile was not matched.
  watch.put(ActionId{"0"}, scan());
  EXPECT_EQ(order(5, 0), "beacd");
  watch.drop(ActionId{"0"});
  watch.replace_policies(policies);
  governed = nullptr;
  EXPECT_EQ(order(5, 0), "beacd");
}

TEST(Explain, ATrialStopsWhenItIsAskedTo) {
  const auto in_force = std::make_shared<const Policies>();
  StaleWatch watch("eu", in_force);
  for (const char* id : {"a", "b", "c"}) watch.put(ActionId{id}, scan());
  Options options;
  options.policies = {stale_scans()};
  PolicyTrial trial(options);
  EXPECT_EQ(trial.pattern_count(), stale_scans().match.type.size());
  int asked = 0;
  EXPECT_FALSE(trial.match({open_actions(watch)}, [&] { return ++asked < 3; }));
  EXPECT_EQ(asked, 3);
  EXPECT_TRUE(trial.governed("us").empty());
}

PolicyOptions lab_first() {
  PolicyOptions policy = named("lab");
  policy.action = PolicyAction::Ignore;
  policy.match.machine_tag = {"lab"};
  return policy;
}

TEST(Explain, SaysThatAnEarlierPolicyGovernsIfTheMachineFits) {
  const Policies policies({lab_first(), stale_scans()});
  bool unknown = false;
  const Guard guard = [&unknown](const ActionId&, const PolicyOptions&, const ActionFacts&,
                                 bool machine_unknown) -> std::optional<CancelGuard> {
    unknown = machine_unknown;
    return CancelGuard::MachineUnknown;
  };
  Explanation plan = explain(policies, "eu", kA, scan(), kNoon + 6h, guard);
  EXPECT_TRUE(unknown);
  EXPECT_EQ(plan.verdict, PolicyVerdict::Hold);
  EXPECT_EQ(plan.guard, CancelGuard::MachineUnknown);
  EXPECT_THAT(plan.reason, HasSubstr("; lab governs it if the machine fits, which is not known"));
  ActionFacts facts = scan();
  facts.machine = MachineMarks{};
  plan = explain(policies, "eu", kA, facts, kNoon + 6h, free);
  EXPECT_EQ(plan.verdict, PolicyVerdict::Cancel);
  EXPECT_THAT(plan.reason, Not(HasSubstr("lab")));
}

TEST(Explain, ADryRunWaitsForTheMachineToo) {
  PolicyOptions later = stale_scans();
  later.dry_run = true;
  const Explanation plan =
      explain(Policies({lab_first(), later}), "eu", kA, scan(), kNoon + 6h, free);
  EXPECT_EQ(plan.verdict, PolicyVerdict::Hold);
  EXPECT_EQ(plan.guard, CancelGuard::MachineUnknown);
}

TEST(Explain, SaysThatTheOnlyPolicyThatMayFitNeedsTheMachine) {
  const Explanation plan = explain(Policies({lab_first()}), "eu", kA, scan(), kNoon + 6h, free);
  EXPECT_EQ(plan.verdict, PolicyVerdict::None);
  EXPECT_EQ(plan.reason, "no policy fits but perhaps lab: its machine is not known yet");
}

}  // namespace
}  // namespace mactiond::core

#include "core/cancel/policy.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "unit/core/cancel/policy_text.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using Status = ActionStatus::Known;
using Texts = std::vector<std::string>;
using Type = ActionType::Known;

bool fits(const PolicyMatch& match, const ActionFacts& facts, std::string_view region = "eu") {
  PolicyOptions policy;
  policy.match = match;
  return Policies({policy}).governing(region, facts).policy != nullptr;
}

struct Key {
  const char* name;
  Texts PolicyMatch::*globs;
  std::string ActionFacts::*value;  ///< nullptr: not a free text of the action
  const char* good;
  const char* bad;
};

const std::vector<Key> kKeys = {
    {"region", &PolicyMatch::region, nullptr, "E?", "us"},
    {"type", &PolicyMatch::type, nullptr, "run*", "Isolate"},
    {"status", &PolicyMatch::status, nullptr, "pending", "InProgress"},
    {"requestor", &PolicyMatch::requestor, &ActionFacts::requestor, "*@contoso.com", "bob@*"},
    {"request_source", &PolicyMatch::request_source, &ActionFacts::request_source, "publicapi",
     "Portal"},
    {"computer", &PolicyMatch::computer, &ActionFacts::computer_dns_name, "SRV-*", "wks-*"},
    {"comment", &PolicyMatch::comment, &ActionFacts::requestor_comment, "*scan", "*drill*"},
};

TEST(Policies, WithoutAKeyEverythingFits) {
  EXPECT_TRUE(fits({}, scan()));
  EXPECT_TRUE(fits({}, ActionFacts{}));
}

TEST(Policies, EachKeyAloneDecides) {
  for (const Key& key : kKeys) {
    SCOPED_TRACE(key.name);
    PolicyMatch match;
    match.*key.globs = {key.good};
    EXPECT_TRUE(fits(match, scan()));
    match.*key.globs = {key.bad};
    EXPECT_FALSE(fits(match, scan()));
    match.*key.globs = {key.bad, key.good};
    EXPECT_TRUE(fits(match, scan()));
  }
}

TEST(Policies, AllKeysMustFit) {
  PolicyMatch match;
  for (const Key& key : kKeys) match.*key.globs = {key.good};
  EXPECT_TRUE(fits(match, scan()));
  for (const Key& key : kKeys) {
    SCOPED_TRACE(key.name);
    PolicyMatch one_wrong = match;
    one_wrong.*key.globs = {key.bad};
    EXPECT_FALSE(fits(one_wrong, scan()));
  }
}

TEST(Policies, AnAbsentValueFitsOnlyAStar) {
  for (const Key& key : kKeys) {
    if (key.value == nullptr) continue;
    SCOPED_TRACE(key.name);
    ActionFacts facts = scan();
    (facts.*key.value).clear();
    PolicyMatch match;
    EXPECT_TRUE(fits(match, facts));
    match.*key.globs = {"?*"};
    EXPECT_FALSE(fits(match, facts));
    match.*key.globs = {"*"};
    EXPECT_TRUE(fits(match, facts));
  }
}

TEST(Policies, ACommentMayHoldAnyBytes) {
  ActionFacts facts = scan();
  facts.requestor_comment = "one\ntwo\0three \xff end"sv;
  PolicyMatch match;
  match.comment = {"one*three*end"};
  EXPECT_TRUE(fits(match, facts));
  match.comment = {"one"};
  EXPECT_FALSE(fits(match, facts));
}

TEST(Policies, TypesAndStatusesFitAsTheApiMeansThem) {
  ActionFacts facts = scan();
  facts.type = Type::LiveResponse;
  facts.status = Status::Cancelled;
  PolicyMatch match;
  match.type = {"live response"};
  match.status = {"Canceled"};
  EXPECT_TRUE(fits(match, facts));
}

TEST(Policies, UnknownTypesAndStatusesFitByTheirText) {
  ActionFacts facts = scan();
  facts.type = ActionType::parse("ContainDevice");
  facts.status = ActionStatus::parse("Waiting");
  PolicyMatch match;
  match.type = {"contain*"};
  match.status = {"wait???"};
  EXPECT_TRUE(fits(match, facts));
  match.type = {"Isolate", "Unknown"};
  EXPECT_FALSE(fits(match, facts));
}

TEST(Policies, TheFirstThatFitsGoverns) {
  PolicyOptions portal = named("portal");
  portal.match.request_source = {"Portal"};
  const Policies policies({portal, named("second"), named("third")});
  EXPECT_EQ(policies.governing("eu", scan()).policy->name, "second");
  ActionFacts facts = scan();
  facts.request_source = "Portal";
  EXPECT_EQ(policies.governing("eu", facts).policy->name, "portal");
  facts.type = Type::Isolate;
  EXPECT_EQ(policies.governing("eu", facts), Governing{});
  EXPECT_EQ(Policies().governing("eu", facts), Governing{});
}

PolicyOptions of_tag(const std::string& name, const std::string& tag) {
  PolicyOptions policy = named(name);
  policy.match.machine_tag = {tag};
  return policy;
}

TEST(Policies, FitByTheGroupAndOneTagOfAMachine) {
  ActionFacts facts = scan();
  facts.machine = MachineMarks{"SOC Europe", {"prod", "web"}};
  PolicyMatch match;
  match.machine_group = {"soc *"};
  EXPECT_TRUE(fits(match, facts));
  match.machine_tag = {"db", "we?"};
  EXPECT_TRUE(fits(match, facts));
  match.machine_tag = {"db"};
  EXPECT_FALSE(fits(match, facts));
  match.machine_tag = {"prod"};
  match.machine_group = {"SOC"};
  EXPECT_FALSE(fits(match, facts));
}

TEST(Policies, AMachineWithoutAGroupOrATagFitsOnlyAStar) {
  ActionFacts facts = scan();
  facts.machine = MachineMarks{};
  PolicyMatch match;
  match.machine_group = {"?*"};
  EXPECT_FALSE(fits(match, facts));
  match.machine_group = {"*"};
  EXPECT_TRUE(fits(match, facts));
  match.machine_tag = {"a*"};
  EXPECT_FALSE(fits(match, facts));
  match.machine_tag = {"**"};
  EXPECT_TRUE(fits(match, facts));
}

TEST(Policies, WhileAMachineIsNotKnownALaterPolicyHasARival) {
  const Policies policies({of_tag("first", "lab"), of_tag("second", "prod"), named("third")});
  ActionFacts facts = scan();
  EXPECT_EQ(policies.governing("eu", facts), (Governing{&policies.all()[2], &policies.all()[0]}));
  facts.machine = MachineMarks{{}, {"prod"}};
  EXPECT_EQ(policies.governing("eu", facts), (Governing{&policies.all()[1], nullptr}));
  facts.machine = MachineMarks{};
  EXPECT_EQ(policies.governing("eu", facts), (Governing{&policies.all()[2], nullptr}));
}

TEST(Policies, OnlyAPolicyThatOtherwiseFitsIsARival) {
  PolicyOptions portal = of_tag("portal", "lab");
  portal.match.request_source = {"Portal"};
  PolicyOptions any = of_tag("any", "*");
  const Policies policies({portal, any, of_tag("later", "lab")});
  EXPECT_EQ(policies.governing("eu", scan()), (Governing{&policies.all()[1], nullptr}))
      << "what fits every machine needs no facts, and what comes later is no rival";
  EXPECT_EQ(Policies({of_tag("only", "lab")}).governing("eu", scan()).policy, nullptr);
}

TEST(StaleAt, CountsFromTheStampThatThePolicyNames) {
  PolicyOptions policy = stale_scans();
  EXPECT_EQ(stale_at(policy, scan()), kNoon + 6h);
  policy.stale_since = StaleSince::Updated;
  EXPECT_EQ(stale_at(policy, scan()), kNoon + 6h + 10min);
}

TEST(StaleAt, IsNeverWithoutTheStamp) {
  PolicyOptions policy = stale_scans();
  ActionFacts facts = scan();
  facts.created.reset();
  EXPECT_EQ(stale_at(policy, facts), std::nullopt);
  policy.stale_since = StaleSince::Updated;
  facts = scan();
  facts.last_update.reset();
  EXPECT_EQ(stale_at(policy, facts), std::nullopt);
}

TEST(StaleAt, CountsFromFirstSightWhereTheStampIsMissing) {
  PolicyOptions policy = stale_scans();
  ActionFacts facts = scan();
  facts.created.reset();
  facts.first_seen = kNoon + 3h;
  EXPECT_EQ(stale_at(policy, facts), kNoon + 9h);
  policy.stale_since = StaleSince::Updated;
  facts.last_update.reset();
  EXPECT_EQ(stale_at(policy, facts), kNoon + 9h);
  facts.first_seen = WallTime(1h);
  EXPECT_EQ(stale_at(policy, facts), std::nullopt) << "by a clock that nobody had set";
}

TEST(StaleAt, IsNeverForAnIgnoredOrEndedAction) {
  PolicyOptions policy = stale_scans();
  ActionFacts ended = scan();
  ended.status = Status::TimeOut;
  EXPECT_EQ(stale_at(policy, ended), std::nullopt);
  policy.action = PolicyAction::Ignore;
  EXPECT_EQ(stale_at(policy, scan()), std::nullopt);
}

TEST(StaleAt, SurvivesAStampAtTheEndOfTime) {
  ActionFacts facts = scan();
  facts.created = WallTime::max();
  EXPECT_EQ(stale_at(stale_scans(), facts), std::nullopt);
}

std::string refusal(const PolicyOptions& policy, const ActionFacts& facts) {
  return never_cancelled(policy, facts).value_or("");
}

ActionFacts of_type(const ActionType& type) {
  ActionFacts facts = scan();
  facts.type = type;
  return facts;
}

PolicyOptions for_types(Texts types) {
  PolicyOptions policy = stale_scans();
  policy.match.type = std::move(types);
  return policy;
}

TEST(NeverCancelled, LetsAnOrdinaryTypePassByAGlob) {
  EXPECT_EQ(refusal(stale_scans(), scan()), "");
  EXPECT_EQ(refusal(for_types({"*scan"}), scan()), "");
}

TEST(NeverCancelled, IsWhateverAPolicyThatDoesNotCancelGoverns) {
  for (const auto action : {PolicyAction::Notify, PolicyAction::Ignore}) {
    PolicyOptions policy = stale_scans();
    policy.action = action;
    EXPECT_EQ(refusal(policy, scan()), "policy \"stale-scans\" does not cancel");
  }
}

TEST(NeverCancelled, IsAnEndedAction) {
  for (const auto status :
       {Status::Succeeded, Status::Failed, Status::TimeOut, Status::Cancelled}) {
    ActionFacts facts = scan();
    facts.status = status;
    EXPECT_NE(refusal(stale_scans(), facts).find("has ended"), std::string::npos);
  }
}

TEST(NeverCancelled, IsAnActionOfUnknownStatus) {
  ActionFacts facts = scan();
  facts.status = ActionStatus::parse("Paused");
  EXPECT_EQ(refusal(stale_scans(), facts), "status \"Paused\" is unknown to this version");
  facts.status = ActionStatus();
  EXPECT_NE(refusal(stale_scans(), facts), "");
}

TEST(NeverCancelled, IsAnythingUnderAPolicyThatNamesNoType) {
  EXPECT_NE(refusal(for_types({}), scan()), "");
}

TEST(NeverCancelled, AreTheGuardedTypesUnlessNamedInFull) {
  for (const ActionType& type :
       {ActionType(Type::Unisolate), ActionType(Type::UnrestrictCodeExecution),
        ActionType(Type::Offboard), ActionType::parse("ContainDevice"), ActionType()}) {
    SCOPED_TRACE(type.text());
    const std::string name(type.text());
    EXPECT_NE(refusal(for_types({"*"}), of_type(type)), "");
    EXPECT_NE(refusal(for_types({name + "*", "?" + name.substr(1)}), of_type(type)), "");
    EXPECT_NE(refusal(for_types({"RunAntiVirusScan"}), of_type(type)), "");
    EXPECT_EQ(refusal(for_types({"*", name}), of_type(type)), "");
  }
}

TEST(NeverCancelled, ANameCountsInAnyLetterCase) {
  EXPECT_EQ(refusal(for_types({"OFFBOARD"}), of_type(Type::Offboard)), "");
  EXPECT_EQ(refusal(for_types({"containdevice"}), of_type(ActionType::parse("ContainDevice"))), "");
}

TEST(FactsOf, TakesEachFieldFromItsOwn) {
  MachineAction action;
  action.type = Type::Isolate;
  action.status = Status::InProgress;
  action.machine_id = "m";
  action.computer_dns_name = "c";
  action.requestor = "r";
  action.requestor_comment = "rc";
  action.request_source = "rs";
  action.created = kNoon;
  action.last_update = kNoon + 1s;
  ActionFacts facts;
  facts.type = Type::Isolate;
  facts.status = Status::InProgress;
  facts.machine_id = "m";
  facts.computer_dns_name = "c";
  facts.requestor = "r";
  facts.requestor_comment = "rc";
  facts.request_source = "rs";
  facts.created = kNoon;
  facts.last_update = kNoon + 1s;
  EXPECT_EQ(facts_of(action), facts);
}

}  // namespace
}  // namespace mactiond::core

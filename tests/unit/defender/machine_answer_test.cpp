#include "defender/machine_answer.hpp"

#include <gmock/gmock.h>

#include <string>

#include "action/machine_query.hpp"
#include "base/iso_time.hpp"

namespace mactiond::defender {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kId(40, 'a');
const std::string kOther(40, 'b');

std::string object(const std::string& members, const std::string& id = kId) {
  return R"({"id":")" + id + '"' + (members.empty() ? "" : "," + members) + '}';
}

std::string list(const std::string& rows, const std::string& more = "") {
  return R"({"@odata.context":"c","value":[)" + rows + ']' + more + '}';
}

std::string long_text() { return '"' + std::string(1025, 'x') + '"'; }

TEST(MachineAnswer, HasWhatDecisionsAreMadeOn) {
  const auto machine = parse_machine(
      object(R"("@odata.context":"c","computerDnsName":"pc.contoso.com",)"
             R"("firstSeen":"2026-01-01T00:00:00Z","lastSeen":"2026-11-29T08:00:00.1234567Z",)"
             R"("osPlatform":"Windows11","osBuild":22631,"healthStatus":"Active",)"
             R"("onboardingStatus":"Onboarded","rbacGroupId":140,"rbacGroupName":"Servers",)"
             R"("machineTags":["vip",null,"prod"],"ipAddresses":[{"ipAddress":"10.1.2.3"}],)"
             R"("mergedIntoMachineId":")" +
             kOther + R"(","isPotentialDuplication":true,"new":{"a":[]})"));
  ASSERT_TRUE(machine);
  EXPECT_EQ(machine->id, kId);
  EXPECT_EQ(machine->computer_dns_name, "pc.contoso.com");
  EXPECT_EQ(machine->last_seen, parse_iso_time("2026-11-29T08:00:00.1234567Z"));
  EXPECT_EQ(machine->os_platform, "Windows11");
  EXPECT_EQ(machine->health_status, "Active");
  EXPECT_EQ(machine->onboarding_status, "Onboarded");
  EXPECT_EQ(machine->rbac_group_name, "Servers");
  EXPECT_THAT(machine->tags, ElementsAre("vip", "prod"));
  EXPECT_EQ(machine->merged_into, kOther);
  EXPECT_TRUE(machine->potential_duplicate);
}

TEST(MachineAnswer, AllButTheIdMayBeMissing) {
  Machine bare;
  bare.id = kId;
  for (const std::string& body :
       {object(""),
        object(R"("computerDnsName":null,"lastSeen":null,"machineTags":null,)"
               R"("mergedIntoMachineId":null,"isPotentialDuplication":null)"),
        object(R"("computerDnsName":7,"lastSeen":"soon",)"
               R"("onboardingStatus":[],"isPotentialDuplication":"true")")}) {
    const auto machine = parse_machine(body);
    ASSERT_TRUE(machine) << body;
    EXPECT_EQ(*machine, bare) << body;
  }
}

TEST(MachineAnswer, IsNothingWhereItIsNotSound) {
  std::string tags = R"("x")";
  for (int i = 0; i < 1000; ++i) tags += R"(,"x")";
  for (const std::string& body :
       {std::string("{}"), std::string("[]"), std::string("null"), object("", std::string(39, 'a')),
        object("", "../" + std::string(37, 'a')), object(R"("mergedIntoMachineId":7)"),
        object(R"("mergedIntoMachineId":{})"), object(R"("computerDnsName":)" + long_text()),
        object(R"("mergedIntoMachineId":)" + long_text()), object(R"("machineTags":"x")"),
        object(R"("machineTags":["vip",7])"), object(R"("machineTags":[)" + long_text() + ']'),
        object(R"("machineTags":[)" + tags + ']'),
        object(R"("x":")" + std::string(std::size_t{1} << 20U, 'x') + '"')}) {
    const auto machine = parse_machine(body);
    ASSERT_TRUE(machine.has_error()) << body.substr(0, 80);
    EXPECT_EQ(machine.error().code, Errc::UnexpectedDocument) << body.substr(0, 80);
  }
  const std::string deep = object(R"("x":)" + std::string(100, '[') + std::string(100, ']'));
  for (const std::string& body : {std::string(), std::string("<html>"), object("").substr(1),
                                  object("\"x\":\"\xff\""), object("") + '}', deep}) {
    const auto machine = parse_machine(body);
    ASSERT_TRUE(machine.has_error()) << body.substr(0, 80);
    EXPECT_EQ(machine.error().code, Errc::MalformedJson) << body.substr(0, 80);
  }
}

TEST(MachineAnswer, OfAListHasEveryMachine) {
  const MachineQuery query{MachineQuery::Kind::FirstLabel, "pc"};
  const auto page = parse_machines(list(object("") + ',' + object("", kOther)), query);
  ASSERT_TRUE(page);
  ASSERT_EQ(page->machines.size(), 2U);
  EXPECT_EQ(page->machines[1].id, kOther);
  EXPECT_EQ(page->query, query);
  EXPECT_TRUE(page->complete);
  const auto none = parse_machines(list(""), query);
  ASSERT_TRUE(none);
  EXPECT_THAT(none->machines, IsEmpty());
  EXPECT_TRUE(none->complete);
}

TEST(MachineAnswer, OfAListSaysWhetherThereAreMore) {
  std::string rows = object("");
  for (std::size_t i = 1; i < kMachinesMax; ++i) rows += ',' + object("");
  EXPECT_FALSE(parse_machines(list(rows), {})->complete);
  EXPECT_FALSE(
      parse_machines(list(object(""), R"(,"@odata.nextLink":"https://h/x")"), {})->complete);
}

TEST(MachineAnswer, OfAListIsNothingWhereOneMachineIsNotSound) {
  for (const std::string& body :
       {list(object("") + ",7"), list(object("") + ",null"), list(object("") + ",{}"),
        list(object("") + ',' + object("", "x")), std::string("{}"), std::string(R"({"value":{}})"),
        std::string(R"({"value":null})"), std::string("[]")}) {
    const auto page = parse_machines(body, {});
    ASSERT_TRUE(page.has_error()) << body;
    EXPECT_EQ(page.error().code, Errc::UnexpectedDocument) << body;
  }
}

TEST(AlertAnswer, LeadsToTheMachine) {
  const auto alert = parse_alert(R"({"id":"da1_-2","title":"t","machineId":")" + kId +
                                 R"(","computerDnsName":"pc.contoso.com","evidence":[]})");
  ASSERT_TRUE(alert);
  EXPECT_EQ(*alert, (MachineAlert{"da1_-2", kId, "pc.contoso.com"}));
}

TEST(AlertAnswer, MayHaveNoMachine) {
  const auto alert = parse_alert(R"({"id":"da1_2","machineId":null,"computerDnsName":null})");
  ASSERT_TRUE(alert);
  EXPECT_EQ(*alert, (MachineAlert{"da1_2", "", ""}));
}

TEST(AlertAnswer, IsNothingWhereItIsNotSound) {
  for (const std::string& body : {std::string("{}"), R"({"machineId":")" + kId + R"("})",
                                  std::string(R"({"id":"../x","machineId":null})"),
                                  std::string(R"({"id":"da1_2","machineId":"x/isolate"})"),
                                  R"({"id":"da1_2","computerDnsName":)" + long_text() + '}'}) {
    const auto alert = parse_alert(body);
    ASSERT_TRUE(alert.has_error()) << body;
    EXPECT_EQ(alert.error().code, Errc::UnexpectedDocument) << body;
  }
  EXPECT_EQ(parse_alert("<html>").error().code, Errc::MalformedJson);
}

}  // namespace
}  // namespace mactiond::defender

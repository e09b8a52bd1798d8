#include "sim/directory.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace mactiond::sim {
namespace {

using std::chrono::hours;

constexpr WallTime kNow{std::chrono::sys_days(std::chrono::year(2026) / 11 / 20)};
const std::string kA(40, 'a');
const std::string kB(40, 'b');
const std::string kC(40, 'c');

Machine named(const std::string& id, const std::string& name, Duration age = {}) {
  Machine machine;
  machine.id = id;
  machine.computer_dns_name = name;
  machine.last_seen = kNow - age;
  return machine;
}

std::string ids(const Directory& directory, const std::string& query) {
  const auto options = parse_list_options(query, kMachineWords);
  if (!options) return options.error().message;
  std::string out;
  for (const Machine* row : directory.list(*options).rows) out += row->id.substr(0, 1);
  return out;
}

TEST(Directory, MakesUpAMachineForAnIdThatLooksLikeOne) {
  Directory directory;
  const auto made = directory.get(kA, kNow);
  ASSERT_TRUE(made);
  EXPECT_EQ((*made)->computer_dns_name, "host-aaaaaa.contoso.com");
  EXPECT_EQ(directory.get("pc1", kNow).error().code, "ResourceNotFound");
  EXPECT_TRUE(directory.get("HOST-aaaaaa.contoso.com", kNow));
  directory.set_strict(true);
  EXPECT_FALSE(directory.get(kB, kNow));
}

TEST(Directory, KeepsARemovedMachineUnknown) {
  Directory directory;
  EXPECT_TRUE(directory.remove(kA, kNow));
  EXPECT_FALSE(directory.remove(kA, kNow));
  directory.learn(kA, "pc1", kNow);
  EXPECT_EQ(directory.get(kA, kNow).error().status, 404);
  directory.put(named(kA, "pc1"));
  EXPECT_TRUE(directory.get(kA, kNow));
}

TEST(Directory, FindsByNameTheMachineSeenLast) {
  Directory directory;
  directory.put(named(kA, "pc1.contoso.com", hours(30)));
  directory.put(named(kB, "pc1.contoso.com", hours(1)));
  directory.put(named(kC, "pc1.contoso.com", hours(2)));
  EXPECT_EQ((*directory.get("pc1.contoso.com", kNow))->id, kB);
}

TEST(Directory, ListsWhatAFilterOfMachinesNames) {
  Directory directory;
  directory.put(named(kA, "pc1.contoso.com"));
  directory.put(named(kB, "pc10.contoso.com"));
  Machine offboarded = named(kC, "srv.contoso.com", hours(48));
  offboarded.onboarding_status = "CanBeOnboarded";
  offboarded.rbac_group_id = 7;
  directory.put(offboarded);
  EXPECT_EQ(ids(directory, ""), "abc");
  EXPECT_EQ(ids(directory, "$filter=computerDnsName eq 'pc1.contoso.com'"), "a");
  EXPECT_EQ(ids(directory, "$filter=startswith(computerDnsName,'pc1')"), "ab");
  EXPECT_EQ(ids(directory, "$filter=onboardingStatus ne 'Onboarded' and rbacGroupId eq 7"), "c");
  EXPECT_EQ(ids(directory, "$filter=lastSeen ge 2026-11-19T00:00:00Z"), "ab");
  EXPECT_EQ(ids(directory, "$orderby=computerDnsName desc&$top=2"), "cb");
  EXPECT_EQ(ids(directory, "$skip=2"), "c");
  EXPECT_EQ(ids(directory, "$filter=status eq 'Pending'"),
            "Could not find a property named 'status' on type "
            "'microsoft.windowsDefenderATP.api.Machine'.");
}

TEST(Directory, RendersOnlyTheSelectedKeys) {
  Machine machine = named(kA, "pc1");
  machine.tags = {"vip", "a \"b\""};
  EXPECT_EQ(render(machine, {"computerDnsName", "rbacGroupId", "machineTags"}),
            R"({"computerDnsName":"pc1","rbacGroupId":0,"machineTags":["vip","a \"b\""]})");
}

TEST(Directory, LeadsFromAnAlertToItsMachine) {
  Directory directory;
  directory.put(named(kA, "pc1"));
  Alert alert;
  alert.id = "da1_-1";
  alert.machine_id = kA;
  directory.put(alert);
  EXPECT_EQ((*directory.machine_of_alert("da1_-1", kNow))->id, kA);
  EXPECT_NE(render(*directory.alert("da1_-1", kNow), *directory.get(kA, kNow))
                .find(R"("computerDnsName":"pc1")"),
            std::string::npos);
  EXPECT_TRUE(directory.machine_of_alert("da2_5", kNow));
  EXPECT_EQ(directory.alert("nothing", kNow).error().status, 404);
  directory.set_strict(true);
  EXPECT_EQ(directory.alert("da2_5", kNow).error().status, 404);
}

TEST(Directory, KnowsAlertsWithoutADevice) {
  Directory directory;
  Alert alert;
  alert.id = "da1_1";
  directory.put(alert);
  EXPECT_EQ(directory.machine_of_alert("da1_1", kNow).error().status, 404);
  const std::string text = render(*directory.alert("da1_1", kNow), nullptr);
  EXPECT_NE(text.find(R"("machineId":null,"computerDnsName":null)"), std::string::npos);
}

}  // namespace
}  // namespace mactiond::sim

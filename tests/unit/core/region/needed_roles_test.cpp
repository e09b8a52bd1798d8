#include "core/region/needed_roles.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace mactiond::core {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;

struct NeededRolesTest : testing::Test {
  NeededRolesTest() { region.name = "eu"; }

  PolicyOptions& cancels(std::vector<std::string> types) {
    PolicyOptions& policy = options.policies.emplace_back();
    policy.name = "p" + std::to_string(options.policies.size());
    policy.action = PolicyAction::Cancel;
    policy.match.type = std::move(types);
    return policy;
  }
  /// What does not work without each.
  std::map<std::string, std::vector<std::string>> needed() {
    std::map<std::string, std::vector<std::string>> rows;
    for (const NeededRole& row : needed_roles(options, region)) {
      EXPECT_TRUE(rows.emplace(row.role, row.lacks).second) << row.role << " is named twice";
    }
    return rows;
  }

  Options options;
  RegionOptions region;
};

TEST_F(NeededRolesTest, ARegionThatIsOnlyFollowedNeedsOne) {
  const auto rows = needed_roles(options, region);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].role, "Machine.ReadWrite.All");
  EXPECT_EQ(rows[0].instead, "Machine.Read.All");
  EXPECT_TRUE(has_role({"x", "Machine.Read.All"}, rows[0]));
  EXPECT_TRUE(has_role({"Machine.ReadWrite.All"}, rows[0]));
  EXPECT_FALSE(has_role({"Machine.Isolate", ""}, rows[0]));
}

TEST_F(NeededRolesTest, CancellingNeedsTheOneOfEachType) {
  cancels({"RunAntiVirusScan", "live response"});
  cancels({"RunAntiVirusScan", "StopAndQuarantineFile"});
  const auto rows = needed();
  EXPECT_THAT(rows, ElementsAre(Key("Machine.LiveResponse"), Key("Machine.ReadWrite.All"),
                                Key("Machine.Scan"), Key("Machine.StopAndQuarantine")));
  EXPECT_THAT(rows.at("Machine.Scan"), ElementsAre("policy p1 cannot cancel RunAntiVirusScan",
                                                   "policy p2 cannot cancel RunAntiVirusScan"));
}

TEST_F(NeededRolesTest, AGlobNeedsThoseOfTheTypesThatItMayCancel) {
  cancels({"*solate"});
  EXPECT_THAT(needed().at("Machine.Isolate"), ElementsAre("policy p1 cannot cancel Isolate"));
  cancels({"Unisolate"});
  EXPECT_THAT(needed().at("Machine.Isolate"),
              ElementsAre("policy p1 cannot cancel Isolate", "policy p2 cannot cancel Unisolate"));
}

TEST_F(NeededRolesTest, APolicyThatCancelsNothingHereNeedsNone) {
  cancels({"Isolate"}).dry_run = true;
  cancels({"Isolate"}).action = PolicyAction::Notify;
  cancels({"Isolate"}).match.region = {"us*"};
  cancels({"Isolate"}).max_per_hour = 0;
  cancels({"ResetBios", "RequestSample"});
  EXPECT_EQ(needed().size(), 1U);
  cancels({"Isolate"}).match.region = {"E*"};
  EXPECT_EQ(needed().size(), 2U);
  options.cancel.max_per_hour = 0;
  EXPECT_EQ(needed().size(), 1U);
}

TEST_F(NeededRolesTest, SubmissionsNeedTheOneOfEachTypeAndOfWhatIsFetched) {
  options.submit.types = {"Isolate", "CollectInvestigationPackage", "LiveResponse"};
  EXPECT_EQ(needed().size(), 1U) << "nothing is submitted";
  options.submit.enabled = true;
  const auto rows = needed();
  EXPECT_THAT(rows, ElementsAre(Key("Machine.CollectForensics"), Key("Machine.Isolate"),
                                Key("Machine.LiveResponse"), Key("Machine.ReadWrite.All")));
  EXPECT_THAT(rows.at("Machine.Isolate"), ElementsAre("Isolate cannot be submitted"));
  EXPECT_THAT(rows.at("Machine.ReadWrite.All"),
              ElementsAre(HasSubstr("followed"), HasSubstr("packages"), HasSubstr("results")));
}

TEST_F(NeededRolesTest, FactsOfMachinesNeedNoOtherOneThanTheRegion) {
  region.enrich_machines = true;
  EXPECT_THAT(needed().at("Machine.ReadWrite.All"),
              ElementsAre(HasSubstr("followed"), HasSubstr("machines")));
}

}  // namespace
}  // namespace mactiond::core

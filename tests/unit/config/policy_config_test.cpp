#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <string>
#include <vector>

#include "unit/config/config_text.hpp"

namespace mactiond::config {
namespace {

using namespace std::chrono_literals;
using core::PolicyAction;
using core::StaleSince;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Lines 8 to 11 are a policy that is right, the lines after it are tested.
std::string scans(const std::string& lines = "") {
  return region_text() + "[[policy]]\nname='scans'\naction='cancel'\nstale_after='6h'\n" + lines;
}

const std::string kScan = "match.type=['RunAntiVirusScan']\n";

// Two policies: the first has these lines from line 8 on, the second follows.
std::string two(const std::string& first, const std::string& second) {
  return region_text() + "[[policy]]\nname='a'\naction='notify'\nstale_after='1h'\n" + first +
         "[[policy]]\nname='b'\naction='notify'\nstale_after='1h'\n" + second;
}

TEST(PolicyConfig, FillsInEveryDefault) {
  const auto result = load(scans(kScan));
  ASSERT_EQ(all_problems(result), "");
  EXPECT_EQ(result.config.cancel.max_per_hour, 60);
  const auto& policy = result.config.policies.at(0);
  EXPECT_EQ(policy.name, "scans");
  EXPECT_EQ(policy.action, PolicyAction::Cancel);
  EXPECT_FALSE(policy.dry_run);
  EXPECT_EQ(policy.stale_after, 6h);
  EXPECT_EQ(policy.stale_since, StaleSince::Created);
  EXPECT_EQ(policy.max_per_hour, std::nullopt);
  EXPECT_EQ(policy.comment, "Cancelled by mactiond ({policy}): {status} for {age}");
  EXPECT_THAT(policy.match.type, ElementsAre("RunAntiVirusScan"));
  EXPECT_THAT(policy.match.computer, IsEmpty());
  EXPECT_EQ(load(region_text()).config.policies.size(), 0U);
}

TEST(PolicyConfig, ReadsEveryOption) {
  const auto result = load(region_text() +
                           "[cancel]\nmax_per_hour=7\n"
                           "[[policy]]\nname='p'\naction='cancel'\ndry_run=true\n"
                           "stale_after='500ms'\nstale_since='updated'\nmax_per_hour=0\n"
                           "comment='{action_id}'\n[policy.match]\nregion=['e?']\n"
                           "type=['Offboard','*Scan']\nstatus=['inprogress']\n"
                           "requestor=['a*']\nrequest_source=['Portal']\ncomputer=['c*']\n"
                           "comment=['*x*']\n"
                           "[[policy]]\nname='q'\naction='ignore'\n");
  ASSERT_EQ(all_problems(result), "");
  EXPECT_EQ(result.config.cancel.max_per_hour, 7);
  ASSERT_EQ(result.config.policies.size(), 2U);
  const auto& policy = result.config.policies[0];
  EXPECT_TRUE(policy.dry_run);
  EXPECT_EQ(policy.stale_after, 500ms);
  EXPECT_EQ(policy.stale_since, StaleSince::Updated);
  EXPECT_EQ(policy.max_per_hour, 0);
  EXPECT_EQ(policy.comment, "{action_id}");
  EXPECT_THAT(policy.match.region, ElementsAre("e?"));
  EXPECT_THAT(policy.match.type, ElementsAre("Offboard", "*Scan"));
  EXPECT_THAT(policy.match.status, ElementsAre("inprogress"));
  EXPECT_THAT(policy.match.requestor, ElementsAre("a*"));
  EXPECT_THAT(policy.match.request_source, ElementsAre("Portal"));
  EXPECT_THAT(policy.match.computer, ElementsAre("c*"));
  EXPECT_THAT(policy.match.comment, ElementsAre("*x*"));
  EXPECT_EQ(result.config.policies[1].action, PolicyAction::Ignore);
}

TEST(PolicyConfig, NotifyAndIgnoreMayTakeAnyType) {
  EXPECT_EQ(all_problems(load(region_text() +
                              "[[policy]]\nname='a'\naction='notify'\nstale_after='1h'\n"
                              "match.type=['U*']\n[[policy]]\nname='b'\naction='ignore'\n")),
            "");
}

TEST(PolicyConfig, AcceptsGuardedTypesThatAreNamed) {
  EXPECT_EQ(all_problems(load(scans("match.type=['unisolate','UnrestrictCodeExecution',"
                                    "'Offboard','Run*']\n"))),
            "");
}

/// One thing to warn of in a text that is right otherwise.
struct Row {
  std::string name;
  std::string text;
  std::string place;  ///< of the one problem
  std::string words;  ///< in its message
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

std::vector<Row> warnings() {
  const std::string eu = "match.region=['eu']\n";
  return {
      {"TypeUnknown", scans("match.type=['RunAntiVirusScann']\n"), "12:13",
       "did you mean RunAntiVirusScan?"},
      {"StatusUnknown", scans(kScan + "match.status=['Pendign']\n"), "13:15",
       "did you mean Pending?"},
      {"StatusFinal", scans(kScan + "match.status=['Failed']\n"), "13:15",
       "fits none of Pending, InProgress"},
      {"RegionUnknown", scans(kScan + "match.region=['us']\n"), "13:15", "\"us\" fits no region"},
      {"RegionMisspelled", scans(kScan + "match.region=['ue']\n"), "13:15", "did you mean eu?"},
      {"Repeated", scans("match.type=['Isolate','isolate']\n"), "12:23",
       "policy.match.type: \"isolate\" is in the list already"},
      {"DryRunOfNotify", two("dry_run=true\nmatch.type=['Isolate']\n", ""), "12:9",
       "policy.dry_run: has no effect"},
      {"LimitOfNotify", two("max_per_hour=1\nmatch.type=['Isolate']\n", ""), "12:14",
       "policy.max_per_hour: has no effect"},
      {"LimitAboveAll", scans(kScan + "max_per_hour=61\n"), "13:14",
       "cancel.max_per_hour = 60, is lower"},
      {"ShadowedByAll", two("", kScan), "12:1",
       "policy: \"b\" never governs: \"a\" in line 8 comes before it"},
      {"ShadowedByTheSame", two(kScan, kScan), "13:1", "\"b\" never governs"},
      {"ShadowedByAGlob", two("match.computer=['srv-*']\n", "match.computer=['srv-0?','SRV-x']\n"),
       "13:1", "\"b\" never governs"},
      {"ShadowedByMore", two("match.type=['Isolate','RunAntiVirusScan']\n", kScan + eu), "13:1",
       "\"b\" never governs"},
      {"ShadowedByTheOnlyRegion", two(eu, ""), "13:1", "\"b\" never governs"},
  };
}

class DoubtfulPolicy : public testing::TestWithParam<Row> {};

TEST_P(DoubtfulPolicy, IsWarnedOfAtItsPlace) {
  const Row& row = GetParam();
  const auto result = load(row.text);
  EXPECT_TRUE(result.ok());
  ASSERT_EQ(result.problems.size(), 1U) << all_problems(result);
  const Problem& problem = result.problems[0];
  EXPECT_EQ(std::to_string(problem.place.line) + ':' + std::to_string(problem.place.column),
            row.place)
      << problem.text();
  EXPECT_THAT(problem.message, HasSubstr(row.words));
  EXPECT_THAT(problem.text(), HasSubstr(": warning: "));
}

std::string name_of(const testing::TestParamInfo<Row>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Policies, DoubtfulPolicy, testing::ValuesIn(warnings()), name_of);

// Each second policy governs something that the first does not.
TEST(PolicyConfig, DoesNotCallAPolicyShadowedThatIsNot) {
  for (const auto& [first, second] : std::vector<std::pair<std::string, std::string>>{
           {kScan, ""},
           {"match.type=['*']\nmatch.status=['Pending']\n", kScan},
           {"match.requestor=['?*']\n", "match.requestor=['*']\n"},
           {"match.requestor=['?*']\n", ""},
           {"match.computer=['srv-?']\n", "match.computer=['srv-*']\n"},
           {"match.computer=['a*']\n", "match.computer=['a1','b1']\n"},
           {"match.request_source=['Portal']\n", "match.request_source=['PublicApi']\n"},
           {"match.comment=['*a*']\n", "match.comment=['*b*']\n"}}) {
    EXPECT_EQ(all_problems(load(two(first, second))), "") << first << second;
  }
}

TEST(PolicyConfig, DoesNotCallAPolicyOfAnotherRegionShadowed) {
  std::string us = region_text();
  us.replace(us.find("\"eu\""), 4, "\"us\"");
  us.replace(us.find("1111"), 4, "3333");
  EXPECT_EQ(all_problems(load(us + two("match.region=['us']\n", "match.region=['eu']\n"))), "");
  EXPECT_EQ(all_problems(load(us + two("match.region=['us']\n", ""))), "");
  EXPECT_THAT(all_problems(load(us + two("match.region=['us','e*']\n", ""))),
              HasSubstr("never governs"));
}

TEST(PolicyConfig, RefusesMoreThan256) {
  std::string text = region_text();
  for (int i = 0; i < 257; ++i) {
    text += "[[policy]]\nname='p" + std::to_string(i) + "'\naction='ignore'\nmatch.computer=['c" +
            std::to_string(i) + "']\n";
  }
  const auto result = load(text);
  ASSERT_EQ(result.problems.size(), 1U);
  EXPECT_EQ(result.problems[0].place.line, 8U + 256U * 4U);
  EXPECT_THAT(result.problems[0].message, HasSubstr("at most 256 policies"));
}

TEST(PolicyConfig, HasAtMostFiveThousandPatterns) {
  const auto computers = [](int count, const std::string& name = "db") {
    std::string list = "match.computer=[";
    for (int i = 0; i < count; ++i) list += "'*" + name + '-' + std::to_string(i) + "',";
    return list + "]\n";
  };
  EXPECT_EQ(
      all_problems(load(two(computers(2500, "web"), computers(2499) + "match.type=['Isolate']\n"))),
      "");
  const auto result = load(two(computers(2500), computers(2500) + "match.type=['Isolate']\n"));
  ASSERT_EQ(result.problems.size(), 1U);
  EXPECT_EQ(result.problems[0].place.line, 13U);
  EXPECT_THAT(result.problems[0].message, HasSubstr("at most 5000 patterns"));
}

}  // namespace
}  // namespace mactiond::config

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "unit/config/config_text.hpp"

namespace mactiond::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kOn = "[enrich]\nmachine=true\n";

std::string policy(const std::string& match) {
  return "[[policy]]\nname='a'\naction='notify'\nstale_after='1h'\n" + match;
}

std::string webhook(const std::string& filter) {
  return "[[webhook]]\nname='soc'\nurl='https://a.example/'\n" + filter;
}

std::string syslog(const std::string& filter) {
  return "[[syslog]]\nname='siem'\naddress='a.example:6514'\n" + filter;
}

TEST(EnrichConfig, IsOffUnlessAskedFor) {
  const auto off = load(region_text());
  EXPECT_TRUE(off.ok()) << all_problems(off);
  EXPECT_FALSE(off.config.enrich.machine);
  const auto on = load(region_text() + kOn);
  EXPECT_TRUE(on.ok()) << all_problems(on);
  EXPECT_TRUE(on.config.enrich.machine);
  EXPECT_THAT(print(on, Printed::All), HasSubstr("[enrich]\nmachine = true  # "));
}

TEST(EnrichConfig, LetsPoliciesAndFiltersMatchMachines) {
  const auto result = load(
      region_text() + kOn + policy("match.machine_group=['SOC *']\nmatch.machine_tag=['lab']\n") +
      webhook("filter.machine_group=['SOC *']\nfilter.machine_tag=['prod','web?']\n") +
      syslog("filter.machine_tag=['prod']\n"));
  ASSERT_TRUE(result.ok()) << all_problems(result);
  EXPECT_THAT(result.problems, IsEmpty());
  EXPECT_THAT(result.config.policies[0].match.machine_group, ElementsAre("SOC *"));
  EXPECT_THAT(result.config.policies[0].match.machine_tag, ElementsAre("lab"));
  EXPECT_THAT(result.config.webhooks[0].core.filter.machine_group, ElementsAre("SOC *"));
  EXPECT_THAT(result.config.webhooks[0].core.filter.machine_tag, ElementsAre("prod", "web?"));
  EXPECT_THAT(result.config.syslogs[0].filter.machine_tag, ElementsAre("prod"));
}

TEST(EnrichConfig, RefusesKeysOfMachinesWithoutIt) {
  for (const std::string& off : {std::string(), std::string("[enrich]\nmachine=false\n")}) {
    const auto result =
        load(region_text() + off + policy("match.machine_tag=['lab']\n") +
             webhook("filter.machine_group=['SOC']\n") + syslog("filter.machine_tag=['prod']\n"));
    EXPECT_FALSE(result.ok());
    const std::string problems = all_problems(result);
    for (const char* key : {"policy.match.machine_tag", "webhook.filter.machine_group",
                            "syslog.filter.machine_tag"}) {
      EXPECT_THAT(problems, HasSubstr(std::string(": ") + key +
                                      ": nothing is known of machines: write machine = true in "
                                      "[enrich]"));
    }
  }
}

TEST(EnrichConfig, AnEmptyListAsksForNothing) {
  const auto result =
      load(region_text() + policy("match.machine_tag=[]\n") + webhook("filter.machine_group=[]\n"));
  EXPECT_TRUE(result.ok()) << all_problems(result);
}

TEST(EnrichConfig, SaysOnceWhatIsWrongWithTheSwitch) {
  const auto result =
      load(region_text() + "[enrich]\nmachine='yes'\n" + policy("match.machine_tag=['lab']\n"));
  EXPECT_FALSE(result.ok());
  ASSERT_EQ(result.problems.size(), 1U) << all_problems(result);
  EXPECT_THAT(all_problems(result), HasSubstr("enrich.machine"));
}

TEST(EnrichConfig, APolicyIsNotShadowedByOneOfOtherMachines) {
  const auto result = load(region_text() + kOn + policy("match.machine_tag=['lab']\n") +
                           "[[policy]]\nname='b'\naction='notify'\nstale_after='1h'\n" +
                           "[[policy]]\nname='c'\naction='ignore'\nmatch.machine_group=['x']\n");
  EXPECT_TRUE(result.ok());
  EXPECT_THAT(all_problems(result), HasSubstr("\"c\" never governs: \"b\""));
  ASSERT_EQ(result.problems.size(), 1U) << all_problems(result);
}

TEST(EnrichConfig, WarnsOfRepeatedTags) {
  const auto result = load(region_text() + kOn + policy("match.machine_tag=['lab','LAB']\n"));
  EXPECT_THAT(all_problems(result), HasSubstr("\"LAB\" is in the list already"));
}

}  // namespace
}  // namespace mactiond::config

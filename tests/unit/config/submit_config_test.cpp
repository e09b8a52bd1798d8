#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "unit/config/config_text.hpp"

namespace mactiond::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(SubmitConfig, IsOffByDefault) {
  const auto result = load(region_text());
  ASSERT_EQ(all_problems(result), "");
  const auto& submit = result.config.submit;
  EXPECT_FALSE(submit.enabled);
  EXPECT_THAT(submit.types, ElementsAre("RunAntiVirusScan", "CollectInvestigationPackage"));
  EXPECT_EQ(submit.max_per_hour, 60);
  EXPECT_THAT(submit.link_hosts, IsEmpty());
  EXPECT_EQ(submit.send_within, 15min);
}

TEST(SubmitConfig, ReadsEveryOption) {
  const auto result = load(region_text() +
                           "[submit]\nenabled=true\ntypes=['Isolate','Offboard']\nmax_per_hour=7\n"
                           "link_hosts=['files.example','*.blob.example']\n"
                           "send_within='90s'\n");
  ASSERT_EQ(all_problems(result), "");
  const auto& submit = result.config.submit;
  EXPECT_TRUE(submit.enabled);
  EXPECT_THAT(submit.types, ElementsAre("Isolate", "Offboard"));
  EXPECT_EQ(submit.max_per_hour, 7);
  EXPECT_THAT(submit.link_hosts, ElementsAre("files.example", "*.blob.example"));
  EXPECT_EQ(submit.send_within, 90s);
}

TEST(SubmitConfig, TakesEveryTypeThatCanBeStarted) {
  const auto result = load(region_text() +
                           "[submit]\ntypes=['CollectInvestigationPackage','Isolate','Unisolate',"
                           "'RestrictCodeExecution','UnrestrictCodeExecution','RunAntiVirusScan',"
                           "'Offboard','StopAndQuarantineFile','LiveResponse']\n");
  EXPECT_EQ(all_problems(result), "");
  EXPECT_EQ(result.config.submit.types.size(), 9U);
}

TEST(SubmitConfig, WarnsOfWhatIsInAListTwice) {
  const auto types = load(region_text() + "[submit]\ntypes=['Isolate','Isolate']\n");
  EXPECT_THAT(
      all_problems(types),
      HasSubstr("test.toml:9:18: warning: submit.types: \"Isolate\" is in the list already"));
  EXPECT_THAT(types.config.submit.types, ElementsAre("Isolate"));
  const auto hosts = load(region_text() + "[submit]\nlink_hosts=['a.example','A.example']\n");
  EXPECT_THAT(all_problems(hosts), HasSubstr("\"A.example\" is in the list already"));
  EXPECT_THAT(hosts.config.submit.link_hosts, ElementsAre("a.example"));
}

TEST(SubmitConfig, IsPrintedAsItWasRead) {
  const auto first = load(region_text() +
                          "[submit]\nenabled=true\ntypes=['Isolate']\nmax_per_hour=0\n"
                          "link_hosts=['*.blob.example']\nsend_within='2h'\n");
  ASSERT_EQ(all_problems(first), "");
  const std::string printed = print(first, Printed::All);
  EXPECT_THAT(printed, HasSubstr("[submit]\nenabled = true  # "));
  EXPECT_THAT(printed, HasSubstr("\ntypes = [\"Isolate\"]  # "));
  EXPECT_THAT(printed, HasSubstr("\nlink_hosts = [\"*.blob.example\"]  # "));
  EXPECT_THAT(printed, HasSubstr("\nsend_within = \"2h\"  # "));
}

}  // namespace
}  // namespace mactiond::config

// Options of receivers that act together with their format.

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

LoadResult with_webhook(const std::string& lines) {
  return load(region_text() + "[[webhook]]\nname='chat'\nurl='https://hooks.example/'\n" + lines);
}

TEST(TeamsOptions, MakeDigestsUnlessConfiguredOtherwise) {
  const auto usual = with_webhook("format='teams'\n");
  ASSERT_EQ(all_problems(usual), "");
  EXPECT_EQ(usual.config.webhooks.at(0).core.digest.most, 20);
  EXPECT_EQ(usual.config.webhooks.at(0).core.digest.interval, 1min);
  const auto own = with_webhook("format='teams'\nteams={digest=1, interval='0s'}\n");
  ASSERT_EQ(all_problems(own), "");
  EXPECT_EQ(own.config.webhooks.at(0).core.digest.most, 1);
  EXPECT_EQ(own.config.webhooks.at(0).core.digest.interval, 0s);
}

TEST(TeamsOptions, AreNothingToOtherFormats) {
  const auto result = with_webhook("format='slack'\nteams.digest=5\n");
  ASSERT_EQ(all_problems(result), "");
  EXPECT_EQ(result.config.webhooks.at(0).core.digest.most, 1);
  EXPECT_EQ(result.config.webhooks.at(0).core.digest.interval, 0s);
}

TEST(TeamsOptions, HaveLimits) {
  for (const char* wrong : {"teams.digest=0", "teams.digest=26", "teams.interval='61m'"}) {
    EXPECT_THAT(all_problems(with_webhook(wrong)), HasSubstr("webhook.teams.")) << wrong;
  }
}

TEST(SyslogOptions, TakeAFilter) {
  const std::string table =
      region_text() + "[[syslog]]\nname='siem'\naddress='siem.example:6514'\n";
  const auto result = load(table + "filter={event=['cancel.*'], region=['eu'], to=['Failed']}\n");
  ASSERT_EQ(all_problems(result), "");
  const core::WebhookFilter& filter = result.config.syslogs.at(0).filter;
  EXPECT_THAT(filter.event, ElementsAre("cancel.*"));
  EXPECT_THAT(filter.region, ElementsAre("eu"));
  EXPECT_THAT(filter.to, ElementsAre("Failed"));
  EXPECT_THAT(all_problems(load(table + "filter.event=['webhook.test']\n")),
              HasSubstr("syslog.filter.event"));
}

}  // namespace
}  // namespace mactiond::config

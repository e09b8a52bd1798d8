#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "unit/config/config_text.hpp"

namespace mactiond::config {
namespace {

using testing::HasSubstr;

TEST(Webhook, AKnownReceiverInAnotherFormatIsAWarning) {
  const auto problems = [](const std::string& url, const std::string& lines) {
    const auto result = load(region_text() + "[[webhook]]\nname='a'\nurl='" + url + "'\n" + lines);
    EXPECT_TRUE(result.ok());
    return all_problems(result);
  };
  for (const auto& [url, format] : std::vector<std::pair<std::string, std::string>>{
           {"https://hooks.slack.com/services/T0/B0/x", "slack"},
           {"https://contoso.webhook.office.com/webhookb2/x", "teams"},
           {"https://events.pagerduty.com/v2/enqueue", "pagerduty"},
           {"https://splunk.example:8088/services/collector", "splunk_hec"}}) {
    EXPECT_THAT(problems(url, ""), HasSubstr("format = \"" + format + '"')) << url;
    EXPECT_THAT(problems(url, "format='standard'\n"), HasSubstr("11:8: warning")) << url;
    EXPECT_EQ(problems(url, "format='template'\ntemplate='{}'\n"), "") << url;
  }
  EXPECT_EQ(problems("https://hooks.slack.com/services/x", "format='slack'\n"), "");
}

}  // namespace
}  // namespace mactiond::config

#include "webhook/outcome.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace mactiond::webhook {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Outcome outcome_of(Format format, int status, std::string body) {
  Target target;
  target.url.target = "/services/T0/B0/hidden";
  target.rendering.format = format;
  target.rendering.token = Secret("hush-hush");
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  return outcome(target, response, WallTime{});
}

TEST(WebhookOutcome, IsTheStatusForReceiversOfNoKnownKind) {
  for (const Format format : {Format::CloudEvents, Format::Standard}) {
    EXPECT_TRUE(outcome_of(format, 204, "").ok());
    EXPECT_TRUE(outcome_of(format, 200, "invalid_payload").ok());
    EXPECT_EQ(outcome_of(format, 404, "<html>").detail, "HTTP 404");
  }
}

TEST(WebhookOutcome, TakesOnlySlacksOkForADelivery) {
  EXPECT_TRUE(outcome_of(Format::Slack, 200, "ok").ok());
  EXPECT_TRUE(outcome_of(Format::Slack, 200, "ok\n").ok());
  EXPECT_TRUE(outcome_of(Format::Slack, 200, R"({"ok":true})").ok());
  EXPECT_TRUE(outcome_of(Format::Slack, 200, "").ok());
  for (const char* body : {"<html>Log in</html>", R"({"ok":false})", "nok", "[true]"}) {
    const Outcome refused = outcome_of(Format::Slack, 200, body);
    EXPECT_EQ(refused.verdict, Verdict::GiveUp) << body;
    EXPECT_EQ(refused.reason, Reason::Rejected);
    EXPECT_EQ(refused.status, 200);
    EXPECT_THAT(refused.detail, HasSubstr(body));
  }
  EXPECT_EQ(outcome_of(Format::Slack, 400, "invalid_payload").detail, "HTTP 400: invalid_payload");
}

TEST(WebhookOutcome, FindsARefusalInsideTeamsTwoHundred) {
  EXPECT_TRUE(outcome_of(Format::Teams, 202, "").ok());
  EXPECT_TRUE(outcome_of(Format::Teams, 200, "1").ok());
  EXPECT_TRUE(outcome_of(Format::Teams, 200, "HTTP error 204 is none").ok());
  const Outcome throttled = outcome_of(Format::Teams, 200,
                                       "Webhook message delivery failed with error: Microsoft "
                                       "Teams endpoint returned HTTP error 429 "
                                       "with ContextId tcid=0");
  EXPECT_EQ(throttled.verdict, Verdict::Retry);
  EXPECT_EQ(throttled.reason, Reason::Throttled);
  EXPECT_EQ(throttled.status, 429);
  EXPECT_EQ(outcome_of(Format::Teams, 200, "returned HTTP error 413").reason, Reason::Rejected);
}

TEST(WebhookOutcome, ReadsSplunksCode) {
  EXPECT_TRUE(outcome_of(Format::SplunkHec, 200, R"({"text":"Success","code":0})").ok());
  EXPECT_TRUE(outcome_of(Format::SplunkHec, 200, "").ok());
  EXPECT_FALSE(outcome_of(Format::SplunkHec, 200, R"({"text":"No data","code":5})").ok());
  EXPECT_EQ(outcome_of(Format::SplunkHec, 503, R"({"text":"Server is busy","code":9})").verdict,
            Verdict::Retry);
}

TEST(WebhookOutcome, QuotesBoundedTextWithoutTheToken) {
  const Outcome echoed = outcome_of(Format::PagerDuty, 400, "bad key hush-hush");
  EXPECT_THAT(echoed.detail, Not(HasSubstr("hush-hush")));
  const Outcome url = outcome_of(Format::Slack, 404, "no /services/T0/B0/hidden here");
  EXPECT_THAT(url.detail, Not(HasSubstr("hidden")));
  const Outcome huge = outcome_of(Format::PagerDuty, 400, std::string(5000, 'x') + "\n\xE2\x82");
  EXPECT_LT(huge.detail.size(), 300U);
  EXPECT_THAT(huge.detail, Not(HasSubstr("\n")));
}

TEST(WebhookOutcome, RecognizesASecretHoweverItIsRepeated) {
  Target target;
  target.url.target = "/workflows/0f1e2d3c4b5a69788796/invoke?sp=%2Ftriggers&sig=AbC-dEf_123456789";
  target.rendering.format = Format::Template;
  target.bearer = Secret("abc/def+ghi");
  target.basic = Secret("robot:pass word");
  const auto quoted = [&](std::string body) {
    http::Response response;
    response.status = 400;
    response.body = std::move(body);
    return outcome(target, response, WallTime{}).detail;
  };
  for (const char* body :
       {R"({"auth":"Bearer abc\/def+ghi"})", "Authorization: Basic cm9ib3Q6cGFzcyB3b3Jk",
        "no user with pass word", "sig AbC-dEf_123456789 is out of date",
        R"(\/workflows\/0f1e2d3c4b5a69788796\/invoke is disabled)",
        R"(\/workflows\/0f1e2d3c4b5a69788796)", "sp=/triggers&amp;sig=AbC-dEf_123456789"}) {
    EXPECT_EQ(quoted(body), "HTTP 400: (repeats a secret)") << body;
  }
  EXPECT_EQ(quoted("the workflow was not triggered"), "HTTP 400: the workflow was not triggered");
}

}  // namespace
}  // namespace mactiond::webhook

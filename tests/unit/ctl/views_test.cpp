#include "ctl/views.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <chrono>

#include "base/printable.hpp"
#include "support/builders.hpp"

namespace mactiond::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

boost::json::object parsed(const std::string& text) { return boost::json::parse(text).as_object(); }

constexpr const char* kActions = R"({"actions":[{"region":"eu","state":"open","action":{
  "id":"a1","type":"Isolate","status":"Pending","computerDnsName":"srv-1",
  "requestor":"ann\u001b[2J","creationDateTimeUtc":"2026-11-20T10:00:00Z"}}],"next":null})";

TEST(CtlViews, ListsActionsWithTheirAge) {
  const auto text = format_actions(parsed(kActions), test::kDay + std::chrono::hours(3), {});
  EXPECT_EQ(text,
            "ACTION  REGION  TYPE     STATUS   AGE  COMPUTER  REQUESTOR\n"
            "a1      eu      Isolate  Pending  3h   srv-1     ann [2J\n");
}

TEST(CtlViews, FitsTheTerminal) {
  const Style narrow{40, false};
  const auto text = format_table({{"NAME", "WHY"}, {"a", std::string(100, 'x')}}, narrow);
  EXPECT_EQ(text, "NAME  WHY\na     " + std::string(33, 'x') + "\xe2\x80\xa6\n");
}

TEST(CtlViews, CutsBetweenCharacters) {
  const auto text = format_table(
      {{"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6"}}, {6, false});
  EXPECT_EQ(text, "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xe2\x80\xa6\n");
}

TEST(CtlViews, ColoursStatesOnlyWhenAsked) {
  const auto now = test::kDay + std::chrono::hours(3);
  EXPECT_THAT(format_actions(parsed(kActions), now, {0, true}),
              HasSubstr("\x1b[33mPending\x1b[0m  3h"));
  EXPECT_THAT(format_actions(parsed(kActions), now, {}), Not(HasSubstr("\x1b")));
}

TEST(CtlViews, ShowsAnEventInOneLine) {
  EXPECT_EQ(format_event(parsed(R"({"seq":7,"id":"ma_1","time":"2026-11-20T10:00:00.1234567Z",
    "type":"action.transition","region":"eu","action":{"id":"a1","type":"Isolate"},
    "from":null,"to":"Pending"})")),
            "7  2026-11-20T10:00:00Z  action.transition  eu  a1  Isolate  new -> Pending\n");
}

TEST(CtlViews, ShowsAWebhooksTest) {
  EXPECT_EQ(format_webhook_test(parsed(
                R"({"webhook":"soc","delivered":true,"status":204,"reason":null,"took_ms":3})")),
            "soc took the test event: 204 (3 ms)");
  EXPECT_EQ(format_webhook_test(parsed(R"({"webhook":"soc","delivered":false,"status":410,
                                           "reason":"gone 410: HTTP 410","took_ms":5})")),
            "soc did not take the test event: gone 410: HTTP 410 (5 ms)");
}

TEST(CtlViews, NamesTheWholeIdOfACancelledAction) {
  EXPECT_THAT(format_cancel(parsed(R"({"action_id":"c7042fcd-de8c","decision_id":"d"})")),
              HasSubstr("the cancel of c7042fcd-de8c is decided"));
}

TEST(CtlViews, SaysWhenARegionIsTriedAgain) {
  EXPECT_EQ(format_retry(parsed(R"({"region":"eu","next_try_s":0})")),
            "eu: a new token is fetched, it is polled now\n");
  EXPECT_EQ(format_retry(parsed(R"({"region":"eu","next_try_s":90})")),
            "eu: a new token is fetched, the next call is allowed in 1m 30s\n");
}

TEST(CtlViews, ShowNothingThatATerminalObeysOrHides) {
  // Every text of an action is a server's.
  const std::string evil = R"(a\u001b]0;x\u0007b\u202ec\u200bd\u009be\u2028f\u007fg)";
  const std::string action = R"({"id":")" + evil + R"(","type":")" + evil + R"(","status":")" +
                             evil + R"(","computerDnsName":")" + evil + R"(","requestor":")" +
                             evil + R"(","requestorComment":")" + evil + R"("})";
  const std::string item = R"({"region":"eu","state":"open","action":)" + action +
                           R"(,"events":[{"seq":1,"type":")" + evil + R"(","reason":")" + evil +
                           R"(","to":")" + evil + R"(","action":)" + action + "}]}";
  const std::string test = R"({"webhook":")" + evil + R"(","reason":")" + evil + R"("})";
  for (const std::string& text :
       {format_actions(parsed(R"({"actions":[)" + item + "]}"), WallTime{}, {}),
        format_action(parsed(item), {}), format_event(parsed(item)),
        format_webhook_test(parsed(test)),
        format_cancel(parsed(R"({"action_id":")" + evil + "\"}")),
        format_retry(parsed(R"({"region":")" + evil + "\"}"))}) {
    std::string without_lines = text;
    std::replace(without_lines.begin(), without_lines.end(), '\n', '|');
    EXPECT_EQ(printable(without_lines), without_lines);
  }
}

TEST(CtlViews, SurvivesAnswersThatLackEverything) {
  const auto nothing = parsed(R"({"actions":[1,null,{}],"regions":3,"webhooks":[{}]})");
  EXPECT_FALSE(format_actions(nothing, {}, {}).empty());
  EXPECT_FALSE(format_action(nothing, {}).empty());
  EXPECT_FALSE(format_plans(nothing, {}).empty());
  EXPECT_FALSE(format_webhooks(nothing, {}).empty());
  EXPECT_FALSE(format_dead_letters(nothing, {}).empty());
  EXPECT_FALSE(format_webhook_test(nothing).empty());
}

}  // namespace
}  // namespace mactiond::ctl

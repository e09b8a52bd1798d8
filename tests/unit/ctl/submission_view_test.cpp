#include "ctl/submission_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <chrono>
#include <string>

#include "base/printable.hpp"
#include "support/builders.hpp"

namespace mactiond::ctl {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

boost::json::object parsed(const std::string& text) { return boost::json::parse(text).as_object(); }

const std::string kId = "sub_0123456789abcdef0123456789abcdef";

std::string one_submission(const std::string& more = "") {
  return R"({"id":")" + kId + R"j(","state":"queued","region":"eu","machine":"m1",)j" +
         R"j("computer":"srv-1","type":"Isolate","comment":"odd",)j" +
         R"j("requested_by":"ann (uid 1000)","asked":"2026-11-20T10:00:00.5Z",)j" +
         R"j("position":2,"posts":0)j" + more + '}';
}

TEST(SubmissionView, ListsWhatIsQueuedSentAndRefused) {
  const auto now = test::kDay + std::chrono::minutes(5) + std::chrono::milliseconds(500);
  const auto text = format_submissions(
      parsed(R"({"submissions":[)" + one_submission() +
             R"(,{"id":"sub_2","state":"refused","region":"eu","machine":"m2","type":"Isolate",)"
             R"("asked":"2026-11-20T09:05:00Z","reason":"rejected","answer":"no"}]})"),
      now, {});
  EXPECT_EQ(text,
            "SUBMISSION                            STATE       AGE  REGION  TYPE     COMPUTER  BY"
            "              REASON\n" +
                kId +
                "  queued (2)  5m   eu      Isolate  srv-1     ann (uid 1000)\n"
                "sub_2                                 refused     1h   eu      Isolate  m2        "
                "                the API refused it: no\n");
  EXPECT_EQ(format_submissions(parsed(R"({"submissions":[]})"), now, {}), "no submissions\n");
}

TEST(SubmissionView, NeverCutsAnId) {
  const auto text = format_submissions(parsed(R"({"submissions":[)" + one_submission() + "]}"),
                                       test::kDay, {60, false});
  EXPECT_THAT(text, HasSubstr(kId + ' '));
}

TEST(SubmissionView, ShowsAllOfOne) {
  const auto text = format_submission(
      parsed(one_submission(R"(,"reason":"quota","requested_by_note":"bob","action_id":"a1")")),
      {});
  for (const char* fact :
       {"state         queued\n", "why           the quota had no call left\n",
        "requested by  ann (uid 1000)\n", "note          bob\n", "action        a1\n",
        "asked         2026-11-20T10:00:00Z\n", "comment       odd\n", "machine       m1\n"}) {
    EXPECT_THAT(text, HasSubstr(fact));
  }
}

TEST(SubmissionView, SaysWhetherASubmissionIsNew) {
  const auto answer = parsed(R"({"id":"sub_1","state":"queued"})");
  EXPECT_EQ(format_accepted(answer, true), "sub_1 is queued");
  EXPECT_EQ(format_accepted(answer, false),
            "sub_1 was asked for before with this key and is queued");
}

TEST(SubmissionView, ShowsTheMachineOfAnAlert) {
  EXPECT_EQ(
      format_alert(parsed(R"({"alert":"da1","region":"eu","machine_id":"m1","computer":"srv-1"})"),
                   {}),
      "alert     da1\nregion    eu\ncomputer  srv-1\nmachine   m1\n");
}

TEST(RefusalText, ShowsTheMachinesOfOneNameInATable) {
  const std::string id(40, 'a');
  const std::string body =
      R"({"title":"Conflict","status":409,"detail":"srv-1 is the name of 2 machines",)"
      R"("candidates":[{"region":"eu","id":")" +
      id +
      R"(","computer":"srv-1","last_seen":"2026-11-20T09:00:00Z","health":"Active",)"
      R"("onboarding":"Onboarded","group":"dc"},{"region":"eu","id":"b","computer":"srv-1"}]})";
  const std::string text = format_refusal(409, body, "", {50, false});
  EXPECT_THAT(text, HasSubstr("409 Conflict: srv-1 is the name of 2 machines\nMACHINE "));
  EXPECT_THAT(text, HasSubstr('\n' + id + "  eu"));
  EXPECT_THAT(text, Not(EndsWith("\n")));
}

TEST(RefusalText, SaysWhenToTryAgain) {
  const std::string body = R"({"title":"Too Many Requests","detail":"60 an hour"})";
  EXPECT_EQ(format_refusal(429, body, "750", {}),
            "429 Too Many Requests: 60 an hour\ntry again in 12m 30s");
  for (const char* header : {"", "soon", "-5", "7x", "Fri, 20 Nov 2026 10:00:00 GMT"}) {
    EXPECT_THAT(format_refusal(429, body, header, {}), Not(HasSubstr("try again"))) << header;
  }
  EXPECT_EQ(format_refusal(502, "<html>", "", {}), "the daemon answered 502");
}

TEST(SubmissionView, ShowsNothingThatATerminalObeysOrHides) {
  const std::string evil = R"(a\u001b]0;x\u0007b\u202ec\u200bd\u009be\u2028f\u007fg)";
  const std::string item = R"({"id":")" + evil + R"(","state":")" + evil + R"(","type":")" + evil +
                           R"(","computer":")" + evil + R"(","answer":")" + evil +
                           R"(","title":")" + evil + R"(","detail":")" + evil + R"("})";
  for (const std::string& text :
       {format_submissions(parsed(R"({"submissions":[)" + item + "]}"), WallTime{}, {}),
        format_submission(parsed(item), {}), format_accepted(parsed(item), true),
        format_alert(parsed(R"({"alert":")" + evil + "\"}"), {}),
        format_refusal(409, R"({"title":")" + evil + R"(","candidates":[)" + item + "]}", "",
                       {})}) {
    std::string without_lines = text;
    std::replace(without_lines.begin(), without_lines.end(), '\n', '|');
    EXPECT_EQ(printable(without_lines), without_lines);
  }
}

TEST(SubmissionView, SurvivesAnswersThatLackEverything) {
  const auto nothing = parsed(R"({"submissions":[1,null,{}],"candidates":[{},3]})");
  EXPECT_FALSE(format_submissions(nothing, {}, {}).empty());
  EXPECT_EQ(format_submission(nothing, {}), "");
  EXPECT_EQ(format_alert(nothing, {}), "");
  EXPECT_FALSE(format_candidates(nothing, {}).empty());
}

}  // namespace
}  // namespace mactiond::ctl

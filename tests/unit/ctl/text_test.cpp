#include "ctl/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace mactiond::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(FormatTable, FitsColumnsToTheirWidestCell) {
  EXPECT_EQ(format_table({{"A", "LONG", "C"}, {"name", "1", ""}, {"für", "2", "x"}}),
            "A     LONG  C\nname  1\nfür   2     x\n");
}

TEST(FormatTable, ShowsNoControlCharacters) {
  EXPECT_THAT(format_table({{"a\x1b[31mb\nc"}}), Not(HasSubstr("\x1b")));
  // U+009B begins a sequence of a terminal as ESC [ does.
  EXPECT_EQ(format_table({{"srv\xc2\x9b"
                           "31m",
                           "für\xc2\xa0x"}}),
            "srv 31m  für\xc2\xa0x\n");
}

TEST(FormatTable, ShowsNothingThatReordersOrHidesText) {
  const std::string replaced = "\xef\xbf\xbd";
  EXPECT_EQ(format_table({{"srv\xe2\x80\xae"
                           "exe.txt",
                           "a\xe2\x80\x8b"
                           "b",
                           "\xff"}}),
            "srv" + replaced + "exe.txt  a" + replaced + "b  " + replaced + '\n');
}

TEST(FormatProblem, ShowsNothingThatATerminalObeysOrHides) {
  const std::string text = format_problem(
      400, R"({"title":"Bad\u001b[31m","detail":"a\u202eb\u009bc","errors":["x\u2066y\u0007z"]})");
  EXPECT_EQ(text,
            "400 Bad [31m: a\xef\xbf\xbd"
            "b c\nx\xef\xbf\xbdy z");
}

TEST(FormatAge, UsesTheTwoLargestUnits) {
  EXPECT_EQ(format_age(-1), "0s");
  EXPECT_EQ(format_age(59), "59s");
  EXPECT_EQ(format_age(60), "1m");
  EXPECT_EQ(format_age(310), "5m 10s");
  EXPECT_EQ(format_age(11'520), "3h 12m");
  EXPECT_EQ(format_age(349'200), "4d 1h");
}

TEST(FormatStatus, ShowsRegionsAndWebhooks) {
  const auto text = format_status(
      R"({"version":"0.1.0","instance":"soc1","uptime_s":90,"regions":[
          {"name":"eu","state":"ok","reason":null,"open_actions":3,"last_poll_age_s":2,
           "next_try_s":0,"oldest_open_s":7260,
           "quota":{"minute_used":12,"minute_limit":100,"hour_used":340,"hour_limit":1500,
                    "minute_used_is":"exact","hour_used_is":"at_most"}},
          {"name":"us","state":"degraded","reason":"auth: AADSTS7000215","open_actions":0,
           "last_poll_age_s":null,"next_try_s":40,"oldest_open_s":null,
           "quota":{"minute_used":0,"minute_limit":100,"hour_used":0,"hour_limit":1500,
                    "minute_used_is":"exact","hour_used_is":"at_least"}}],
          "webhooks":[{"name":"soc","state":"ok","reason":null,"failing":false,"queued":7,"dead":1},
           {"name":"pager","state":"ok","reason":"server_error 500","failing":true,"queued":2,
            "dead":0}],
          "cancelling":"off","last_seq":4711})");
  ASSERT_TRUE(text);
  EXPECT_EQ(*text,
            "mactiond 0.1.0 on soc1, up 1m 30s, last event 4711, cancelling off\n"
            "\n"
            "REGION  STATE     OPEN  OLDEST  POLLED  NEXT TRY  MINUTE  HOUR       REASON\n"
            "eu      ok        3     2h 1m   2s ago  now       12/100  \u2264340/1500\n"
            "us      degraded  0             never   in 40s    0/100   \u22650/1500    auth: "
            "AADSTS7000215\n"
            "\n"
            "WEBHOOK  STATE    QUEUED  DEAD  REASON\n"
            "soc      ok       7       1\n"
            "pager    failing  2       0     server_error 500\n");
}

TEST(FormatStatus, CountsTheSubmissionsOfAllRegionsThatHaveNotEnded) {
  const std::string regions =
      R"("regions":[{"submissions":{"queued":2,"waiting":0,"sent":1,"submitted":0}},)"
      R"({"submissions":{"queued":1,"waiting":0,"sent":0,"submitted":4}}],"webhooks":[])";
  const std::string text = format_status('{' + regions + R"(,"submitting":"on"})").value_or("");
  EXPECT_THAT(text, HasSubstr(", submitting on\nsubmissions: 3 queued, 1 sent, 4 submitted\n"));
  EXPECT_THAT(format_status(R"({"regions":[],"webhooks":[],"submitting":"off"})").value_or(""),
              Not(HasSubstr("submi")));
}

TEST(FormatStatus, NamesCredentialsThatEndWithin30DaysTheFirstFirst) {
  const auto shown = [](const std::string& regions) {
    return format_status(R"({"regions":[)" + regions + R"(],"webhooks":[]})").value_or("");
  };
  EXPECT_THAT(shown(R"({"name":"a","credential_left_s":2592000},{"name":"b"},)"
                    R"({"name":"c","credential_left_s":null})"),
              Not(HasSubstr("credential")));
  EXPECT_THAT(
      shown(R"({"name":"a","credential_left_s":2591999},)"
            R"({"name":"b","credential_left_s":-3600},{"name":"c","credential_left_s":60})"),
      HasSubstr("\ncredentials: b ended 1h ago, c ends in 1m, a ends in 29d 23h\n"));
  std::string many = R"({"name":"r","credential_left_s":60})";
  for (int i = 0; i < 499; ++i) many += R"(,{"name":"r","credential_left_s":60})";
  EXPECT_THAT(shown(many), HasSubstr("r ends in 1m and 495 more\n"));
}

TEST(FormatStatus, NamesPermissionsThatAreMissing) {
  const auto text = format_status(
      R"({"regions":[{"name":"eu","missing_permissions":["Machine.Isolate","Machine.Scan"]},)"
      R"({"name":"us","missing_permissions":[]},{"name":"x","missing_permissions":[1]},)"
      R"({"name":"y","missing_permissions":7}],"webhooks":[]})");
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("\npermissions missing: eu Machine.Isolate Machine.Scan, x\n"));
}

TEST(FormatStatus, LeavesOutAnEmptySection) {
  const auto text = format_status(R"({"regions":[],"webhooks":[]})");
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, Not(HasSubstr("WEBHOOK")));
}

TEST(FormatStatus, RefusesWhatIsNoStatus) {
  for (const char* body : {"", "<html>", "[]", "{}", R"({"regions":{},"webhooks":[]})"}) {
    EXPECT_EQ(format_status(body), std::nullopt) << body;
  }
  EXPECT_TRUE(format_status(R"({"regions":[1,{"quota":[]}],"webhooks":["x"]})"));
}

TEST(FormatProblem, ShowsTheDaemonsWords) {
  EXPECT_EQ(format_problem(404, R"({"title":"Not Found","detail":"no such thing"})"),
            "404 Not Found: no such thing");
  EXPECT_EQ(format_problem(409, R"({"title":"Conflict"})"), "409 Conflict");
  EXPECT_EQ(format_problem(500, "oops"), "the daemon answered 500");
}

}  // namespace
}  // namespace mactiond::ctl

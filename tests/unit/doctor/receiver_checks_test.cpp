#include "doctor/receiver_checks.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace mactiond::doctor {
namespace {

using namespace std::chrono_literals;

const Target kHook{"webhook", "soc"};

struct Row {
  int status;
  Reason reason;
  const char* remedy;
};

TEST(DeliveryCheck, NamesCauseAndRemedy) {
  for (const Row& row :
       {Row{401, Reason::Auth, "secret"}, Row{403, Reason::Permission, "bearer"},
        Row{404, Reason::NotFound, "correct url"}, Row{410, Reason::Gone, "new"},
        Row{308, Reason::Redirect, "redirects"}, Row{429, Reason::Throttled, "wait"},
        Row{500, Reason::ServerError, "log"}, Row{422, Reason::Rejected, "format"},
        Row{0, Reason::Timeout, "timeout"}, Row{0, Reason::Network, "firewall"},
        Row{0, Reason::Tls, "certificate"}, Row{200, Reason::BadAnswer, "who answers"}}) {
    Outcome outcome;
    outcome.verdict = Verdict::GiveUp;
    outcome.reason = row.reason;
    outcome.status = row.status;
    outcome.detail = "words";
    const Check check = delivery_check(kHook, outcome, 1s);
    SCOPED_TRACE(check.remedy);
    EXPECT_FALSE(check.ok);
    EXPECT_NE(check.detail.find(to_string(row.reason)), std::string::npos) << check.detail;
    EXPECT_NE(check.remedy.find(row.remedy), std::string::npos);
  }
}

TEST(DeliveryCheck, SaysHowLongItTook) {
  EXPECT_EQ(delivery_check(kHook, Outcome{}, 12ms),
            kHook.good("delivery", "took the test event in 12 ms"));
}

TEST(SyslogCheck, SaysWhatBecameOfTheTest) {
  EXPECT_TRUE(syslog_check({"syslog", "siem"}, Result<void>()).ok);
  const Check check = syslog_check({"syslog", "siem"}, Error(Errc::ConnectionLost, "siem:6514"));
  EXPECT_FALSE(check.ok);
  EXPECT_NE(check.detail.find("siem:6514"), std::string::npos);
}

}  // namespace
}  // namespace mactiond::doctor

#include "defender/identity_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/status_meaning.hpp"
#include "support/builders.hpp"

namespace mactiond::defender {
namespace {

using namespace std::chrono_literals;
using test::kDay;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Outcome vm(int status, const std::string& body = {}) {
  return identity_outcome(IdentityService::Vm, http::Response{status, {}, body}, kDay);
}

TEST(IdentityOutcome, PassingTroubleIsTriedAgain) {
  for (const int status : {404, 408, 410, 429, 500, 502, 503, 504}) {
    EXPECT_EQ(vm(status).verdict, Verdict::Retry) << status;
    EXPECT_THAT(vm(status).detail, HasSubstr("metadata service of the virtual machine")) << status;
  }
  EXPECT_THAT(vm(410).detail, HasSubstr("is being updated"));
  EXPECT_THAT(vm(502).detail, HasSubstr("a proxy"));
}

TEST(IdentityOutcome, ARefusalDegradesAtOnceAndNamesTheRemedy) {
  for (const int status : {400, 401, 403, 405}) {
    EXPECT_EQ(vm(status).verdict, Verdict::GiveUp) << status;
    EXPECT_EQ(vm(status).reason, Reason::Auth) << status;
  }
  EXPECT_THAT(vm(403).detail, HasSubstr("proxy"));
  const http::Response refused{401, {}, ""};
  EXPECT_THAT(identity_outcome(IdentityService::AppService, refused, kDay).detail,
              HasSubstr("$IDENTITY_HEADER"));
  EXPECT_THAT(identity_outcome(IdentityService::Arc, refused, kDay).detail, HasSubstr("himdsd"));
}

TEST(IdentityOutcome, ARedirectIsNeverFollowed) {
  const http::Response moved{302, {{"Location", "http://evil.example/"}}, ""};
  const Outcome outcome = identity_outcome(IdentityService::Vm, moved, kDay);
  EXPECT_EQ(outcome.verdict, Verdict::GiveUp);
  EXPECT_EQ(outcome.reason, Reason::Redirect);
  EXPECT_THAT(outcome.detail, AllOf(HasSubstr("never followed"), Not(HasSubstr("evil"))));
}

TEST(IdentityOutcome, OfTheBodyOnlyTheWordOfTheErrorIsRepeated) {
  const Outcome missing = vm(
      400, R"({"error":"invalid_request","error_description":"Identity not found for 1111-2222"})");
  EXPECT_EQ(missing.verdict, Verdict::Retry);
  EXPECT_EQ(missing.reason, Reason::Auth);
  EXPECT_THAT(missing.detail,
              AllOf(HasSubstr("assign a managed identity"), Not(HasSubstr("1111"))));
  EXPECT_THAT(vm(400, R"({"error":"invalid_resource","error_description":"AADSTS500011"})").detail,
              HasSubstr("`audience`"));
  EXPECT_THAT(vm(400, R"({"error":"bad_request_102","error_description":"app 1111"})").detail,
              AllOf(HasSubstr("(bad_request_102)"), Not(HasSubstr("1111"))));
  EXPECT_THAT(vm(400, R"({"error":"eyJ0.token value"})").detail, Not(HasSubstr("eyJ0")));
  EXPECT_EQ(vm(400, "<html>").verdict, Verdict::GiveUp);
}

TEST(IdentityOutcome, AFailureOfTheTransportSaysWhereToLook) {
  const Error lost(Errc::ConnectionFailed, "127.0.0.1:40342");
  const Outcome outcome = identity_outcome(IdentityService::Arc, lost);
  EXPECT_EQ(outcome.verdict, Verdict::Retry);
  EXPECT_THAT(outcome.detail, AllOf(HasSubstr("127.0.0.1:40342"), HasSubstr("himdsd")));
  const Error stopped(Errc::Cancelled, "");
  EXPECT_EQ(identity_outcome(IdentityService::Vm, stopped).reason, Reason::Stopped);
}

http::Response challenge(const std::string& value) {
  return {401, {{"Www-Authenticate", value}}, ""};
}

TEST(ArcKeyName, OfTheChallenge) {
  for (const char* value : {"Basic realm=/var/opt/azcmagent/tokens/a-1.key",
                            "basic realm=\"/var/opt/azcmagent/tokens/a-1.key\"",
                            "Basic  Realm=/var/opt/azcmagent/tokens/a-1.key "}) {
    const auto name = arc_key_name(challenge(value));
    ASSERT_TRUE(name) << value;
    EXPECT_EQ(*name, "a-1.key");
  }
}

TEST(ArcKeyName, AnyOtherPlaceOrKindOfFileIsRefused) {
  for (const std::string path :
       {"/etc/shadow", "/etc/x.key", "/var/opt/azcmagent/tokens/sub/x.key",
        "/var/opt/azcmagent/tokens/../x.key", "/var/opt/azcmagent/tokens/../../../../etc/x.key",
        "/var/opt/azcmagent/tokensx/x.key", "//var/opt/azcmagent/tokens/x.key",
        "/var/opt/azcmagent/tokens//x.key", "x.key", "var/opt/azcmagent/tokens/x.key",
        "/var/opt/azcmagent/tokens/x.pem", "/var/opt/azcmagent/tokens/.key",
        "/var/opt/azcmagent/tokens/", "/var/opt/azcmagent/tokens/x.key.txt",
        "/var/opt/azcmagent/tokens/x.KEY", "/var/opt/azcmagent/tokens/x\x01.key"}) {
    const auto name = arc_key_name(challenge("Basic realm=" + path));
    ASSERT_FALSE(name) << path;
    EXPECT_EQ(name.error().code, Errc::PathNotUsable) << path;
    EXPECT_THAT(name.error().message(), HasSubstr("was not read"));
    EXPECT_THAT(name.error().message(), Not(HasSubstr("shadow")));
  }
  EXPECT_FALSE(arc_key_name(
      challenge("Basic realm=/var/opt/azcmagent/tokens/" + std::string(300, 'x') + ".key")));
}

TEST(ArcKeyName, WhatIsNoChallengeIsRefused) {
  EXPECT_FALSE(arc_key_name(http::Response{401, {}, ""}));
  for (const char* value : {"", "Basic", "Basic ", "Basic realm", "Basic realm=", "Digest realm=x",
                            "Basic realm=\"/var/opt/azcmagent/tokens/a.key", "realm=x.key"}) {
    EXPECT_FALSE(arc_key_name(challenge(value))) << value;
  }
}

std::vector<Duration> waits_of(const Outcome& failure) {
  IdentityRetries retries;
  std::vector<Duration> waits;
  while (const auto wait = retries.wait_after(failure)) waits.push_back(*wait);
  return waits;
}

TEST(IdentityRetries, TheTable) {
  using Waits = std::vector<Duration>;
  for (const int status : {404, 408, 500, 502, 503, 504}) {
    EXPECT_EQ(waits_of(vm(status)), (Waits{1s, 2s, 4s})) << status;
  }
  for (const int status : {410, 429}) {
    EXPECT_EQ(waits_of(vm(status)), (Waits{2s, 4s, 8s, 16s})) << status;
  }
  for (const int status : {302, 400, 401, 403}) EXPECT_EQ(waits_of(vm(status)), Waits{}) << status;
  EXPECT_EQ(waits_of(vm(400, R"({"error_description":"Identity not found"})")),
            (Waits{1s, 2s, 4s}));
  const Error late(Errc::DeadlineExceeded, "169.254.169.254");
  EXPECT_EQ(waits_of(identity_outcome(IdentityService::Vm, late)), (Waits{1s, 2s, 4s}));
  const Error stopped(Errc::Cancelled, "");
  EXPECT_EQ(waits_of(identity_outcome(IdentityService::Vm, stopped)), Waits{});
}

TEST(IdentityRetries, ANamedWaitIsAFloor) {
  Outcome limited = vm(429);
  limited.retry_after = 5s;
  EXPECT_EQ(waits_of(limited), (std::vector<Duration>{5s, 5s, 8s, 16s}));
}

}  // namespace
}  // namespace mactiond::defender

#include "doctor/region_checks.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "base/iso_time.hpp"

namespace mactiond::doctor {
namespace {

using namespace std::chrono_literals;

const Target kRegion{"region", "eu"};
constexpr const char* kTenant = "11111111-2222-3333-4444-555555555555";
constexpr const char* kAudience = "https://api.securitycenter.microsoft.com";

WallTime now() { return parse_iso_time("2026-11-30T12:00:00Z").value(); }

bool has(const std::string& text, const std::string& word) {
  return text.find(word) != std::string::npos;
}

TEST(ClockCheck, IsRedFromTwoMinutesOn) {
  EXPECT_TRUE(clock_check(kRegion, 0s).ok);
  EXPECT_EQ(clock_check(kRegion, 30s).detail, "30 s behind the server's");
  EXPECT_TRUE(clock_check(kRegion, 119s).ok);
  const Check behind = clock_check(kRegion, 10min);
  EXPECT_FALSE(behind.ok);
  EXPECT_EQ(behind.detail, "10 min behind the server's");
  EXPECT_TRUE(has(behind.remedy, "set the clock"));
  EXPECT_EQ(clock_check(kRegion, -3h).detail, "3 h ahead of the server's");
}

TokenFacts refused(std::string detail, Reason reason = Reason::Auth, int status = 401) {
  TokenFacts facts;
  facts.outcome.verdict = Verdict::GiveUp;
  facts.outcome.reason = reason;
  facts.outcome.status = status;
  facts.outcome.detail = std::move(detail);
  return facts;
}

TokenFacts taken() {
  TokenFacts facts;
  facts.lifetime = 1h;
  facts.tenant_id = kTenant;
  facts.audience = kAudience;
  facts.claims = TokenClaims{std::string(kAudience) + '/', kTenant, {"Machine.Read.All"}};
  return facts;
}

TEST(TokenCheck, TakesCauseAndRemedyFromWhatEntraSaid) {
  const Check check = token_check(
      kRegion, refused("invalid_client AADSTS7000215: the client secret is wrong; copy its Value"),
      now());
  EXPECT_FALSE(check.ok);
  EXPECT_EQ(check.detail, "invalid_client AADSTS7000215: the client secret is wrong");
  EXPECT_EQ(check.remedy, "copy its Value");
}

TEST(TokenCheck, HasARemedyWhateverTheReason) {
  for (const Reason reason :
       {Reason::Auth, Reason::Permission, Reason::NotFound, Reason::Gone, Reason::Throttled,
        Reason::Query, Reason::Rejected, Reason::Redirect, Reason::ServerError, Reason::Timeout,
        Reason::Network, Reason::Tls, Reason::BadAnswer, Reason::TooLarge, Reason::Stopped}) {
    const Check check = token_check(kRegion, refused("HTTP 400", reason, 400), now());
    EXPECT_FALSE(check.ok);
    EXPECT_FALSE(check.remedy.empty()) << to_string(reason);
  }
}

TEST(TokenCheck, OfACredentialThatCannotBeReadNamesIt) {
  const Check check =
      token_check(kRegion, refused("file:/x: Permission denied", Reason::Auth, 0), now());
  EXPECT_TRUE(has(check.detail, "/x"));
  EXPECT_TRUE(has(check.remedy, "correct the credential"));
}

TEST(TokenCheck, LooksAtAudienceAndTenant) {
  EXPECT_TRUE(token_check(kRegion, taken(), now()).ok);
  TokenFacts facts = taken();
  facts.claims->aud = "https://graph.microsoft.com";
  EXPECT_EQ(token_check(kRegion, facts, now()).remedy, "correct audience of the region");
  facts.claims->aud = "fc780465-2017-40d4-a0c5-307022471b92";
  EXPECT_TRUE(token_check(kRegion, facts, now()).ok);
  facts.claims->tid = "99999999-2222-3333-4444-555555555555";
  EXPECT_TRUE(has(token_check(kRegion, facts, now()).detail, "tenant"));
  facts.tenant_id = "contoso.example";
  EXPECT_TRUE(token_check(kRegion, facts, now()).ok);
}

TEST(TokenCheck, SaysWhenTheCredentialEnds) {
  TokenFacts facts = taken();
  facts.credential_end = now() + 24h;
  EXPECT_EQ(token_check(kRegion, facts, now()).detail,
            "valid for 60 min; the credential ends on 2026-12-01");
  facts.credential_end = now() - 24h;
  const Check check = token_check(kRegion, facts, now());
  EXPECT_FALSE(check.ok);
  EXPECT_TRUE(has(check.detail, "2026-11-29"));
}

TEST(RoleCheck, NamesWhatIsMissingAndWhatIsTooMuch) {
  const std::vector<NeededRole> needed{
      {"Machine.ReadWrite.All", "Machine.Read.All", {"the region cannot be followed"}},
      {"Machine.Isolate", "", {"policy p cannot cancel Isolate"}}};
  const Check check =
      role_check(kRegion, {"Machine.ReadWrite.All", "Alert.Read.All"}, needed, false);
  EXPECT_FALSE(check.ok);
  EXPECT_EQ(check.detail,
            "the token lacks Machine.Isolate (policy p cannot cancel Isolate); more than needed: "
            "Alert.Read.All");
  EXPECT_TRUE(has(check.remedy, "add Machine.Isolate of WindowsDefenderATP"));
  EXPECT_EQ(role_check(kRegion, {"Machine.Isolate", "Machine.Read.All"}, needed, false).detail,
            "all that is needed");
}

TEST(RoleCheck, OfATokenWithoutAnyAsksForConsent) {
  const Check check = role_check(kRegion, {}, {{"Machine.ReadWrite.All"}}, false);
  EXPECT_FALSE(check.ok);
  EXPECT_TRUE(has(check.remedy, "admin consent"));
}

TEST(RoleCheck, OfAManagedIdentityAsksForAnAppRole) {
  const Check check = role_check(kRegion, {"Alert.Read.All"}, {{"Machine.ReadWrite.All"}}, true);
  EXPECT_TRUE(has(check.remedy, "managed identity as app role")) << check.remedy;
  EXPECT_FALSE(has(check.remedy, "admin consent"));
}

TEST(ListCheck, SplitsWhatTheApiRefused) {
  EXPECT_TRUE(list_check(kRegion, std::nullopt).ok);
  const Check check = list_check(
      kRegion, ListFailure{ListFailure::Why::Refused,
                           "Forbidden: Missing roles; the app lacks a permission: grant it"});
  EXPECT_EQ(check.detail, "Forbidden: Missing roles; the app lacks a permission");
  EXPECT_EQ(check.remedy, "grant it");
}

TEST(ListCheck, HasARemedyWhateverTheFailure) {
  using Why = ListFailure::Why;
  for (const Why why : {Why::Refused, Why::Failed, Why::NoQuota, Why::NotAsked}) {
    const Check check = list_check(kRegion, ListFailure{why, "HTTP 401"});
    EXPECT_FALSE(check.ok);
    EXPECT_TRUE(has(check.detail, "HTTP 401"));
    EXPECT_FALSE(check.remedy.empty());
  }
}

}  // namespace
}  // namespace mactiond::doctor

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "core/region/region.hpp"
#include "support/engine_harness.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using test::kDay;
using test::open_action;
using test::refusal;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Lines = std::vector<std::string>;

const Outcome kForbidden =
    refusal(Verdict::GiveUp, Reason::Permission, 403, std::nullopt, "Forbidden");

struct RegionLoginTest : testing::Test, test::EngineHarness {
  RegionLoginTest() { claims.roles = {"Machine.ReadWrite.All"}; }

  RegionStatus status() { return engine().status(now).regions[0]; }
  RegionOptions& region() { return options.regions[0]; }
  void give_claims() {
    const auto fetch = take<FetchToken>();
    step(TokenFetched{fetch.id, {}, Secret("token"), 1h, {}, claims, credential_end});
  }
  /// The API answers whatever is asked, with no action.
  void run_for(Duration time) {
    run(time, [this] {
      while (count<FetchToken>() > 0) give_claims();
      while (count<ListActions>() > 0) list({});
    });
  }
  /// The thresholds that were reported.
  [[nodiscard]] std::vector<std::string> reported() const {
    std::vector<std::string> fields;
    for (const EventRecord& event : events) {
      if (event.type != EventType::CredentialExpiring) continue;
      EXPECT_EQ(event.region, "eu");
      fields.push_back(event.fields.substr(0, event.fields.find(',')));
    }
    return fields;
  }
  void reload() { take_step(engine().reconfigure(options, snapshot, now)); }

  TokenClaims claims;
  std::optional<WallTime> credential_end;
};

TEST_F(RegionLoginTest, AMissingPermissionIsLoggedOnceAndShown) {
  PolicyOptions& policy = options.policies.emplace_back();
  policy.name = "p";
  policy.action = PolicyAction::Cancel;
  policy.stale_after = 1h;
  policy.match.type = {"Isolate"};
  run_for(3h);
  EXPECT_EQ(log_entries_of("permission_missing"), 1);
  EXPECT_THAT(status().missing_permissions, ElementsAre("Machine.Isolate"));
  EXPECT_EQ(status().state, RegionState::Ok);
  EXPECT_THAT(recorded(), IsEmpty());
}

TEST_F(RegionLoginTest, APermissionThatAReloadNeedsIsLookedForWithoutANewToken) {
  run_for(1min);
  EXPECT_EQ(log_entries_of("permission_missing"), 0);
  options.submit.enabled = true;
  options.submit.types = {"Isolate"};
  reload();
  EXPECT_EQ(log_entries_of("permission_missing"), 0) << "not those of all regions at once";
  run_for(1min);
  EXPECT_EQ(log_entries_of("permission_missing"), 1);
}

TEST_F(RegionLoginTest, ATokenWithoutAnyRoleDegradesTheRegionUntilThereIsOne) {
  claims.roles.clear();
  tick();
  give_claims();
  EXPECT_EQ(recorded(), Lines{"region.degraded"});
  EXPECT_THAT(status().reason, HasSubstr("permission: the token has no application permission"));
  EXPECT_THAT(status().reason, HasSubstr("admin consent"));
  fail_list(kForbidden);
  EXPECT_THAT(status().reason, HasSubstr("permission 403"));
  EXPECT_THAT(status().reason, HasSubstr("admin consent")) << "the remedy stays";
  claims.roles = {"Machine.ReadWrite.All"};
  bool renewed = false;
  run(10min, [&] {
    for (; count<FetchToken>() > 0; renewed = true) give_claims();
    while (count<ListActions>() > 0) renewed ? list({}) : fail_list(kForbidden);
  });
  EXPECT_EQ(recorded(), (Lines{"region.degraded", "region.recovered"}));
  EXPECT_EQ(status().reason, "");
}

TEST_F(RegionLoginTest, ATokenThatCannotBeReadDegradesNothing) {
  begin();
  EXPECT_EQ(status().state, RegionState::Ok);
  EXPECT_THAT(log_entries, IsEmpty());
  EXPECT_THAT(recorded(), IsEmpty());
}

TEST_F(RegionLoginTest, TheEndOfACredentialIsReportedAtEachThreshold) {
  region().credential_end = kDay + days(31);
  run_for(12h);
  EXPECT_THAT(reported(), IsEmpty());
  run_for(days(18));
  EXPECT_THAT(reported(), ElementsAre(R"("days":30)", R"("days":14)"));
  EXPECT_LT(std::chrono::abs(events[0].time - (kDay + days(1))), 1s);
  EXPECT_THAT(events[0].fields, HasSubstr(R"("expires":"2026-12-)"));
  EXPECT_EQ(regions.at("eu").credential, (CredentialMark{kDay + days(31), 14}));
  EXPECT_EQ(status().state, RegionState::Ok);
  ASSERT_TRUE(status().credential_left);
  EXPECT_LT(*status().credential_left, days(13));
}

TEST_F(RegionLoginTest, NothingIsReportedTwiceAfterARestart) {
  region().credential_end = kDay + days(6);
  run_for(1min);
  EXPECT_THAT(reported(), ElementsAre(R"("days":7)"));
  restart({});
  run_for(1min);
  EXPECT_THAT(reported(), ElementsAre(R"("days":7)"));
  now.wall += days(4);
  now.mono += days(4);
  restart({});
  run_for(1min);
  EXPECT_THAT(reported(), ElementsAre(R"("days":7)", R"("days":3)"));
}

TEST_F(RegionLoginTest, ACredentialThatHasEndedDegradesTheRegionUntilItIsReplaced) {
  region().credential_end = kDay + 1h;
  run_for(59min);
  EXPECT_EQ(recorded(), Lines{"credential.expiring"});
  run_for(2min);
  EXPECT_EQ(recorded(), (Lines{"credential.expiring", "credential.expiring", "region.degraded"}));
  EXPECT_THAT(status().reason, HasSubstr("the credential ended at 2026-"));
  restart({});
  run_for(10min);
  EXPECT_EQ(status().state, RegionState::Degraded) << "although the token still works";
  EXPECT_EQ(events.size(), 3U);
  region().credential_end = kDay + days(365);
  reload();
  run_for(1min);
  EXPECT_EQ(recorded().back(), "region.recovered");
  EXPECT_EQ(status().state, RegionState::Ok);
}

TEST_F(RegionLoginTest, AnotherCertificateBeginsWithTheFirstThreshold) {
  region().credential_end = kDay + days(2);
  run_for(1min);
  EXPECT_THAT(reported(), ElementsAre(R"("days":3)"));
  credential_end = kDay + days(20);
  run_for(1h);
  EXPECT_THAT(reported(), ElementsAre(R"("days":3)", R"("days":30)"));
  EXPECT_EQ(status().credential_end, kDay + days(20));
}

TEST_F(RegionLoginTest, AReloadKeepsTheEndOfTheCertificateInUse) {
  credential_end = kDay + days(2);
  run_for(1min);
  reload();
  EXPECT_EQ(status().credential_end, kDay + days(2));
  region().credential_end = kDay + days(400);
  reload();
  EXPECT_EQ(status().credential_end, kDay + days(400));
  region().credential_end.reset();
  reload();
  EXPECT_EQ(status().credential_end, std::nullopt);
}

TEST_F(RegionLoginTest, ACredentialWithoutAnEndHasNone) {
  credential_end = kDay + days(2);
  run_for(1min);
  credential_end.reset();
  run_for(1h);
  EXPECT_EQ(status().credential_end, std::nullopt);
}

TEST_F(RegionLoginTest, OurOwnClockIsBelievedOnlyWhereTheApiDoesNotAnswer) {
  region().credential_end = kDay + days(100);
  now.wall += days(90);
  tick();
  give_claims();
  EXPECT_THAT(reported(), IsEmpty());
  list({});
  EXPECT_THAT(reported(), IsEmpty()) << "by the API's clock it is far away";
}

TEST_F(RegionLoginTest, AnEndIsReportedAlthoughNoTokenIsGiven) {
  region().credential_end = kDay - days(1);
  tick();
  EXPECT_THAT(reported(), IsEmpty());
  refuse_token(refusal(Verdict::GiveUp, Reason::Auth, 401, std::nullopt, "AADSTS7000222"));
  EXPECT_THAT(reported(), ElementsAre(R"("days":0)"));
}

TEST_F(RegionLoginTest, AReloadAsksAtOnceForATokenThatWasRefused) {
  tick();
  for (int i = 0; i < 8; ++i) {
    refuse_token(refusal(Verdict::GiveUp, Reason::Auth, 401, std::nullopt, "AADSTS7000215"));
    pass(5min);
    if (count<FetchToken>() == 0) pass(5min);
  }
  refuse_token(refusal(Verdict::GiveUp, Reason::Auth, 401, std::nullopt, "AADSTS7000215"));
  EXPECT_EQ(count<FetchToken>(), 0);
  reload();
  EXPECT_EQ(count<FetchToken>(), 1);
}

}  // namespace
}  // namespace mactiond::core

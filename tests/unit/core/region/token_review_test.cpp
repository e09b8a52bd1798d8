#include "core/region/token_review.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mactiond::core {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Texts = std::vector<std::string>;

struct TokenReviewTest : testing::Test {
  TokenReviewTest() {
    region.name = "eu";
    region.audience = "https://api.securitycenter.microsoft.com";
    region.tenant_id = "11111111-2222-3333-4444-555555555555";
    PolicyOptions& policy = options.policies.emplace_back();
    policy.name = "stale";
    policy.action = PolicyAction::Cancel;
    policy.match.type = {"Isolate"};
  }
  static std::string field(const TokenReview::Finding& found, const std::string& key) {
    for (const auto& [name, value] : found.fields) {
      if (name == key) return value;
    }
    return "no " + key;
  }
  /// The events of what a token with these claims shows.
  Texts look(std::optional<TokenClaims> claims) {
    review.put(std::move(claims));
    return look();
  }
  Texts look() {
    found = review.look(options, region);
    Texts events;
    for (const auto& one : found) events.push_back(one.event);
    return events;
  }
  TokenClaims good{"https://api.securitycenter.microsoft.com",
                   "11111111-2222-3333-4444-555555555555",
                   {"Machine.ReadWrite.All", "Machine.Isolate"}};

  Options options;
  RegionOptions region;
  TokenReview review;
  std::vector<TokenReview::Finding> found;
};

TEST_F(TokenReviewTest, FindsNothingWrongWithTheRightToken) {
  EXPECT_THAT(look(good), IsEmpty());
  EXPECT_THAT(review.missing(), IsEmpty());
  EXPECT_EQ(review.trouble(), std::nullopt);
  EXPECT_FALSE(review.is_due());
}

TEST_F(TokenReviewTest, NamesEachMissingPermissionOnceWithWhatDoesNotWork) {
  good.roles = {"Machine.ReadWrite.All"};
  EXPECT_THAT(look(good), ElementsAre("permission_missing"));
  EXPECT_EQ(field(found[0], "region"), "eu");
  EXPECT_EQ(field(found[0], "permission"), "Machine.Isolate");
  EXPECT_EQ(field(found[0], "effect"), "policy stale cannot cancel Isolate");
  EXPECT_THAT(field(found[0], "remedy"), HasSubstr("admin consent"));
  EXPECT_THAT(review.missing(), ElementsAre("Machine.Isolate"));
  EXPECT_THAT(look(good), IsEmpty()) << "by the next token";
  EXPECT_THAT(review.missing(), ElementsAre("Machine.Isolate"));
  EXPECT_EQ(review.trouble(), std::nullopt);
}

TEST_F(TokenReviewTest, NamesOneAgainThatWasTakenAwayAgain) {
  const TokenClaims less{good.aud, good.tid, {"Machine.ReadWrite.All"}};
  EXPECT_THAT(look(less), ElementsAre("permission_missing"));
  EXPECT_THAT(look(good), IsEmpty());
  EXPECT_THAT(look(less), ElementsAre("permission_missing"));
}

TEST_F(TokenReviewTest, ATokenWithoutAnyRoleIsTrouble) {
  good.roles.clear();
  EXPECT_THAT(look(good), ElementsAre("permission_missing", "permission_missing"));
  ASSERT_TRUE(review.trouble());
  EXPECT_EQ(review.trouble()->reason, Reason::Permission);
  EXPECT_THAT(review.trouble()->detail, HasSubstr("Machine.ReadWrite.All, Machine.Isolate"));
  EXPECT_THAT(review.trouble()->detail, HasSubstr("admin consent"));
  good.roles = {"Machine.Isolate"};
  EXPECT_THAT(look(good), IsEmpty());
  EXPECT_EQ(review.trouble(), std::nullopt);
}

TEST_F(TokenReviewTest, AManagedIdentityIsAssignedARoleAndItsTokensAreCached) {
  region.managed_identity = true;
  good.roles.clear();
  (void)look(good);
  EXPECT_THAT(review.trouble()->detail, HasSubstr("app role"));
  EXPECT_THAT(review.trouble()->detail, HasSubstr("24 hours"));
  EXPECT_THAT(field(found[0], "remedy"), HasSubstr("24 hours"));
}

TEST_F(TokenReviewTest, TheOlderPermissionToReadIsEnoughButNamed) {
  good.roles = {"Machine.Read.All", "Machine.Isolate"};
  EXPECT_THAT(look(good), ElementsAre("permission_old"));
  EXPECT_THAT(review.missing(), IsEmpty());
  EXPECT_THAT(look(good), IsEmpty());
}

TEST_F(TokenReviewTest, NamesAnotherAudienceOnce) {
  for (const char* same :
       {"https://API.securitycenter.microsoft.com/", "", "fc780465-2017-40d4-a0c5-307022471b92"}) {
    good.aud = same;
    EXPECT_THAT(look(good), IsEmpty()) << same;
  }
  good.aud = "https://graph.microsoft.com\n";
  EXPECT_THAT(look(good), ElementsAre("token_audience"));
  EXPECT_THAT(field(found[0], "remedy"), HasSubstr("`audience`"));
  EXPECT_THAT(field(found[0], "token_is_for"), HasSubstr("graph.microsoft.com"));
  EXPECT_EQ(field(found[0], "token_is_for").find('\n'), std::string::npos);
  EXPECT_THAT(look(good), IsEmpty());
}

TEST_F(TokenReviewTest, NamesAnotherTenantOnce) {
  good.tid = "11111111-2222-3333-4444-555555555556";
  EXPECT_THAT(look(good), ElementsAre("token_tenant"));
  EXPECT_THAT(field(found[0], "remedy"), HasSubstr("`tenant_id`"));
  EXPECT_THAT(look(good), IsEmpty());
  region.tenant_id = "contoso.onmicrosoft.com";
  good.tid = "11111111-2222-3333-4444-555555555557";
  EXPECT_THAT(look(good), IsEmpty()) << "a name cannot be compared";
}

TEST_F(TokenReviewTest, JudgesNothingOfATokenThatCannotBeRead) {
  good.roles.clear();
  (void)look(good);
  ASSERT_TRUE(review.trouble());
  EXPECT_THAT(look(std::nullopt), IsEmpty());
  EXPECT_EQ(review.trouble(), std::nullopt);
  EXPECT_THAT(review.missing(), IsEmpty());
  EXPECT_FALSE(review.is_due());
}

TEST_F(TokenReviewTest, LooksAtTheSameTokenAgainForOtherOptionsAtTheNextPoll) {
  EXPECT_THAT(look(good), IsEmpty());
  options.policies[0].match.type = {"Offboard"};
  review.options_changed();
  EXPECT_FALSE(review.is_due());
  review.polled();
  ASSERT_TRUE(review.is_due());
  EXPECT_THAT(look(), ElementsAre("permission_missing"));
  EXPECT_EQ(field(found[0], "permission"), "Machine.Offboard");
  review.polled();
  EXPECT_FALSE(review.is_due());
}

TEST_F(TokenReviewTest, BoundsWhatItSaysOfManyPolicies) {
  for (int i = 0; i < 1000; ++i) options.policies.push_back(options.policies[0]);
  good.roles = {"Machine.ReadWrite.All"};
  (void)look(good);
  EXPECT_THAT(field(found[0], "effect"), HasSubstr("and 993 more"));
  EXPECT_LT(field(found[0], "effect").size(), 1000U);
}

}  // namespace
}  // namespace mactiond::core

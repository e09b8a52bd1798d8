#include "defender/token_claims.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/text.hpp"

namespace mactiond::defender {
namespace {

Secret token_of(const std::string& payload) {
  return Secret(base64url_encode(R"({"typ":"JWT","alg":"RS256"})") + '.' +
                base64url_encode(payload) + ".signature");
}

TEST(TokenClaims, AreReadFromThePayload) {
  const auto claims = parse_claims(
      token_of(R"({"aud":"https://api.securitycenter.microsoft.com","appid":"a",)"
               R"("tid":"11111111-2222-4333-8444-555555555555","roles":["Machine.Read.All",)"
               R"("Machine.Isolate"]})"));
  ASSERT_TRUE(claims);
  EXPECT_EQ(*claims, (TokenClaims{"https://api.securitycenter.microsoft.com",
                                  "11111111-2222-4333-8444-555555555555",
                                  {"Machine.Read.All", "Machine.Isolate"}}));
}

TEST(TokenClaims, MayAllBeMissing) {
  EXPECT_EQ(parse_claims(token_of("{}")), TokenClaims{});
  EXPECT_EQ(parse_claims(token_of(R"({"aud":7,"tid":null,"roles":"Machine.Read"})")),
            TokenClaims{});
}

TEST(TokenClaims, AreNoneWhereTheTokenIsOpaque) {
  for (const std::string text :
       {"", "opaque", "one.point", "..", "a.b.c", "a.!!!.c", "a.e30", ".W10."}) {
    EXPECT_FALSE(parse_claims(Secret(text))) << text;
  }
  EXPECT_FALSE(parse_claims(token_of("{\"roles\":")));
  EXPECT_FALSE(parse_claims(token_of(std::string(2000, '['))));
}

TEST(TokenClaims, LeaveOutWhatIsNotFitToBeShown) {
  const auto claims = parse_claims(token_of(
      R"({"aud":"a\u001b[31m","tid":")" + std::string(257, 't') +
      R"(","roles":["Good",7,"two words","",null,["x"],")" + std::string(257, 'r') + R"("]})"));
  EXPECT_EQ(claims, (TokenClaims{"", "", {"Good"}}));
}

TEST(TokenClaims, AreBounded) {
  std::string roles = "\"r\"";
  for (int i = 0; i < 1000; ++i) roles += ",\"r\"";
  const auto claims = parse_claims(token_of("{\"roles\":[" + roles + "]}"));
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->roles.size(), 256U);
  EXPECT_FALSE(parse_claims(token_of("{\"tid\":\"" + std::string(70'000, 'x') + "\"}")));
}

}  // namespace
}  // namespace mactiond::defender

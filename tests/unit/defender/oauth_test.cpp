#include "defender/oauth.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "support/fixture.hpp"

namespace mactiond::defender {
namespace {

using std::chrono::seconds;
using test::read_fixture;

std::string token_answer(const std::string& expires_in) {
  return R"({"token_type":"Bearer","expires_in":)" + expires_in + R"(,"access_token":"t"})";
}

TEST(TokenRequest, IsTheClientCredentialsForm) {
  const ClientSecretCredential credential{
      *http::parse_url("https://login.microsoftonline.com"), "11111111-2222-4333-8444-555555555555",
      "app id", "https://api.securitycenter.microsoft.com", Secret("s+e&c=r%t~")};
  const http::Request request = token_request(credential);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url.authority(), "login.microsoftonline.com");
  EXPECT_EQ(request.url.target, "/11111111-2222-4333-8444-555555555555/oauth2/v2.0/token");
  EXPECT_EQ(http::find_header(request.headers, "content-type"),
            "application/x-www-form-urlencoded");
  EXPECT_EQ(request.body,
            "client_id=app%20id"
            "&scope=https%3A%2F%2Fapi.securitycenter.microsoft.com%2F.default"
            "&client_secret=s%2Be%26c%3Dr%25t~&grant_type=client_credentials");
  EXPECT_TRUE(request.authorization.empty());
}

TEST(ParseToken, ReadsBothEndpointVersions) {
  for (const char* name : {"token_v1.json", "token_v2.json"}) {
    const auto token = parse_token(read_fixture(name));
    ASSERT_TRUE(token) << name;
    EXPECT_EQ(token->value.reveal(), "eyJ0eXAi.made-up.token");
    EXPECT_EQ(token->lifetime, seconds(3599));
  }
}

TEST(ParseToken, IsRefusedAtEveryTruncation) {
  const std::string body = read_fixture("token_v1.json");
  for (std::size_t size = 0; size < body.size(); ++size) {
    const auto token = parse_token(std::string_view(body).substr(0, size));
    ASSERT_TRUE(token.has_error()) << size;
    ASSERT_EQ(token.error().code, Errc::MalformedJson) << size;
  }
}

TEST(ParseToken, ReadsLifetimesInEveryForm) {
  EXPECT_EQ(parse_token(token_answer("5"))->lifetime, seconds(5));
  EXPECT_EQ(parse_token(token_answer("\" 100800 \""))->lifetime, seconds(100800));
  EXPECT_EQ(parse_token(token_answer("3599.9"))->lifetime, seconds(3599));
}

TEST(ParseToken, CapsAnAbsurdLifetimeAtAWeek) {
  for (const char* text : {"9223372036854775807", "18446744073709551615", "1e300"}) {
    EXPECT_EQ(parse_token(token_answer(text))->lifetime, std::chrono::hours(7 * 24)) << text;
  }
}

TEST(ParseToken, RefusesALifetimeThatIsNone) {
  for (const char* text : {"0", "-1", "null", "\"\"", "\"soon\"", "\"1h\"", "[1]", "true", "-1e300",
                           "\"-5\"", "\"99999999999999999999\"", "0.5"}) {
    const auto token = parse_token(token_answer(text));
    ASSERT_TRUE(token.has_error()) << text;
    EXPECT_EQ(token.error().code, Errc::UnexpectedDocument);
  }
  EXPECT_TRUE(parse_token(R"({"access_token":"t"})").has_error());
}

TEST(ParseToken, RefusesATokenThatCannotBeAHeader) {
  for (const char* text :
       {R"("")", R"("a b")", R"("a\r\nHost: b")", R"("ä")", R"("a\u0000")", "null", "7"}) {
    const auto token = parse_token(R"({"expires_in":60,"access_token":)" + std::string(text) + '}');
    ASSERT_TRUE(token.has_error()) << text;
    EXPECT_EQ(token.error().code, Errc::UnexpectedDocument);
  }
}

TEST(ParseToken, RefusesAnotherTokenType) {
  EXPECT_TRUE(
      parse_token(R"({"token_type":"pop","expires_in":60,"access_token":"t"})").has_error());
  EXPECT_TRUE(parse_token(R"({"expires_in":60,"access_token":"t"})"));
}

TEST(ParseToken, RefusesWhatIsNoTokenAnswer) {
  EXPECT_EQ(parse_token("<html>").error().code, Errc::MalformedJson);
  EXPECT_EQ(parse_token(std::string(1000, '[')).error().code, Errc::MalformedJson);
  EXPECT_EQ(parse_token("[]").error().code, Errc::UnexpectedDocument);
  EXPECT_EQ(parse_token(std::string(70'000, ' ')).error().code, Errc::UnexpectedDocument);
}

TEST(ParseToken, NeverRepeatsTheTokenInAnError) {
  const auto token = parse_token(R"({"expires_in":0,"access_token":"verysecret"})");
  ASSERT_TRUE(token.has_error());
  EXPECT_EQ(token.error().message().find("verysecret"), std::string::npos);
}

}  // namespace
}  // namespace mactiond::defender

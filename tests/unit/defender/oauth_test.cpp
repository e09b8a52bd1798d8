#include "defender/oauth.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "support/fixture.hpp"

namespace mactiond::defender {
namespace {

using std::chrono::seconds;
using test::read_fixture;

constexpr WallTime kNow(std::chrono::sys_days(std::chrono::year(2026) / 11 / 20));

Result<Token> read(std::string_view body) { return parse_token(body, kNow); }

std::string token_answer(const std::string& expires_in) {
  return R"({"token_type":"Bearer","expires_in":)" + expires_in + R"(,"access_token":"t"})";
}

TokenAsk an_ask() {
  return {*http::parse_url("https://login.microsoftonline.com"),
          "11111111-2222-4333-8444-555555555555", "app id",
          "https://api.securitycenter.microsoft.com"};
}

TEST(TokenRequest, IsTheClientCredentialsForm) {
  const http::Request request = secret_request(an_ask(), Secret("s+e&c=r%t~"));
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

TEST(TokenRequest, HoldsAnAssertionInPlaceOfASecret) {
  const http::Request request = assertion_request(an_ask(), Secret("eyJ0.eyJh.a-b_c"));
  EXPECT_EQ(request.url, secret_request(an_ask(), Secret("s")).url);
  EXPECT_EQ(
      request.body,
      "client_id=app%20id"
      "&scope=https%3A%2F%2Fapi.securitycenter.microsoft.com%2F.default"
      "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
      "&client_assertion=eyJ0.eyJh.a-b_c&grant_type=client_credentials");
}

TEST(TokenEndpoint, IsTheUrlThatTheRequestGoesTo) {
  EXPECT_EQ(token_endpoint(an_ask()),
            "https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555"
            "/oauth2/v2.0/token");
  TokenAsk ask = an_ask();
  ask.authority = *http::parse_url("https://127.0.0.1:8443/login/");
  ask.tenant_id = "t";
  EXPECT_EQ(token_endpoint(ask), "https://127.0.0.1:8443/login/t/oauth2/v2.0/token");
}

TEST(ParseToken, ReadsBothEndpointVersions) {
  for (const char* name : {"token_v1.json", "token_v2.json"}) {
    const auto token = read(read_fixture(name));
    ASSERT_TRUE(token) << name;
    EXPECT_EQ(token->value.reveal(), "eyJ0eXAi.made-up.token");
    EXPECT_EQ(token->lifetime, seconds(3599));
  }
}

TEST(ParseToken, IsRefusedAtEveryTruncation) {
  const std::string body = read_fixture("token_v1.json");
  for (std::size_t size = 0; size < body.size(); ++size) {
    const auto token = read(std::string_view(body).substr(0, size));
    ASSERT_TRUE(token.has_error()) << size;
    ASSERT_EQ(token.error().code, Errc::MalformedJson) << size;
  }
}

TEST(ParseToken, ReadsLifetimesInEveryForm) {
  EXPECT_EQ(read(token_answer("5"))->lifetime, seconds(5));
  EXPECT_EQ(read(token_answer("\" 100800 \""))->lifetime, seconds(100800));
  EXPECT_EQ(read(token_answer("3599.9"))->lifetime, seconds(3599));
}

TEST(ParseToken, ReadsAnEndInPlaceOfALifetime) {
  const std::string end = std::to_string(to_seconds(kNow.time_since_epoch()) + 3599);
  for (const std::string& text : {end, '"' + end + '"'}) {
    const auto token = read(R"({"access_token":"t","expires_on":)" + text + '}');
    ASSERT_TRUE(token) << text;
    EXPECT_EQ(token->lifetime, seconds(3599));
  }
  for (const char* text : {"1", "-9223372036854775808", "0", "null", "\"11/20/2026 1:00:00\""}) {
    EXPECT_TRUE(read(R"({"access_token":"t","expires_on":)" + std::string(text) + '}').has_error())
        << text;
  }
  EXPECT_EQ(read(R"({"access_token":"t","expires_on":9223372036854775807})")->lifetime,
            std::chrono::hours(7 * 24));
}

TEST(ParseToken, ReadsWhenToRenew) {
  const auto refresh = [](const std::string& text) {
    return read(R"({"access_token":"t","expires_in":86399,"refresh_in":)" + text + '}')->refresh_in;
  };
  EXPECT_EQ(refresh("43199"), seconds(43199));
  EXPECT_EQ(refresh("\"43199\""), seconds(43199));
  for (const char* text : {"0", "-1", "86399", "90000", "null", "\"soon\"", "[]"}) {
    EXPECT_EQ(refresh(text), std::nullopt) << text;
  }
  EXPECT_EQ(read(token_answer("60"))->refresh_in, std::nullopt);
}

TEST(ParseToken, CapsAnAbsurdLifetimeAtAWeek) {
  for (const char* text : {"9223372036854775807", "18446744073709551615", "1e300"}) {
    EXPECT_EQ(read(token_answer(text))->lifetime, std::chrono::hours(7 * 24)) << text;
  }
}

TEST(ParseToken, RefusesALifetimeThatIsNone) {
  for (const char* text : {"0", "-1", "null", "\"\"", "\"soon\"", "\"1h\"", "[1]", "true", "-1e300",
                           "0e599", "\"-5\"", "\"99999999999999999999\"", "0.5"}) {
    const auto token = read(token_answer(text));
    ASSERT_TRUE(token.has_error()) << text;
    EXPECT_EQ(token.error().code, Errc::UnexpectedDocument);
  }
  EXPECT_TRUE(read(R"({"access_token":"t"})").has_error());
}

TEST(ParseToken, RefusesATokenThatCannotBeAHeader) {
  for (const char* text :
       {R"("")", R"("a b")", R"("a\r\nHost: b")", R"("ä")", R"("a\u0000")", "null", "7"}) {
    const auto token = read(R"({"expires_in":60,"access_token":)" + std::string(text) + '}');
    ASSERT_TRUE(token.has_error()) << text;
    EXPECT_EQ(token.error().code, Errc::UnexpectedDocument);
  }
}

TEST(ParseToken, RefusesAnotherTokenType) {
  EXPECT_TRUE(read(R"({"token_type":"pop","expires_in":60,"access_token":"t"})").has_error());
  EXPECT_TRUE(read(R"({"expires_in":60,"access_token":"t"})"));
}

TEST(ParseToken, RefusesWhatIsNoTokenAnswer) {
  EXPECT_EQ(read("<html>").error().code, Errc::MalformedJson);
  EXPECT_EQ(read(std::string(1000, '[')).error().code, Errc::MalformedJson);
  EXPECT_EQ(read("[]").error().code, Errc::UnexpectedDocument);
  EXPECT_EQ(read(std::string(70'000, ' ')).error().code, Errc::UnexpectedDocument);
}

TEST(ParseToken, NeverRepeatsTheTokenInAnError) {
  const auto token = read(R"({"expires_in":0,"access_token":"verysecret"})");
  ASSERT_TRUE(token.has_error());
  EXPECT_EQ(token.error().message().find("verysecret"), std::string::npos);
}

}  // namespace
}  // namespace mactiond::defender

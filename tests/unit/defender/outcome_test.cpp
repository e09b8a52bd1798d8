#include "defender/outcome.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

#include "support/fixture.hpp"

namespace mactiond::defender {
namespace {

using std::chrono::seconds;
using test::read_fixture;

Outcome api(int status, std::string body, std::vector<http::Header> headers = {}) {
  return api_outcome(http::Response{status, std::move(headers), std::move(body)}, WallTime{});
}

Outcome token(int status, std::string body) {
  return token_outcome(http::Response{status, {}, std::move(body)}, WallTime{});
}

std::string error_body(const std::string& code, const std::string& message) {
  return R"({"error":{"code":")" + code + R"(","message":")" + message + R"(","target":"t"}})";
}

TEST(ApiOutcome, IsOkWithoutALookAtTheBody) {
  const Outcome result = api(200, read_fixture("error_odata.json"));
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.detail, "");
}

TEST(ApiOutcome, ShowsWhyAQueryIsRefused) {
  const Outcome result = api(400, read_fixture("error_odata.json"));
  EXPECT_EQ(result.verdict, Verdict::GiveUp);
  EXPECT_EQ(result.reason, Reason::Rejected);
  EXPECT_EQ(result.detail, "ODataError: Could not find a property named 'lastUpdateDateTimeUtc'.");
}

TEST(ApiOutcome, TakesAny400AsRejected) {
  EXPECT_EQ(api(400, error_body("InvalidInput", "m")).reason, Reason::Rejected);
  EXPECT_EQ(api(400, "").reason, Reason::Rejected);
  EXPECT_EQ(api(500, error_body("ODataError", "m")).reason, Reason::ServerError);
}

TEST(ApiOutcome, ShowsWhatAGatewaySaysInItsOwnForm) {
  EXPECT_EQ(api(400, R"({"Message":"no such query"})").detail, "no such query");
  EXPECT_EQ(api(400, R"({"message":"nor this"})").detail, "nor this");
  EXPECT_EQ(api(400, "null").detail, "HTTP 400");
}

TEST(ListOutcome, TakesAny400AsARefusedQuery) {
  const std::vector<std::string> bodies{
      error_body("ODataError", "m"), error_body("", "m"), "", "null",
      R"({"Message":"m"})",          "<html>no</html>"};
  for (const std::string& body : bodies) {
    EXPECT_EQ(list_outcome(http::Response{400, {}, body}, WallTime{}).reason, Reason::Query)
        << body;
  }
  EXPECT_EQ(list_outcome(http::Response{422, {}, ""}, WallTime{}).reason, Reason::Rejected);
}

TEST(ApiOutcome, KnowsA400ThatSpeaksOfALimitOfTopInWhateverForm) {
  for (const std::string& body :
       {error_body("",
                   "The limit of '1000' for Top query has been exceeded. The value from the "
                   "incoming request is '10000'."),
        error_body("BadRequest", "The value of $top must not be greater than 500"),
        std::string(R"({"Message":"Maximum page size is 1000"})"),
        std::string(R"({"error":"pageSize exceeds 200"})"),
        error_body("", R"(Limit of \u00271000\u0027 for \u0027Top\u0027 query has been exceeded)"),
        error_body("InvalidInput", R"(\u0024top is limited to 1000)"),
        std::string("<html><title>400</title><p>%24top: at most 1000 allowed</p></html>"),
        std::string("TOP must be between 1 and 1000"),
        std::string("Invalid $top. Allowed: 1..1000"),
        std::string("The query parameter '$top=10000' exceeds the maximum of 1000."),
        std::string("$top must be <= 1000"),
        error_body("", "Invalid value 10000 for $top: valid values are 1 to 1000"),
        std::string("The query parameter '$top' with value 10000 is not supported"),
        std::string("Requested number of records exceeds the limit")}) {
    EXPECT_TRUE(api(400, body).page_limit) << body;
  }
}

TEST(ApiOutcome, TakesNoOther400ForALimitOfTop) {
  for (const std::string& body :
       {std::string(), std::string("null"), std::string("<html><body>Bad Request</body></html>"),
        read_fixture("error_odata.json"),
        error_body("BadRequest", "The query option '$top' is not allowed"),
        error_body("",
                   "Invalid query, maximum is 1: $filter=lastUpdateDateTimeUtc ge "
                   "2026-11-20T10:00:00Z&$orderby=lastUpdateDateTimeUtc asc&$top=10000"),
        std::string("<html><style>p { margin-top: 1px; max-width: 9px }</style>No</html>"),
        std::string("<html><p style=\"margin-top: 1px; max-width: 9px\">Stop: too large</p>"),
        std::string("The node count limit of '100' has been exceeded")}) {
    EXPECT_FALSE(api(400, body).page_limit) << body;
  }
  EXPECT_FALSE(api(500, "The limit of '1000' for Top query has been exceeded").page_limit);
}

TEST(ApiOutcome, NeverShowsTheTarget) {
  const Outcome result = api(429, read_fixture("error_quota.json"));
  EXPECT_EQ(result.detail.find("11111111"), std::string::npos);
  EXPECT_TRUE(result.detail.starts_with("429: API calls quota exceeded!"));
}

TEST(ApiOutcome, TakesTheWaitFromTheHeaderFirst) {
  const Outcome result = api(429, read_fixture("error_quota.json"), {{"Retry-After", "12"}});
  EXPECT_EQ(result.reason, Reason::Throttled);
  EXPECT_EQ(result.retry_after, seconds(12));
}

TEST(ApiOutcome, TakesTheWaitFromTheMessageElse) {
  EXPECT_EQ(api(429, read_fixture("error_quota.json")).retry_after, seconds(8));
  EXPECT_EQ(api(429, read_fixture("error_quota.json"), {{"Retry-After", "soon"}}).retry_after,
            seconds(8));
  EXPECT_EQ(api(429, error_body("429", "again in 1 second.")).retry_after, seconds(1));
}

TEST(ApiOutcome, TakesTheWaitFromTheWindowLast) {
  EXPECT_EQ(api(429, read_fixture("error_quota_old.json")).retry_after, seconds(60));
  EXPECT_EQ(api(429, error_body("429", "Maximum allowed 100 per 00:01:00")).retry_after,
            seconds(20));
}

TEST(ApiOutcome, HasNoWaitWhereNobodyNamesOne) {
  for (const char* message :
       {"", "quota", "in seconds", "in x seconds", "in 5 minutes", "allowed many per 01:00:00",
        "allowed 5 per hour", "allowed 5 per 01", "allowed 5 per 01:00", "in "}) {
    EXPECT_EQ(api(429, error_body("429", message)).retry_after, std::nullopt) << message;
  }
}

TEST(ApiOutcome, CapsAnAbsurdWaitAtOneDay) {
  EXPECT_EQ(api(429, error_body("429", "in 99999999999999999999 seconds")).retry_after,
            std::chrono::hours(24));
}

TEST(ApiOutcome, ALimitsCountIsNotCutToADayOfSeconds) {
  for (const auto& [text, count] :
       {std::pair{"86401", 86401}, std::pair{"150000", 150'000}, std::pair{"1000000", 1'000'000},
        std::pair{"99999999999999999999", 2'147'483'647}}) {
    const std::string message = std::string("Maximum allowed ") + text + " per 01:00:00";
    EXPECT_EQ(api(429, error_body("429", message)).limit,
              (NamedLimit{count, std::chrono::hours(1)}))
        << text;
  }
}

TEST(ApiOutcome, SaysTheStatusWhereTheBodyIsNoError) {
  for (const char* body : {"", "<html>Bad gateway</html>", "[]", "{}", R"({"error":7})",
                           R"({"error":{}})", R"({"error":{"code":1,"message":[]}})"}) {
    EXPECT_EQ(api(502, body).detail, "HTTP 502") << body;
    EXPECT_EQ(api(502, body).reason, Reason::ServerError);
  }
}

TEST(ApiOutcome, ReadsAGatewaysErrorText) {
  EXPECT_EQ(api(403, R"({"error":"access_denied","error_description":"x"})").detail,
            "access_denied");
}

TEST(ApiOutcome, CutsALongMessageAtACharacter) {
  std::string message;
  for (int i = 0; i < 200; ++i) message += "ä";
  const Outcome result = api(403, error_body("X", message));
  EXPECT_EQ(result.detail.size(), 299U);
  EXPECT_TRUE(result.detail.ends_with("ä"));
}

TEST(ApiOutcome, KeepsTheDetailOnOneLine) {
  EXPECT_EQ(api(403, error_body("Forbidden", R"(a\r\nb\u0000c)")).detail, "Forbidden: a  b c");
}

TEST(ApiOutcome, TakesA404AsNotFound) {
  EXPECT_EQ(api(404, read_fixture("error_not_found.json")).reason, Reason::NotFound);
}

TEST(TokenOutcome, GivesUpOnAWrongSecretAndNamesTheNumber) {
  for (const int status : {400, 401}) {
    const Outcome result = token(status, read_fixture("token_invalid_client.json"));
    EXPECT_EQ(result.verdict, Verdict::GiveUp);
    EXPECT_EQ(result.reason, Reason::Auth);
    EXPECT_EQ(result.status, status);
    EXPECT_TRUE(result.detail.starts_with("invalid_client AADSTS7000215: ")) << result.detail;
  }
}

TEST(TokenOutcome, TakesTheNumberFromTheCodesElse) {
  EXPECT_TRUE(token(400, R"({"error":"invalid_scope","error_codes":[70011]})")
                  .detail.starts_with("invalid_scope AADSTS70011: the scope is wrong"));
  EXPECT_EQ(token(400, R"({"error":"invalid_scope","error_codes":[]})").detail, "invalid_scope");
  EXPECT_TRUE(token(400, R"({"error_description":"AADSTS90002: x"})")
                  .detail.starts_with("AADSTS90002: there is no such tenant"));
}

TEST(TokenOutcome, RetriesOnlyPassingTrouble) {
  EXPECT_EQ(token(400, R"({"error":"temporarily_unavailable"})").verdict, Verdict::Retry);
  EXPECT_EQ(token(400, R"({"error":"temporarily_unavailable"})").reason, Reason::ServerError);
  EXPECT_EQ(token(408, "").reason, Reason::Timeout);
  EXPECT_EQ(token(429, "").reason, Reason::Throttled);
  EXPECT_EQ(token(503, "<html>").reason, Reason::ServerError);
  for (const int status : {408, 429, 500, 503}) {
    EXPECT_EQ(token(status, "").verdict, Verdict::Retry) << status;
  }
}

TEST(TokenOutcome, GivesUpOnEverythingElse) {
  for (const int status : {302, 400, 401, 403, 404, 407, 410}) {
    const Outcome result = token(status, "<html>login</html>");
    EXPECT_EQ(result.verdict, Verdict::GiveUp) << status;
    EXPECT_EQ(result.reason, Reason::Auth) << status;
    EXPECT_EQ(result.detail, "HTTP " + std::to_string(status));
  }
}

TEST(TokenOutcome, RepeatsNothingThatIsNoErrorWord) {
  EXPECT_EQ(token(400, R"({"error":"app b1a2c3d4","error_description":"no number"})").detail,
            "HTTP 400");
}

TEST(TokenOutcome, IsOkFor200) { EXPECT_TRUE(token(200, "{}").ok()); }

}  // namespace
}  // namespace mactiond::defender

#include "defender/entra_error.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "defender/outcome.hpp"

namespace mactiond::defender {
namespace {

constexpr const char* kTenant = "11111111-2222-4333-8444-555555555555";
constexpr const char* kSecret = "abc~Q8secret";

/// As the endpoint answers: the description repeats ids, and here the secret too.
Outcome refused(std::int64_t number, int status = 400) {
  const std::string text = std::to_string(number);
  const std::string body = R"({"error":"invalid_request","error_description":"AADSTS)" + text +
                           ": tenant " + kTenant + " secret " + kSecret + R"(","error_codes":[)" +
                           text + "]}";
  return token_outcome(http::Response{status, {}, body}, WallTime{});
}

TEST(EntraError, EveryKnownNumberHasASentenceAndARemedy) {
  const std::vector<std::int64_t> numbers = {
      7000215, 7000222, 7000218, 7000216, 70002,  700016, 7000229, 7000112, 70001,  90002,
      900023,  90038,   900382,  900432,  500011, 650057, 65005,   650056,  501051, 1002012,
      70011,   53003,   530032,  53011,   50012,  700027, 700024,  700030,  50027,  5002738,
      700021,  70021,   700211,  700213,  70023,  50196,  90055,   90033,   90006,  90024,
      90012,   50033,   50087,   9002313, 900144, 90014};
  EXPECT_EQ(entra_errors().size(), numbers.size());
  for (const std::int64_t number : numbers) {
    SCOPED_TRACE(number);
    const EntraError* error = find_entra_error(number);
    ASSERT_NE(error, nullptr);
    EXPECT_FALSE(error->sentence.empty());
    EXPECT_EQ(error->remedy.empty(), error->again == Again::Soon) << "what passes needs no remedy";
    std::string expected =
        "invalid_request AADSTS" + std::to_string(number) + ": " + std::string(error->sentence);
    if (error->again != Again::Soon) expected += "; " + std::string(error->remedy);
    EXPECT_EQ(refused(number).detail, expected);
  }
}

TEST(EntraError, AnUnknownNumberShowsTheErrorAndWhereItIsExplained) {
  for (const std::int64_t number : std::vector<std::int64_t>{1, 50000, 7000214, 7000216000}) {
    EXPECT_EQ(find_entra_error(number), nullptr);
    const std::string text = std::to_string(number);
    EXPECT_EQ(refused(number).detail,
              "invalid_request AADSTS" + text +
                  "; see https://login.microsoftonline.com/error?code=" + text);
    EXPECT_EQ(refused(number).reason, Reason::Auth);
  }
}

TEST(EntraError, NothingOfTheDescriptionIsShown) {
  for (const EntraError& error : entra_errors()) {
    const std::string detail = refused(error.number).detail;
    EXPECT_EQ(detail.find(kTenant), std::string::npos) << detail;
    EXPECT_EQ(detail.find(kSecret), std::string::npos) << detail;
  }
}

TEST(EntraError, SaysWhenTheSameRequestMaySucceed) {
  for (const EntraError& error : entra_errors()) {
    SCOPED_TRACE(error.number);
    const Outcome outcome = refused(error.number);
    EXPECT_EQ(outcome.verdict, error.again == Again::Never ? Verdict::GiveUp : Verdict::Retry);
    EXPECT_EQ(outcome.reason, error.again == Again::Soon ? Reason::ServerError : Reason::Auth);
    EXPECT_EQ(refused(error.number, 503).reason, Reason::ServerError);
  }
  for (const std::int64_t slow : {53003, 530032, 700027, 70021, 700021, 700211, 700213, 50196}) {
    EXPECT_EQ(find_entra_error(slow)->again, Again::Slow) << slow;
  }
  for (const std::int64_t never : {7000215, 7000222, 700016, 90002, 500011, 50012, 9002313}) {
    EXPECT_EQ(find_entra_error(never)->again, Again::Never) << never;
  }
  for (const std::int64_t soon : {90055, 90033, 90006, 90024, 90012, 50033, 50087}) {
    EXPECT_EQ(find_entra_error(soon)->again, Again::Soon) << soon;
  }
}

TEST(EntraError, ALoopOfRequestsWaitsFiveMinutes) {
  EXPECT_EQ(refused(50196).retry_after, std::chrono::minutes(5));
  EXPECT_EQ(refused(7000215).retry_after, std::nullopt);
}

}  // namespace
}  // namespace mactiond::defender

#include "http/status_meaning.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "base/http_date.hpp"

namespace mactiond::http {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const WallTime kLocal = *parse_http_date("Fri, 20 Nov 2026 10:00:00 GMT");

Response answer(int status, std::vector<Header> headers = {}) {
  return Response{status, std::move(headers), ""};
}

struct Row {
  int status;
  Verdict verdict;
  Reason reason;
};

TEST(Outcome, FollowsTheStatus) {
  constexpr Row kRows[] = {
      {200, Verdict::Ok, Reason::None},           {204, Verdict::Ok, Reason::None},
      {301, Verdict::GiveUp, Reason::Redirect},   {307, Verdict::GiveUp, Reason::Redirect},
      {400, Verdict::GiveUp, Reason::Rejected},   {401, Verdict::Reauthenticate, Reason::Auth},
      {403, Verdict::GiveUp, Reason::Permission}, {404, Verdict::GiveUp, Reason::NotFound},
      {408, Verdict::Retry, Reason::Timeout},     {410, Verdict::GiveUp, Reason::Gone},
      {415, Verdict::GiveUp, Reason::Rejected},   {425, Verdict::Retry, Reason::Timeout},
      {429, Verdict::Retry, Reason::Throttled},   {500, Verdict::Retry, Reason::ServerError},
      {503, Verdict::Retry, Reason::ServerError}, {599, Verdict::Retry, Reason::ServerError},
      {101, Verdict::Retry, Reason::BadAnswer},   {600, Verdict::Retry, Reason::BadAnswer},
  };
  for (const auto& [status, verdict, reason] : kRows) {
    SCOPED_TRACE(status);
    const Outcome result = outcome(answer(status), kLocal);
    EXPECT_EQ(result.verdict, verdict);
    EXPECT_EQ(result.reason, reason);
    EXPECT_EQ(result.status, status);
    EXPECT_EQ(result.retry_after, std::nullopt);
  }
}

TEST(Outcome, SaysTheStatusToOperators) {
  EXPECT_EQ(outcome(answer(503), kLocal).detail, "HTTP 503");
  EXPECT_EQ(outcome(answer(200), kLocal).detail, "");
}

TEST(Outcome, FollowsTheTransportError) {
  const auto reason = [](Errc code) { return outcome(Error(code, "api.example")).reason; };
  EXPECT_EQ(reason(Errc::DeadlineExceeded), Reason::Timeout);
  EXPECT_EQ(reason(Errc::Cancelled), Reason::Stopped);
  EXPECT_EQ(reason(Errc::ResolveFailed), Reason::Network);
  EXPECT_EQ(reason(Errc::ConnectionLost), Reason::Network);
  EXPECT_EQ(reason(Errc::ProxyFailed), Reason::Network);
  EXPECT_EQ(reason(Errc::TlsFailed), Reason::Tls);
  EXPECT_EQ(reason(Errc::CertificateRejected), Reason::Tls);
  EXPECT_EQ(reason(Errc::BodyTooLarge), Reason::TooLarge);
  EXPECT_EQ(reason(Errc::MalformedHttp), Reason::BadAnswer);
  EXPECT_EQ(reason(Errc::MalformedJson), Reason::BadAnswer);
  EXPECT_EQ(reason(Errc::UnexpectedDocument), Reason::BadAnswer);
}

TEST(Outcome, RetriesAfterATransportError) {
  const Outcome result = outcome(Error(Errc::ConnectionFailed, "api.example"));
  EXPECT_EQ(result.verdict, Verdict::Retry);
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.detail, "api.example: the connection could not be made");
}

TEST(Outcome, TakesAForeignErrorAsNetworkTrouble) {
  const auto code = boost::system::errc::make_error_code(boost::system::errc::broken_pipe);
  EXPECT_EQ(outcome(Error(code, "api.example")).reason, Reason::Network);
}

TEST(Outcome, ReadsRetryAfterInSeconds) {
  EXPECT_EQ(outcome(answer(429, {{"retry-after", " 8 "}}), kLocal).retry_after, seconds(8));
  EXPECT_EQ(outcome(answer(503, {{"Retry-After", "0"}}), kLocal).retry_after, seconds(0));
  EXPECT_EQ(outcome(answer(429, {{"Retry-After", "soon"}}), kLocal).retry_after, std::nullopt);
}

TEST(Outcome, MeasuresARetryAfterDateByTheServersClock) {
  const Response skewed = answer(429, {{"Date", "Fri, 20 Nov 2026 07:00:00 GMT"},
                                       {"Retry-After", "Fri, 20 Nov 2026 07:00:30 GMT"}});
  EXPECT_EQ(outcome(skewed, kLocal).retry_after, seconds(30));
  const Response undated = answer(429, {{"Retry-After", "Fri, 20 Nov 2026 10:02:00 GMT"}});
  EXPECT_EQ(outcome(undated, kLocal).retry_after, seconds(120));
}

TEST(RetryAfter, ReadsAllThreeDateForms) {
  for (const char* text : {"Fri, 20 Nov 2026 10:00:07 GMT", "Friday, 20-Nov-26 10:00:07 GMT",
                           "Fri Nov 20 10:00:07 2026"}) {
    EXPECT_EQ(parse_retry_after(text, kLocal), seconds(7)) << text;
  }
}

TEST(RetryAfter, TakesAPastDateAsZero) {
  EXPECT_EQ(parse_retry_after("Fri, 20 Nov 2026 09:00:00 GMT", kLocal), Duration{});
}

TEST(RetryAfter, IsCappedAtThirtyDays) {
  EXPECT_EQ(parse_retry_after("2592001", kLocal), hours(24 * 30));
  EXPECT_EQ(parse_retry_after("99999999999999999999999999", kLocal), hours(24 * 30));
  EXPECT_EQ(parse_retry_after("Sun, 20 Nov 9999 10:00:00 GMT", kLocal), hours(24 * 30));
}

TEST(RetryAfter, IgnoresGarbage) {
  for (const char* text : {"", " ", "-1", "+1", "1.5", "1e3", "1 2", "0x10", "tomorrow"}) {
    EXPECT_EQ(parse_retry_after(text, kLocal), std::nullopt) << text;
  }
}

TEST(ServerDate, ReadsTheDateHeader) {
  EXPECT_EQ(server_date(answer(200, {{"date", "Fri, 20 Nov 2026 10:00:00 GMT"}})), kLocal);
  EXPECT_EQ(server_date(answer(200)), std::nullopt);
  EXPECT_EQ(server_date(answer(200, {{"Date", "now"}})), std::nullopt);
}

}  // namespace
}  // namespace mactiond::http

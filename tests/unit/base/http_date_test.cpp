#include "base/http_date.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <cstdint>

namespace mactiond {
namespace {

constexpr WallTime kExample = WallTime(std::chrono::seconds(784'111'777));

TEST(HttpDate, ReadsAllThreeForms) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), kExample);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), kExample);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), kExample);
}

TEST(HttpDate, ReadsAsctimeWithATwoDigitDay) {
  EXPECT_EQ(parse_http_date("Wed Nov 16 08:49:37 1994"), kExample + std::chrono::days(10));
}

TEST(HttpDate, TakesTwoDigitYearsAs1970To2069) {
  EXPECT_EQ(parse_http_date("Thursday, 01-Jan-70 00:00:00 GMT"), WallTime{});
  EXPECT_EQ(parse_http_date("Friday, 20-Nov-26 10:00:00 GMT"),
            parse_http_date("Fri, 20 Nov 2026 10:00:00 GMT"));
  EXPECT_EQ(parse_http_date("Tuesday, 01-Jan-69 00:00:00 GMT"),
            parse_http_date("Tue, 01 Jan 2069 00:00:00 GMT"));
}

TEST(HttpDate, TakesALeapSecondAsTheNextMinute) {
  EXPECT_EQ(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT"),
            parse_http_date("Sun, 01 Jan 2017 00:00:00 GMT"));
}

TEST(HttpDate, RefusesWhatIsNoDate) {
  for (const char* text :
       {"", "Sun", "Sun, ", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Xyz 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ", "120",
        "Xxx, 06 Nov 1994 08:49:37 GMT", "Sunday, 06 Nov 1994 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994", "2026-11-20T10:00:00Z"}) {
    EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
  }
}

TEST(HttpDate, PrintsTheFixedForm) {
  EXPECT_EQ(format_http_date(kExample), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(format_http_date(kExample + Duration(9'999'999)), "Sun, 06 Nov 1994 08:49:37 GMT");
}

RC_GTEST_PROP(HttpDate, ReadsBackWhatItPrints, ()) {
  const WallTime time(std::chrono::seconds(*rc::gen::inRange<std::int64_t>(0, 32'503'680'000)));
  RC_ASSERT(parse_http_date(format_http_date(time)) == time);
}

}  // namespace
}  // namespace mactiond

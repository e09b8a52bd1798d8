#include "base/iso_time.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>
#include <cstdint>

namespace mactiond {
namespace {

using std::chrono::sys_days;
using std::chrono::year;

constexpr WallTime kTenOClock = WallTime(sys_days(year(2026) / 11 / 20)) + std::chrono::hours(10);

struct Vector {
  const char* text;
  std::int64_t ticks;  // after 2026-11-20T10:00:00Z
};

TEST(IsoTime, ReadsEveryFractionTheApiPrints) {
  constexpr Vector kVectors[] = {
      {"2026-11-20T10:00:38.2262283Z", 382'262'283}, {"2026-11-20T10:00:00.154974Z", 1'549'740},
      {"2026-11-20T10:00:32.42Z", 324'200'000},      {"2026-11-20T10:00:00Z", 0},
      {"2026-11-20T10:00:00.0000001Z", 1},           {"2026-11-20T10:00:00.9Z", 9'000'000},
  };
  for (const auto& [text, ticks] : kVectors) {
    SCOPED_TRACE(text);
    EXPECT_EQ(parse_iso_time(text), kTenOClock + Duration(ticks));
  }
}

TEST(IsoTime, CutsMoreThanSevenFractionDigits) {
  EXPECT_EQ(parse_iso_time("2026-11-20T10:00:00.12345678Z"), kTenOClock + Duration(1'234'567));
  EXPECT_EQ(parse_iso_time("2026-11-20T10:00:00.99999999999999999999999999Z"),
            kTenOClock + Duration(9'999'999));
}

TEST(IsoTime, TakesAMissingZoneAsUtc) {
  EXPECT_EQ(parse_iso_time("2026-11-20T10:00:00.5"), kTenOClock + Duration(5'000'000));
}

TEST(IsoTime, AppliesAnOffset) {
  EXPECT_EQ(parse_iso_time("2026-11-20T10:00:00+00:00"), kTenOClock);
  EXPECT_EQ(parse_iso_time("2026-11-20T12:00:00+02:00"), kTenOClock);
  EXPECT_EQ(parse_iso_time("2026-11-20T04:30:00-05:30"), kTenOClock);
}

TEST(IsoTime, RefusesWhatIsNoTime) {
  for (const char* text : {"",
                           "2026",
                           "2026-11-20",
                           "2026-11-20T10:00Z",
                           "2026-11-20 10:00:00Z",
                           "2026-11-20T10:00:00.Z",
                           "2026-11-20T10:00:00ZZ",
                           "2026-11-20T10:00:00z",
                           "2026-11-20T10:00:00 Z",
                           "2026-11-20T24:00:00Z",
                           "2026-11-20T10:60:00Z",
                           "2026-11-20T10:00:60Z",
                           "2026-11-20T10:00:00+0200",
                           "2026-11-20T10:00:00+24:00",
                           "2026-13-20T10:00:00Z",
                           "2026-00-20T10:00:00Z",
                           "2026-11-31T10:00:00Z",
                           "2026-02-29T10:00:00Z",
                           "-026-11-20T10:00:00Z",
                           "+026-11-20T10:00:00Z",
                           "0000-01-01T00:00:00+00:01",
                           "9999-12-31T23:59:59-00:01",
                           "null"}) {
    EXPECT_EQ(parse_iso_time(text), std::nullopt) << text;
  }
}

TEST(IsoTime, KnowsLeapDays) {
  EXPECT_TRUE(parse_iso_time("2028-02-29T00:00:00Z"));
  EXPECT_FALSE(parse_iso_time("2100-02-29T00:00:00Z"));
}

TEST(IsoTime, ReadsTheSmallestNetStamp) {
  EXPECT_EQ(parse_iso_time("0001-01-01T00:00:00Z"), WallTime(sys_days(year(1) / 1 / 1)));
}

TEST(IsoTime, OrdersByTicksAndNotAsText) {
  EXPECT_LT(*parse_iso_time("2026-11-20T10:00:00.154974Z"),
            *parse_iso_time("2026-11-20T10:00:00.1549741Z"));
}

TEST(IsoTime, PrintsSevenDigitsAlways) {
  EXPECT_EQ(format_iso_time(kTenOClock), "2026-11-20T10:00:00.0000000Z");
  EXPECT_EQ(format_iso_time(kTenOClock + Duration(1'234'567)), "2026-11-20T10:00:00.1234567Z");
  EXPECT_EQ(format_iso_time(WallTime{} - Duration(1)), "1969-12-31T23:59:59.9999999Z");
}

TEST(IsoTime, PrintsTheShortFormAsTheApiDoes) {
  EXPECT_EQ(format_iso_time_short(kTenOClock), "2026-11-20T10:00:00Z");
  EXPECT_EQ(format_iso_time_short(kTenOClock + Duration(1'549'740)), "2026-11-20T10:00:00.154974Z");
  EXPECT_EQ(format_iso_time_short(kTenOClock + Duration(1)), "2026-11-20T10:00:00.0000001Z");
}

TEST(IsoTime, PrintsTimesBeyondFourDigitYearsAsTheNearestEnd) {
  EXPECT_EQ(format_iso_time(WallTime::max()), "9999-12-31T23:59:59.9999999Z");
  EXPECT_EQ(format_iso_time(WallTime::min()), "0000-01-01T00:00:00.0000000Z");
}

WallTime any_time() {
  // Years 0 to 9999.
  return WallTime(Duration(
      *rc::gen::inRange<std::int64_t>(-621'672'192'000'000'000, 2'534'023'008'000'000'000)));
}

RC_GTEST_PROP(IsoTime, ReadsBackWhatItPrints, ()) {
  const WallTime time = any_time();
  RC_ASSERT(parse_iso_time(format_iso_time(time)) == time);
  RC_ASSERT(parse_iso_time(format_iso_time_short(time)) == time);
}

RC_GTEST_PROP(IsoTime, PrintsTextThatSortsLikeTheTimes, ()) {
  const WallTime a = any_time();
  const WallTime b = any_time();
  RC_ASSERT((format_iso_time(a) < format_iso_time(b)) == (a < b));
}

}  // namespace
}  // namespace mactiond

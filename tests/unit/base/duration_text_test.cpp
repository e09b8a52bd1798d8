#include "base/duration_text.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>

namespace mactiond {
namespace {

using namespace std::chrono_literals;

TEST(DurationText, ReadsEveryUnit) {
  EXPECT_EQ(parse_duration("500ms"), Duration(500ms));
  EXPECT_EQ(parse_duration("30s"), Duration(30s));
  EXPECT_EQ(parse_duration("5m"), Duration(5min));
  EXPECT_EQ(parse_duration("4h"), Duration(4h));
  EXPECT_EQ(parse_duration("3d"), Duration(72h));
}

TEST(DurationText, RefusesEverythingElse) {
  for (const char* text : {"", "s", "5", "5 s", " 5s", "5s ", "5S", "5us", "+5s", "-5s", "5s5s",
                           "1000001s", "99999999999999999999d", "0x5s"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(DurationText, PrintsInTheLargestUnitThatFitsExactly) {
  EXPECT_EQ(duration_text(72h), "3d");
  EXPECT_EQ(duration_text(25h), "25h");
  EXPECT_EQ(duration_text(90min), "90m");
  EXPECT_EQ(duration_text(61s), "61s");
  EXPECT_EQ(duration_text(1500ms), "1500ms");
  EXPECT_EQ(duration_text(0s), "0ms");
}

}  // namespace
}  // namespace mactiond

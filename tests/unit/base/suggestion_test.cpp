#include "base/suggestion.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace mactiond {
namespace {

TEST(Suggestion, FindsTheNearestWord) {
  EXPECT_EQ(nearest("per_hours", {"per_minute", "per_hour", "share"}), "per_hour");
  EXPECT_EQ(nearest("ur", {"name", "url"}), "url");
  EXPECT_EQ(nearest("formta", {"format"}), "format");
}

TEST(Suggestion, CountsASwapOfNeighboursOnce) { EXPECT_EQ(nearest("nmae", {"name"}), "name"); }

TEST(Suggestion, StaysSilentWhereNothingIsNear) {
  EXPECT_EQ(nearest("elephant", {"daemon", "admin"}), "");
  EXPECT_EQ(nearest("", {"a"}), "");
  EXPECT_EQ(nearest(std::string(100'000, 'x'), {"x"}), "");
}

TEST(Suggestion, DoesNotMindLetterCase) {
  EXPECT_EQ(nearest("EU", {"us", "eu"}), "eu");
  EXPECT_EQ(nearest("PENDNG", {"Pending"}), "Pending");
}

TEST(Suggestion, TakesAShortenedWordWherePeopleTypeFromMemory) {
  const std::vector<std::string_view> types = {"RunAntiVirusScan", "Isolate", "LiveResponse"};
  EXPECT_EQ(closest("RunAVScan", types), "RunAntiVirusScan");
  EXPECT_EQ(closest("avscan", types), "RunAntiVirusScan");
  EXPECT_EQ(closest("Isolation", types), "Isolate");
  EXPECT_EQ(closest("Success", {"Succeeded", "Failed"}), "Succeeded");
  EXPECT_EQ(closest("Isolat", types), "Isolate");
  EXPECT_EQ(closest("xyz", types), "");
  EXPECT_EQ(closest("x", types), "");
  EXPECT_EQ(closest(std::string(100'000, 'r'), types), "");
}

}  // namespace
}  // namespace mactiond

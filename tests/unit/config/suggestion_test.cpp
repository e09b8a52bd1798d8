#include "config/suggestion.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mactiond::config {
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

}  // namespace
}  // namespace mactiond::config

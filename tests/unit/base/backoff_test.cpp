#include "base/backoff.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace mactiond {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesWithEveryFailureUpToTheMost) {
  EXPECT_EQ(backoff(1, 5s, 30s), 5s);
  EXPECT_EQ(backoff(2, 5s, 30s), 10s);
  EXPECT_EQ(backoff(3, 5s, 30s), 20s);
  EXPECT_EQ(backoff(4, 5s, 30s), 30s);
  EXPECT_EQ(backoff(1'000'000, 5s, 30s), 30s);
  EXPECT_EQ(backoff(1, 5s, 2s), 2s);
}

TEST(Backoff, IsLongerOrShorterByTheJitter) {
  Random random(3);
  Duration least = 10s;
  Duration most = 10s;
  for (int i = 0; i < 1000; ++i) {
    const Duration wait = backoff(2, 5s, 30s, random, 10);
    least = std::min(least, wait);
    most = std::max(most, wait);
  }
  EXPECT_GE(least, 9s);
  EXPECT_LT(least, 9100ms);
  EXPECT_LE(most, 11s);
  EXPECT_GT(most, 10900ms);
  EXPECT_EQ(backoff(2, 5s, 30s, random, 0), 10s);
}

}  // namespace
}  // namespace mactiond

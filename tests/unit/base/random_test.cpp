#include "base/random.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <set>

namespace mactiond {
namespace {

TEST(Random, GivesTheSameNumbersForTheSameSeed) {
  Random a(7);
  Random b(7);
  Random other(8);
  const std::uint64_t first = a.next();
  EXPECT_EQ(first, b.next());
  EXPECT_NE(first, other.next());
}

TEST(Random, StaysBelowTheBound) {
  Random random(1);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.below(5));
  EXPECT_EQ(seen, (std::set<std::uint64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(random.below(0), 0U);
}

TEST(Random, JittersWithinThePercentageBothWays) {
  Random random(3);
  const Duration delay = std::chrono::seconds(300);
  Duration least = delay;
  Duration most = delay;
  for (int i = 0; i < 2000; ++i) {
    const Duration jittered = random.jitter(delay, 20);
    least = std::min(least, jittered);
    most = std::max(most, jittered);
  }
  EXPECT_GE(least, std::chrono::seconds(240));
  EXPECT_LT(least, std::chrono::seconds(250));
  EXPECT_LE(most, std::chrono::seconds(360));
  EXPECT_GT(most, std::chrono::seconds(350));
}

TEST(Random, LeavesAZeroDelayAlone) {
  Random random(3);
  EXPECT_EQ(random.jitter(Duration{}, 20), Duration{});
}

}  // namespace
}  // namespace mactiond

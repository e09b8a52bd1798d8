#include "core/outbox/retry_schedule.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr std::array<Duration, 9> kDelays{5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};

TEST(RetrySchedule, HasTheDelaysOfTheContractWithinTwentyPercent) {
  Random random(1);
  for (std::size_t i = 0; i < kDelays.size(); ++i) {
    SCOPED_TRACE(i + 1);
    Duration least = Duration::max();
    Duration most{};
    for (int draw = 0; draw < 2000; ++draw) {
      const auto delay = delay_after(static_cast<int>(i) + 1, random);
      ASSERT_TRUE(delay);
      least = std::min(least, *delay);
      most = std::max(most, *delay);
    }
    EXPECT_GE(least, kDelays[i] * 8 / 10);
    EXPECT_LE(least, kDelays[i] * 82 / 100) << "the jitter is used";
    EXPECT_LE(most, kDelays[i] * 12 / 10);
    EXPECT_GE(most, kDelays[i] * 118 / 100);
  }
}

TEST(RetrySchedule, IsExhaustedAfterTenAttempts) {
  Random random(1);
  EXPECT_EQ(attempts_max(), 10);
  EXPECT_TRUE(delay_after(attempts_max() - 1, random));
  EXPECT_FALSE(delay_after(attempts_max(), random));
}

TEST(RetrySchedule, TriesForThreeDaysAtLeast) {
  Random random(1);
  Duration total{};
  for (int attempt = 1; const auto delay = delay_after(attempt, random); ++attempt) {
    total += *delay;
  }
  EXPECT_GE(total, Duration(75h + 35min) * 8 / 10);
  EXPECT_LE(total, Duration(75h + 36min) * 12 / 10);
}

}  // namespace
}  // namespace mactiond::core

#include "core/quota/throttle.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;

TEST(Throttle, HoldsForWhatA429Named) {
  Throttle throttle;
  EXPECT_EQ(throttle.held_until(), MonoTime::min());
  throttle.refused(8s, kBoot);
  EXPECT_EQ(throttle.held_until(), kBoot + 9s) << "and a second more";
  EXPECT_EQ(throttle.held(), 9s);
}

TEST(Throttle, CutsAWaitToAnHour) {
  Throttle throttle;
  throttle.refused(24h, kBoot);
  EXPECT_EQ(throttle.held_until(), kBoot + 1h + 1s);
}

TEST(Throttle, HoldsLongerWithEveryRefusalInARowThatNamesNoWait) {
  Throttle throttle;
  MonoTime now = kBoot;
  for (const Duration wait : {5s, 10s, 20s, 40s, 80s, 160s, 300s, 300s}) {
    throttle.refused(std::nullopt, now);
    EXPECT_EQ(throttle.held_until(), now + wait + 1s);
    now = throttle.held_until();
  }
  throttle.accepted();
  throttle.refused(std::nullopt, now);
  EXPECT_EQ(throttle.held_until(), now + 6s);
}

TEST(Throttle, AShorterHoldShortensNothing) {
  Throttle throttle;
  throttle.hold(60s, kBoot);
  throttle.hold(5s, kBoot + 10s);
  EXPECT_EQ(throttle.held_until(), kBoot + 60s);
  throttle.hold(60s, kBoot + 50s);
  EXPECT_EQ(throttle.held(), 110s) << "what two holds share is counted once";
}

TEST(Throttle, IsAtHalfThePaceAfterTheHoldAndRecoversByTheMinute) {
  Throttle throttle;
  const MonoTime last = kBoot - 1s;
  EXPECT_EQ(throttle.next_at(last, 2s, kBoot), MonoTime::min());
  throttle.refused(9s, kBoot);
  EXPECT_EQ(throttle.next_at(last, 2s, kBoot + 10s), last + 4s);
  EXPECT_EQ(throttle.next_at(last, 2s, kBoot + 10s + 5min), last + 3s);
  EXPECT_EQ(throttle.next_at(last, 2s, kBoot + 10s + 10min), MonoTime::min());
}

TEST(Throttle, IsNeverSlowerThanAnEighth) {
  Throttle throttle;
  for (int i = 0; i < 10; ++i) throttle.refused(0s, kBoot);
  EXPECT_EQ(throttle.next_at(kBoot, 2s, kBoot), kBoot + 16s);
}

TEST(Throttle, TakesNoLongerHoldFromAProcessBeforeThanItWouldMake) {
  Throttle throttle;
  throttle.restore(kBoot + 30s, kBoot);
  EXPECT_EQ(throttle.held_until(), kBoot + 30s);
  throttle.restore(kBoot + 48h, kBoot);
  EXPECT_EQ(throttle.held_until(), kBoot + 1h + 1s);
}

}  // namespace
}  // namespace mactiond::core

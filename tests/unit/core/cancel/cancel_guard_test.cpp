#include "core/cancel/cancel_guard.hpp"

#include <gtest/gtest.h>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using test::kDay;

CancelTime sound() {
  CancelTime time;
  time.now = {kDay, kBoot};
  time.server = kDay;
  time.uncertainty = 1s;
  time.swept = true;
  return time;
}

TEST(CancelGuardTest, SoundTimeAndAFullSweepAreNotGuarded) {
  EXPECT_EQ(guard_of(sound()), std::nullopt);
}

TEST(CancelGuardTest, WithoutTheServersTimeAgesAreUnknown) {
  CancelTime time = sound();
  time.server.reset();
  EXPECT_EQ(guard_of(time), CancelGuard::NoServerTime);
}

TEST(CancelGuardTest, AServerClockKnownTooRoughlyIsNotReliedOn) {
  CancelTime time = sound();
  time.uncertainty = 5min;
  EXPECT_EQ(guard_of(time), std::nullopt);
  time.uncertainty += 1s;
  EXPECT_EQ(guard_of(time), CancelGuard::ClockUncertain);
}

TEST(CancelGuardTest, AServerClockThatJumpedMustHoldStillForTenMinutes) {
  CancelTime time = sound();
  time.jumped = kBoot - 10min + 1s;
  EXPECT_EQ(guard_of(time), CancelGuard::ClockJumped);
  time.jumped = kBoot - 10min;
  EXPECT_EQ(guard_of(time), std::nullopt);
}

TEST(CancelGuardTest, ClocksADayApartAreNotReliedOn) {
  for (const Duration by : {Duration(24h), Duration(-24h)}) {
    CancelTime time = sound();
    time.now.wall += by;
    EXPECT_EQ(guard_of(time), CancelGuard::ClocksDisagree);
    time.now.wall -= by / 24;
    EXPECT_EQ(guard_of(time), std::nullopt);
  }
}

TEST(CancelGuardTest, NothingIsCancelledBeforeAFullSweep) {
  CancelTime time = sound();
  time.swept = false;
  EXPECT_EQ(guard_of(time), CancelGuard::NotSwept);
}

}  // namespace
}  // namespace mactiond::core

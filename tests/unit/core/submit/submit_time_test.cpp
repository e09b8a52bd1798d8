#include "core/submit/submit_time.hpp"

#include <gtest/gtest.h>

#include "submit_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using test::kDay;

TEST(SinceStampTest, IsExactWithinOneBootWhateverTheWallClocksShow) {
  SubmitTime time = test::sound_time();
  const SubmitStamp stamp = time.stamp();
  time.now = {kDay - 100h, kBoot + 3min};
  time.server = kDay + 1000h;
  const SinceStamp passed = since(stamp, time);
  EXPECT_EQ(passed.least, 3min);
  EXPECT_EQ(passed.most, 3min);
}

TEST(SinceStampTest, OfAnotherBootIsAtMostWhatTheApisClockSays) {
  SubmitTime time = test::sound_time();
  time.uncertainty = 1s;
  const SubmitStamp stamp = time.stamp();
  time.boot_id = "boot-2";
  time.now = {kDay + 10min, MonoTime(2min)};
  time.server = kDay + 10min;
  const SinceStamp passed = since(stamp, time);
  EXPECT_EQ(passed.least, 2min);
  EXPECT_EQ(passed.most, 10min + 2s);
  EXPECT_TRUE(passed.exceeds(10min));
  EXPECT_FALSE(passed.exceeds(11min));
}

TEST(SinceStampTest, OfAnotherBootIsUnknownUntilTheApiHasAnswered) {
  SubmitTime time = test::sound_time();
  const SubmitStamp stamp = time.stamp();
  time.boot_id = "boot-2";
  time.now.mono = MonoTime(2min);
  time.server.reset();
  EXPECT_EQ(since(stamp, time).most, std::nullopt);
  EXPECT_FALSE(since(stamp, time).exceeds(3min));
  EXPECT_TRUE(since(stamp, time).exceeds(1min)) << "the machine has been up for longer";
}

TEST(SinceStampTest, OurWallClockAloneMakesNothingCertain) {
  SubmitTime time = test::sound_time();
  const SubmitStamp stamp = time.stamp();
  time.boot_id = "boot-2";
  time.now = {kDay + 100h, MonoTime(2min)};
  time.server.reset();
  EXPECT_EQ(since(stamp, time).least, 2min);
  time.boot_id.clear();
  EXPECT_EQ(since(stamp, time).least, 0min);
}

TEST(SinceStampTest, OfAnotherBootMayBeAnythingWithoutTheApisTimeThen) {
  SubmitTime time = test::sound_time();
  time.server.reset();
  const SubmitStamp stamp = time.stamp();
  time.boot_id = "boot-2";
  time.server = kDay;
  EXPECT_TRUE(since(stamp, time).exceeds(1000h));
}

TEST(SinceStampTest, OfAnotherBootMayBeAnythingWhereTheApisClockWasSetBack) {
  SubmitTime time = test::sound_time();
  const SubmitStamp stamp = time.stamp();
  time.boot_id = "boot-2";
  time.server = kDay - 1h;
  EXPECT_TRUE(since(stamp, time).exceeds(1000h));
}

}  // namespace
}  // namespace mactiond::core

#include "core/region/sweep_record.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using test::server_error;

TEST(SweepRecord, ThreeFailuresInARowAreTrouble) {
  SweepRecord sweeps;
  EXPECT_FALSE(sweeps.failed());
  EXPECT_FALSE(sweeps.failed());
  sweeps.page_arrived();
  EXPECT_FALSE(sweeps.failed());
  EXPECT_FALSE(sweeps.failed());
  EXPECT_TRUE(sweeps.failed());
  EXPECT_TRUE(sweeps.failed());
}

TEST(SweepRecord, TroubleEndsWithACompleteSweepOnly) {
  SweepRecord sweeps;
  sweeps.set_trouble(server_error());
  sweeps.page_arrived();
  EXPECT_TRUE(sweeps.trouble());
  sweeps.completed();
  EXPECT_FALSE(sweeps.trouble());
}

TEST(SweepRecord, ASweepByAClockThatWasContradictedSinceCountsForNothing) {
  SweepRecord sweeps;
  sweeps.began(kBoot);
  EXPECT_FALSE(sweeps.swept(std::nullopt));
  sweeps.completed();
  EXPECT_TRUE(sweeps.swept(std::nullopt));
  EXPECT_TRUE(sweeps.swept(kBoot));
  EXPECT_FALSE(sweeps.swept(kBoot + 1s));
  sweeps.began(kBoot + 2s);
  EXPECT_FALSE(sweeps.swept(kBoot + 1s)) << "not complete yet";
  sweeps.completed();
  EXPECT_TRUE(sweeps.swept(kBoot + 1s));
}

}  // namespace
}  // namespace mactiond::core

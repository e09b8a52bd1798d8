#include "core/region/region_health.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using test::kDay;
using test::server_error;

TEST(RegionHealth, IsStartingUntilThePollIsComplete) {
  RegionHealth health;
  EXPECT_EQ(health.state(), RegionState::Starting);
  health.failed(server_error());
  EXPECT_EQ(health.state(), RegionState::Starting);
  EXPECT_EQ(health.reason(), "server_error 503");
  health.polled({kDay, kBoot}, kDay - 1s);
  EXPECT_FALSE(health.mark_recovered());
  EXPECT_EQ(health.state(), RegionState::Ok);
  EXPECT_EQ(health.reason(), "");
  EXPECT_EQ(health.last_poll()->mono, kBoot);
}

TEST(RegionHealth, IsDegradedOnceItIsEnoughAndReportsThatOnce) {
  RegionHealth health;
  EXPECT_FALSE(health.mark_degraded(server_error(), false));
  EXPECT_EQ(health.degraded(), std::nullopt);
  health.failed(server_error());
  EXPECT_TRUE(health.mark_degraded(server_error(), true));
  EXPECT_EQ(health.state(), RegionState::Degraded);
  EXPECT_FALSE(health.mark_degraded(server_error(500), false));
  EXPECT_EQ(health.degraded(), "server_error 500") << "the reason is the newest";
  EXPECT_EQ(health.mark_recovered(), "server_error 500");
  EXPECT_FALSE(health.mark_recovered());
}

TEST(RegionHealth, WhatWasDegradedBeforeAStartIsStartingUntilACallSaysMore) {
  RegionHealth health;
  health.restore("auth 401");
  EXPECT_EQ(health.state(), RegionState::Starting);
  EXPECT_EQ(health.reason(), "auth 401");
  health.failed(server_error());
  EXPECT_EQ(health.state(), RegionState::Degraded);
  EXPECT_EQ(health.mark_recovered(), "auth 401") << "reported by the process before this one";
}

TEST(RegionHealth, WhatWasWellBeforeAStartIsNotDegraded) {
  RegionHealth health;
  health.restore(std::nullopt);
  health.failed(server_error());
  EXPECT_EQ(health.state(), RegionState::Starting);
}

TEST(RegionHealth, KnowsTheServersTimeOfTheFirstPoll) {
  RegionHealth health;
  EXPECT_FALSE(health.first_poll());
  health.polled({kDay, kBoot}, kDay - 1s);
  health.polled({kDay + 5s, kBoot + 5s}, kDay + 4s);
  EXPECT_EQ(health.first_poll(), kDay - 1s);
  EXPECT_EQ(health.last_poll()->wall, kDay + 5s);
}

}  // namespace
}  // namespace mactiond::core

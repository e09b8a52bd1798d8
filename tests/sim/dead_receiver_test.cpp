#include "sim/dead_receiver.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace mactiond::sim {
namespace {

using namespace std::chrono_literals;

TEST(DeadReceiver, DoesNotSlowDownTheHealthyOneWhateverIsQueued) {
  const HealthyBeside alone = run({.span = 6h, .actions = 3'000, .dead = false});
  const HealthyBeside beside = run({.span = 6h, .actions = 3'000, .dead = true});
  EXPECT_GT(beside.delivered, beside.events * 99 / 100);
  EXPECT_GE(beside.queued, 5000);
  EXPECT_EQ(alone.queued, 0);
  EXPECT_LE(beside.p99, alone.p99 + alone.p99 / 10);
}

}  // namespace
}  // namespace mactiond::sim

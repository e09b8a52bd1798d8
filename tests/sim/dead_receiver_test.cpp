#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "sim/oracle.hpp"
#include "sim/scenario.hpp"
#include "sim/world.hpp"

namespace mactiond::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kDead = 6h;

struct Outcome {
  Duration p99{};
  std::size_t events = 0;
  std::int64_t queued = 0;
};

/// Hours of traffic for two receivers, one of which may be gone all the time.
Outcome some_hours(bool dead) {
  WorldOptions options;
  options.seed = 72;
  options.engine = engine_options(1);
  World world(options);
  if (dead) {
    world.receiver("one").fail_between(world.server_now(), world.server_now() + kDead + 24h);
  }
  Traffic traffic;
  traffic.actions = 3'000;
  traffic.over = kDead - 1h;
  add_traffic(world, traffic, 73);
  world.run_until(kDead);

  Outcome outcome;
  outcome.events = world.events().size();
  std::vector<Duration> waits;
  const auto& received = world.receiver("two").received();
  for (const auto& [event, committed] : world.events()) {
    const auto found = received.find(event.seq);
    if (found != received.end()) waits.push_back(found->second.first - committed);
  }
  EXPECT_GT(waits.size(), outcome.events * 99 / 100);
  std::sort(waits.begin(), waits.end());
  if (!waits.empty()) outcome.p99 = waits[waits.size() * 99 / 100];
  outcome.queued = world.engine().status(world.now()).webhooks.at(0).queued;
  return outcome;
}

TEST(DeadReceiver, DoesNotSlowDownTheHealthyOneWhateverIsQueued) {
  const Outcome alone = some_hours(false);
  const Outcome beside = some_hours(true);
  RecordProperty("events", static_cast<int>(beside.events));
  EXPECT_GE(beside.queued, 5000);
  EXPECT_EQ(alone.queued, 0);
  std::printf(
      "p99 from commit to delivery: %.1f ms beside a healthy receiver, %.1f ms beside a dead "
      "one with %lld events queued\n",
      static_cast<double>(alone.p99.count()) / 1e4, static_cast<double>(beside.p99.count()) / 1e4,
      static_cast<long long>(beside.queued));
  EXPECT_LE(beside.p99, alone.p99 + alone.p99 / 10);
}

}  // namespace
}  // namespace mactiond::sim

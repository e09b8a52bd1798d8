#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

#include "sim/oracle.hpp"
#include "sim/scenario.hpp"
#include "sim/world.hpp"

namespace mactiond::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;

WorldOptions day_options(std::uint64_t seed, int regions) {
  WorldOptions options;
  options.seed = seed;
  options.engine = engine_options(regions);
  options.api.traits.fill_after = 3s;
  options.api.traits.offline_timeout = 2h;
  return options;
}

TEST(Day, TellsEveryTransitionOfThreeRegionsExactlyOnce) {
  World world(day_options(1, 3));
  Traffic traffic;
  traffic.actions = 5000;
  add_traffic(world, traffic, 2);
  world.run_until(24h + 30min);

  EXPECT_THAT(judge(world, {.visible_longer_than = 16s}), IsEmpty());
  EXPECT_GT(world.events().size(), 10'000U);
}

TEST(Day, SeesActionsThatOpenAndCloseBetweenTwoPolls) {
  WorldOptions options = day_options(3, 1);
  options.engine.regions[0].poll.min_interval = 30s;
  World world(options);
  Traffic traffic;
  traffic.actions = 300;
  traffic.over = 2h;
  traffic.step_min = 100ms;
  traffic.step_max = 3s;
  traffic.offline_per_mille = 0;
  add_traffic(world, traffic, 4);
  world.run_until(3h);

  EXPECT_THAT(judge(world, {.visible_longer_than = 35s}), IsEmpty());
}

TEST(Day, LosesNothingWithDocumentedFiltersOnly) {
  WorldOptions options = day_options(5, 2);
  options.api.traits.reject_last_update_filter = true;
  options.api.traits.reject_order_by = true;
  World world(options);
  Traffic traffic;
  traffic.actions = 2000;
  add_traffic(world, traffic, 6);
  world.run_until(24h + 30min);

  EXPECT_THAT(judge(world, {.visible_longer_than = 25s}), IsEmpty());
}

class FaultyDay : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(FaultyDay, KeepsEveryPromiseThroughFaultsAndCrashes) {
  WorldOptions options = day_options(GetParam(), 2);
  options.crashes_per_million = 300;
  options.receivers["one"].failures_per_mille = 50;
  options.receivers["two"].failures_per_mille = 5;
  World world(options);
  Traffic traffic;
  traffic.actions = 800;
  traffic.over = 10h;
  add_traffic(world, traffic, GetParam() + 1);
  add_faults(world, 3);
  world.at(2h, [&] { world.jump_wall(24h); });
  world.at(4h, [&] { world.jump_wall(-48h); });
  world.at(5h, [&] { world.reboot(); });
  world.at(6h, [&] { world.jump_wall(24h * 365); });
  world.at(7h, [&] { world.jump_wall(-24h * 365); });
  world.at(12h, [&] {
    clear_faults(world);
    world.set_crashes_per_million(0);
  });
  world.run_until(24h * 4);

  EXPECT_GT(world.crashes(), 3U);
  // A back-off of five minutes with a fault at its end is as long as a status may stay unseen.
  EXPECT_THAT(judge(world, {.visible_longer_than = 30min}), IsEmpty()) << "seed " << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Seeds, FaultyDay, ::testing::Range<std::uint64_t>(100, 106));

}  // namespace
}  // namespace mactiond::sim

#include "sim/days.hpp"

#include <array>
#include <chrono>

#include "base/random.hpp"
#include "sim/enrich_oracle.hpp"
#include "sim/oracle.hpp"
#include "sim/scenario.hpp"
#include "sim/world.hpp"

namespace mactiond::sim {
namespace {

using namespace std::chrono_literals;

Duration within(Random& random, Duration from, Duration until) {
  return from + Duration(static_cast<std::int64_t>(
                    random.below(static_cast<std::uint64_t>((until - from).count()))));
}

void add_clock_jumps(World& world, Random& random, Duration until) {
  for (const Duration by : {Duration(1h), Duration(24h), Duration(24h * 365)}) {
    const Duration there = within(random, 30min, until);
    world.at(there, [&world, by] { world.jump_wall(by); });
    world.at(within(random, there, until), [&world, by] { world.jump_wall(-2 * by); });
  }
}

void add_storm(World& world, Duration from, Duration length) {
  world.at(from, [&world] {
    for (auto& [name, api] : world.apis()) {
      api->faults().add({Fault::Throttled, std::nullopt, 0, 700});
    }
  });
  world.at(from + length, [&world] {
    for (auto& [name, api] : world.apis()) api->faults().clear();
  });
}

void append(const std::vector<std::string>& found, std::vector<std::string>& violations) {
  violations.insert(violations.end(), found.begin(), found.end());
}

// Most events know their machine: each machine is asked for once.
void append_enriched(const EnrichOracle& oracle, bool enriches,
                     std::vector<std::string>& violations) {
  append(oracle.violations(), violations);
  const std::size_t least = enriches ? oracle.recorded() * 3 / 4 : 0;
  if (oracle.enriched() < least || (!enriches && oracle.enriched() > 0)) {
    violations.push_back(std::to_string(oracle.enriched()) + " of " +
                         std::to_string(oracle.recorded()) + " events know their machine");
  }
}

}  // namespace

WorldOptions day_options(std::uint64_t seed, int regions) {
  WorldOptions options;
  options.seed = seed;
  options.engine = engine_options(regions);
  options.api.traits.fill_after = 3s;
  options.api.traits.offline_timeout = 2h;
  return options;
}

std::vector<std::string> faulty_day(std::uint64_t seed) {
  WorldOptions options = day_options(seed, 2);
  options.crashes_per_million = 300;
  options.receivers["one"].failures_per_mille = 50;
  options.receivers["two"].failures_per_mille = 5;
  const bool enriches = seed % 2 == 0;
  for (core::RegionOptions& region : options.engine.regions) region.enrich_machines = enriches;
  World world(options);
  EnrichOracle enriched(world.apis());
  world.watch(enriched);
  Random random(seed + 1);
  Traffic traffic;
  traffic.actions = 800;
  traffic.over = 10h;
  if (enriches) traffic.machines = 300;
  add_traffic(world, traffic, random.next());
  add_faults(world, 3);
  add_clock_jumps(world, random, 11h);
  world.at(within(random, 1h, 11h), [&] { world.reboot(); });
  world.at(12h, [&] {
    clear_faults(world);
    world.stop_crashes();
  });
  world.run_until(24h * 4);
  // A back-off of five minutes with a fault at its end is as long as a status may stay unseen.
  auto violations = judge(world, {.visible_longer_than = 30min});
  append(enriched.violations(), violations);
  return violations;
}

std::vector<std::string> quota_day(std::uint64_t seed) {
  WorldOptions options = day_options(seed, 1);
  Random random(seed + 1);
  options.engine.webhooks.clear();
  options.crashes_per_million = 2000;
  options.api.traits.reject_last_update_filter = random.below(2) == 0;
  options.api.throttle.body = static_cast<ThrottleBody>(random.below(3));
  options.api.throttle.retry_after = static_cast<RetryAfter>(random.below(4));
  World world(options);
  Traffic traffic;
  traffic.actions = 600;
  add_traffic(world, traffic, random.next());
  for (int i = 0; i < 3; ++i) {
    add_storm(world, within(random, 1h, 20h), within(random, 1min, 30min));
  }
  world.at(within(random, 1h, 6h), [&] {
    world.api("r1").throttle().shared_calls_per_minute = 12;  // half of what an hour allows
  });
  world.at(within(random, 8h, 20h),
           [&] { world.api("r1").throttle().shared_calls_per_minute = 0; });
  add_clock_jumps(world, random, 20h);
  world.at(within(random, 1h, 20h), [&] { world.reboot(); });
  world.run_until(24h);
  return judge(world, {.visible_longer_than = 3h, .settled = false});
}

std::vector<std::string> delivery_day(std::uint64_t seed) {
  WorldOptions options = day_options(seed, 1);
  options.crashes_per_million = 500;
  options.receivers["one"].poison_per_mille = 20;
  options.receivers["two"].failures_per_mille = 20;
  World world(options);
  Random random(seed + 1);
  const WallTime began = world.server_now();
  for (int i = 0; i < 8; ++i) {
    const WallTime from = began + within(random, 1h, 20h);
    for (const char* name : {"one", "two"}) {
      world.receiver(name).fail_between(from, from + within(random, 5s, 30min));
    }
  }
  const auto outages = world.receiver("one").outages();
  Traffic traffic;
  traffic.actions = 900;
  traffic.over = 20h;
  add_traffic(world, traffic, random.next());
  add_clock_jumps(world, random, 20h);
  world.at(within(random, 1h, 20h), [&] { world.reboot(); });
  world.at(24h, [&] {
    clear_faults(world);
    world.stop_crashes();
  });
  world.run_until(24h * 5);
  auto violations = judge(world, {.visible_longer_than = 30min});
  for (std::string& late : late_after_outages(world, "one", outages)) {
    violations.push_back(std::move(late));
  }
  return violations;
}

Timetable paging_timetable(std::uint64_t seed) {
  constexpr int kRows = 25'000;
  Random random(seed + 1);
  Timetable timetable;
  for (int i = 0; i < kRows; ++i) {
    Spec spec;
    const Duration begins = within(random, 1s, 40s);
    const Duration ends = within(random, 1s, 40s);
    spec.plan = Plan{{begins, "InProgress"}, {ends, "Succeeded"}};
    timetable.emplace_back(Duration{}, std::move(spec));
  }
  return timetable;
}

std::vector<std::string> paging_hour(std::uint64_t seed) {
  WorldOptions options = day_options(seed, 1);
  options.engine.webhooks.clear();
  // Only paging is on trial: a sweep, or the overlap of the next poll, would find what it lost. It
  // takes several small pages a poll, and the quota for them.
  core::RegionOptions& region = options.engine.regions[0];
  region.poll.lookback = 30min;
  region.poll.overlap = {};
  region.poll.page_size = 1000;
  region.quota = {1000, 20'000, 1.0};
  options.api.throttle.per_minute = region.quota.per_minute;
  options.api.throttle.per_hour = region.quota.per_hour;
  options.api.limits = {{"minute", 1min, region.quota.per_minute},
                        {"hour", 1h, region.quota.per_hour}};
  World world(options);
  for (const auto& [when, spec] : paging_timetable(seed)) {
    (void)world.api("r1").model().add(spec, world.server_now());
  }
  world.run_until(115s);
  auto violations = judge(world, {.visible_longer_than = 30s});
  const Polled skipping = poll_by_cursor(paging_timetable(seed), {}, 12min, 1000, 3s);
  if (skipping.ends_missed == 0) violations.push_back("paging by $skip missed nothing either");
  return violations;
}

std::vector<std::string> habits_day(std::uint64_t seed) {
  WorldOptions options = day_options(seed, 1);
  Random random(seed + 1);
  options.engine.webhooks.clear();
  Traits& traits = options.api.traits;
  constexpr std::array<std::size_t, 6> kCaps{0, 3, 40, 100, 170, 1000};
  traits.page_cap = kCaps[random.below(kCaps.size())];
  traits.ignore_order_by = random.below(2) == 0;
  traits.order = random.below(2) == 0 ? RowOrder::NewestFirst : RowOrder::Arbitrary;
  traits.reject_last_update_filter = random.below(3) == 0;
  traits.bad_query_body = static_cast<BadQueryBody>(random.below(7));
  if (random.below(3) == 0) traits.top_max = 100 + random.below(3000);
  constexpr std::array<NextLink, 3> kLinks{NextLink::Standard, NextLink::Always, NextLink::Claimed};
  traits.next_link = kLinks[random.below(kLinks.size())];
  if (traits.page_cap == 0 && traits.top_max == 0) traits.ignore_skip = random.below(2) == 0;
  const bool enriches = seed % 2 == 1;
  options.engine.regions[0].enrich_machines = enriches;
  World world(options);
  EnrichOracle enriched(world.apis());
  world.watch(enriched);
  Traffic traffic;
  traffic.actions = 400;
  traffic.over = 3h;
  traffic.step_min = 1min;
  traffic.step_max = 30min;
  if (enriches) traffic.machines = 150;
  add_traffic(world, traffic, random.next());
  world.run_until(6h);
  // A cap below a hundred rows is found by a sweep, which reads page by page.
  const bool small_pages = traits.page_cap > 0 && traits.page_cap < 100;
  auto violations = judge(world, {.visible_longer_than = small_pages ? 25min : 60s});
  const auto status = world.engine().status(world.now());
  for (const auto& region : status.regions) {
    if (!region.reason.empty()) violations.push_back(region.name + " reads " + region.reason);
  }
  append_enriched(enriched, enriches, violations);
  return violations;
}

const std::vector<Day>& days() {
  static const std::vector<Day> all{{"faults", faulty_day, 1000},     {"quota", quota_day, 1000},
                                    {"delivery", delivery_day, 1000}, {"paging", paging_hour, 1000},
                                    {"habits", habits_day, 1000},     {"cancel", cancel_day, 2000},
                                    {"submit", submit_day, 2000}};
  return all;
}

}  // namespace mactiond::sim

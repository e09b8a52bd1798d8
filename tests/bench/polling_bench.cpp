// How fast a change is seen, and what it costs in calls: the daemon's engine and two common ways
// of polling, side by side against the same model of the API with the full quota.
// polling_bench [SEED]

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "sim/oracle.hpp"
#include "sim/rivals.hpp"
#include "sim/scenario.hpp"
#include "sim/world.hpp"

namespace mactiond::bench {
namespace {

using namespace std::chrono_literals;

constexpr Duration kWarmUp = 20min;
constexpr Duration kMeasured = 1h;

struct Row {
  std::string name;
  int open = 0;
  Duration median{};
  Duration p99{};
  double calls_per_hour = 0;
  std::uint64_t windows_over = 0;
  std::uint64_t throttled = 0;
  std::uint64_t changes = 0;
  std::uint64_t missed = 0;
};

Duration percentile(const std::vector<Duration>& sorted, int percent) {
  if (sorted.empty()) return {};
  const auto index = sorted.size() * static_cast<std::size_t>(percent) / 100;
  return sorted[std::min(index, sorted.size() - 1)];
}

double seconds(Duration d) { return static_cast<double>(d.count()) / 1e7; }

/// One action every ten minutes: Pending for 20 s, InProgress for 40 s, then final.
sim::Timetable quiet_tenant(std::uint64_t seed) {
  Random random(seed);
  sim::Timetable traffic;
  for (Duration at{}; at < kWarmUp + kMeasured - 2min; at += 10min) {
    sim::Spec spec;
    spec.plan = sim::Plan{{20s, "InProgress"}, {40s, "Succeeded"}};
    // Not in step with any poll.
    const auto early = static_cast<std::int64_t>(random.below(600'000));
    traffic.emplace_back(at + early * 100us, std::move(spec));
  }
  return traffic;
}

/// Keeps `open` actions open: each lives for about `life`, and is followed by another.
sim::Timetable keep_open(int open, Duration life, std::uint64_t seed) {
  Random random(seed);
  const Duration total = kWarmUp + kMeasured;
  const auto below = [&random](Duration limit) {
    return Duration(static_cast<std::int64_t>(
        random.below(static_cast<std::uint64_t>(std::max<std::int64_t>(limit.count(), 1)))));
  };
  const auto starts = static_cast<int>(open * (total / 1min) / (life / 1min));
  sim::Timetable traffic;
  for (int i = 0; i < open + starts; ++i) {
    sim::Spec spec;
    spec.plan = sim::Plan{{below(life), "InProgress"}, {below(life), "Succeeded"}};
    traffic.emplace_back(i < open ? Duration{} : below(total), std::move(spec));
  }
  return traffic;
}

/// Lags of changes that create an action, and of all others.
struct Lags {
  std::vector<Duration> first;
  std::vector<Duration> later;
};

Lags lags_of(const sim::World& world, Duration since_start) {
  Lags lags;
  const WallTime from = world.server_now() - world.elapsed() + since_start;
  for (const auto& [event, committed] : world.events()) {
    if (event.type != core::EventType::ActionTransition || event.time < from) continue;
    const bool first = event.fields.find("\"from\":null") != std::string::npos;
    (first ? lags.first : lags.later).push_back(committed - event.time);
  }
  std::sort(lags.first.begin(), lags.first.end());
  std::sort(lags.later.begin(), lags.later.end());
  return lags;
}

Row run_engine(std::string name, int open, const sim::Timetable& traffic, bool documented,
               std::uint64_t seed, Lags* split = nullptr) {
  sim::WorldOptions options;
  options.seed = seed;
  options.engine = sim::engine_options(1);
  options.engine.webhooks.clear();
  options.api.traits.reject_last_update_filter = documented;
  options.api.traits.reject_order_by = documented;
  sim::World world(options);
  for (const auto& [when, spec] : traffic) {
    world.at(when, [&world, &spec = spec] {
      (void)world.api("r1").model().add(spec, world.server_now());
    });
  }
  world.run_until(kWarmUp);
  const auto calls_before = world.api("r1").ledger().judge(sim::Bucket::Api).calls();
  world.run_until(kWarmUp + kMeasured);

  Row row;
  row.name = std::move(name);
  row.open = open;
  const auto lags = sim::detection_lags(world, kWarmUp);
  row.median = percentile(lags, 50);
  row.p99 = percentile(lags, 99);
  row.changes = lags.size();
  if (split != nullptr) *split = lags_of(world, kWarmUp);
  const auto& ledger = world.api("r1").ledger();
  const auto calls = ledger.judge(sim::Bucket::Api).calls() - calls_before;
  row.calls_per_hour = static_cast<double>(calls) / (seconds(kMeasured) / 3600);
  row.windows_over = ledger.windows_over();
  row.throttled = ledger.throttled();
  const auto violations = sim::judge(world, {.visible_longer_than = 40s, .settled = false});
  row.missed = violations.size();
  for (const auto& violation : violations) std::fprintf(stderr, "  %s\n", violation.c_str());
  return row;
}

Row of_rival(std::string name, int open, const sim::Polled& polled) {
  Row row;
  row.name = std::move(name);
  row.open = open;
  row.median = percentile(polled.lags, 50);
  row.p99 = percentile(polled.lags, 99);
  row.calls_per_hour = static_cast<double>(polled.calls) / (seconds(kWarmUp + kMeasured) / 3600);
  row.windows_over = polled.windows_over;
  row.throttled = polled.throttled;
  row.changes = polled.changes;
  row.missed = polled.missed;
  return row;
}

void print(const Row& row) {
  std::printf("| %-34s | %6d | %8.2f | %8.2f | %8.0f | %5llu | %6llu | %7llu | %6llu |\n",
              row.name.c_str(), row.open, seconds(row.median), seconds(row.p99), row.calls_per_hour,
              static_cast<unsigned long long>(row.windows_over),
              static_cast<unsigned long long>(row.throttled),
              static_cast<unsigned long long>(row.changes),
              static_cast<unsigned long long>(row.missed));
  std::fflush(stdout);
}

/// What a tenant shows in which little happens; 1 where a promise is not kept.
int print_quiet_tenant(std::uint64_t seed) {
  const sim::Timetable traffic = quiet_tenant(seed);
  const Duration until = kWarmUp + kMeasured;
  std::printf(
      "\nA quiet tenant: one action every 10 minutes, Pending 20 s, InProgress 40 s, final\n");
  int result = 0;
  for (const bool documented : {false, true}) {
    Lags lags;
    print(run_engine(
        documented ? "mactiond, documented filters only" : "mactiond, last-update filter", 1,
        traffic, documented, seed, &lags));
    const Duration later = percentile(lags.later, 50);
    const Duration first = lags.first.empty() ? Duration{} : lags.first.back();
    std::printf(
        "  after the first sight: median %.2f s; first sight: median %.2f s, worst %.2f s\n",
        seconds(later), seconds(percentile(lags.first, 50)), seconds(first));
    const Duration idle = core::PollOptions{}.idle_interval;
    const bool kept = later <= 800ms && first <= idle + 1s && !lags.later.empty();
    if (!kept && !documented) result = 1;
  }
  print(of_rival("one GET per id every 5 s", 1, sim::poll_by_id(traffic, kWarmUp, until)));
  print(of_rival("list every 5 min, gt and $skip", 1,
                 sim::poll_by_cursor(traffic, kWarmUp, until, 1000, 5min)));
  return result;
}

}  // namespace
}  // namespace mactiond::bench

int main(int argc, char** argv) {
  using namespace mactiond::bench;
  using namespace std::chrono_literals;
  const std::uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 8;
  std::printf("| %-34s | %6s | %8s | %8s | %8s | %5s | %6s | %7s | %6s |\n", "who", "open",
              "median s", "p99 s", "calls/h", "over", "429s", "changes", "missed");
  const mactiond::Duration from = kWarmUp;
  const mactiond::Duration until = kWarmUp + kMeasured;
  for (const auto& [open, life] :
       {std::pair<int, mactiond::Duration>{10, 5min}, {1000, 2h}, {10000, 12h}}) {
    const mactiond::sim::Timetable traffic = keep_open(open, life, seed);
    print(run_engine("mactiond, last-update filter", open, traffic, false, seed));
    print(of_rival("one GET per id every 5 s", open,
                   mactiond::sim::poll_by_id(traffic, from, until)));
    print(of_rival("list every 5 min, gt and $skip", open,
                   mactiond::sim::poll_by_cursor(traffic, from, until, 1000, 5min)));
    if (open == 10000) {
      print(run_engine("mactiond, documented filters only", open, traffic, true, seed));
    }
  }
  print(run_engine("mactiond, documented filters only", 50000, keep_open(50000, 48h, seed), true,
                   seed));
  return print_quiet_tenant(seed);
}

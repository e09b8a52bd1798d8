#include <array>
#include <chrono>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "sim/cancel_traffic.hpp"
#include "sim/clock_trouble.hpp"
#include "sim/days.hpp"
#include "sim/oracle.hpp"
#include "sim/world.hpp"

namespace mactiond::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kStorm = 10h;
/// The last action of the calm begins.
constexpr Duration kQuiet = 14h;
/// The longest life has ended, and every cancel has taken effect.
constexpr Duration kEnd = 19h;

/// What a cancel's answer may fall victim to although the cancel took effect.
constexpr std::array kLateFaults{
    Fault::ServerErrorEmpty, Fault::ServerErrorHtml, Fault::ServerErrorJson,   Fault::NotJson,
    Fault::EmptyBody,        Fault::Reset,           Fault::ResetBeforeAnswer, Fault::NoAnswer};
constexpr std::array kEarlyFaults{Fault::Unauthorized,    Fault::NotFound, Fault::Throttled,
                                  Fault::ServerErrorJson, Fault::Reset,    Fault::NoAnswer,
                                  Fault::Redirect};

void set_faults(World& world, int throttled_per_mille) {
  for (auto& [name, api] : world.apis()) {
    FaultPlan& faults = api->faults();
    faults.clear();
    if (throttled_per_mille > 0) {
      faults.add({Fault::Throttled, std::nullopt, 0, throttled_per_mille});
    }
    for (const Fault fault : kLateFaults) faults.add({fault, Operation::Cancel, 0, 40, true});
    for (const Fault fault : kEarlyFaults) faults.add({fault, Operation::Cancel, 0, 25});
    faults.add({Fault::ServerErrorEmpty, Operation::Get, 0, 40});
    faults.add({Fault::NoAnswer, std::nullopt, 0, 2});
    faults.add({Fault::ServerErrorHtml, std::nullopt, 0, 5});
    faults.add({Fault::CutJson, std::nullopt, 0, 5});
  }
}

void forbid(World& world, const std::set<std::string>& types) {
  for (auto& [name, api] : world.apis()) api->forbid_cancels_of(types);
}

WorldOptions cancel_options(std::uint64_t seed, Random& random) {
  WorldOptions options = day_options(seed, 1 + static_cast<int>(random.below(2)));
  options.engine.webhooks.clear();
  for (core::RegionOptions& region : options.engine.regions) {
    region.poll.min_interval = 10s;
    region.poll.idle_interval = 30s;
  }
  options.engine.policies = random_policies(random);
  constexpr std::array kLimits{0, 2, 5, 60, 60, 1000};
  options.engine.cancel.max_per_hour = kLimits[random.below(kLimits.size())];
  if (seed % 8 != 0 && options.engine.cancel.max_per_hour == 0) {
    options.engine.cancel.max_per_hour = 10;
  }
  options.crashes_per_million = 1500;
  options.cancel_crashes_per_million = 120'000;
  Traits& traits = options.api.traits;
  traits.cancel = static_cast<CancelMode>(seed % 3);
  constexpr std::array<Duration, 4> kDelays{2s, 30s, 3min, 20min};
  traits.cancel_delay = kDelays[random.below(kDelays.size())];
  traits.cancel_noted_at_once = random.below(2) == 0;
  traits.reject_last_update_filter = random.below(4) == 0;
  options.api.throttle.body = static_cast<ThrottleBody>(random.below(3));
  options.api.throttle.retry_after = static_cast<RetryAfter>(random.below(4));
  return options;
}

void add_trouble(World& world, Random& random) {
  set_faults(world, 0);
  for (int i = 0; i < 2; ++i) {
    const Duration begin = within(random, 20min, kStorm - 1h);
    world.at(begin, [&world] { set_faults(world, 600); });
    world.at(begin + within(random, 1min, 15min), [&world] { set_faults(world, 0); });
  }
  for (Duration when = 10min; when < kStorm; when += within(random, 5min, 40min)) {
    const Duration list = random.below(2) == 0 ? Duration{} : within(random, 0s, 20s);
    const Duration get = random.below(2) == 0 ? Duration{} : within(random, 0s, 20s);
    world.at(when, [&world, list, get] { set_lags(world, list, get); });
  }
  for (int i = 0; i < 2; ++i) {
    world.at(within(random, 1h, kStorm - 1h), [&world] { world.reboot(); });
  }
  const Duration begin = within(random, 1h, kStorm - 2h);
  world.at(begin, [&world] { forbid(world, {"Isolate", "LiveResponse", "RunAntiVirusScan"}); });
  world.at(begin + within(random, 10min, 1h), [&world] { forbid(world, {}); });
}

/// Somebody cancels an action by hand: one of those that the API knows, open or not.
void ask_cancel(World& world, std::uint64_t draw) {
  auto region = world.apis().begin();
  std::advance(region, static_cast<std::ptrdiff_t>(draw % world.apis().size()));
  const auto& truth = region->second->model().truth();
  if (truth.empty()) return;
  const std::size_t recent = std::min<std::size_t>(truth.size(), 40);
  core::AskCancel asked;
  asked.region = region->first;
  asked.action = truth[truth.size() - 1 - draw / 7 % recent].id;
  asked.comment = "By hand " + std::to_string(draw % 1000);
  asked.by = {"operator", {}};
  world.ask(asked);
}

void add_operators(World& world, Random& random) {
  for (int i = 0; i < 3; ++i) {
    const Duration begin = within(random, 20min, kStorm - 1h);
    world.at(begin, [&world] { world.ask(core::SuspendCancelling{true}); });
    // An order that a crash swallows is given once more.
    for (const Duration after : {within(random, 1s, 40min), Duration(45min)}) {
      world.at(begin + after, [&world] { world.ask(core::SuspendCancelling{false}); });
    }
  }
  for (int i = 0; i < 15; ++i) {
    world.at(within(random, 10min, kStorm),
             [&world, draw = random.next()] { ask_cancel(world, draw); });
  }
}

void become_calm(World& world) {
  for (auto& [name, api] : world.apis()) api->faults().clear();
  world.stop_crashes();
  world.set_wall({});
  set_date_errors(world, {}, 0);
  set_lags(world, {}, {});
  forbid(world, {});
  world.ask(core::SuspendCancelling{false});
}

}  // namespace

std::vector<std::string> cancel_day(std::uint64_t seed) {
  Random random(seed + 1);
  const WorldOptions options = cancel_options(seed, random);
  World world(options);
  CancelOracle& oracle = world.watch_cancels();
  add_stale_traffic(world, options.engine.policies, 200, 0s, kStorm, random.next());
  add_stale_traffic(world, options.engine.policies, 40, kStorm, kQuiet, random.next());
  add_trouble(world, random);
  const bool both_behind = add_wrong_clocks(world, random, kStorm - 1h, true);
  add_operators(world, random);
  world.at(kStorm, [&] {
    become_calm(world);
    oracle.calm_from(kStorm);
  });
  world.run_until(kEnd);
  auto violations = oracle.finish(world.moment());
  for (std::string& more :
       judge(world, {.visible_longer_than = 2h, .stamps_looked_impossible = both_behind})) {
    violations.push_back(std::move(more));
  }
  return violations;
}

}  // namespace mactiond::sim

#include <array>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "sim/cancel_traffic.hpp"
#include "sim/clock_trouble.hpp"
#include "sim/days.hpp"
#include "sim/oracle.hpp"
#include "sim/submit_oracle.hpp"
#include "sim/submit_traffic.hpp"
#include "sim/world.hpp"

namespace mactiond::sim {
namespace {

using namespace std::chrono_literals;

constexpr Duration kStorm = 9h;
/// From here on nothing that the storm left is in the way: the API may have asked for an hour.
constexpr Duration kSettled = kStorm + 75min;
/// The last order of the calm.
constexpr Duration kQuiet = 12h;
/// The longest wait and the longest action have ended.
constexpr Duration kEnd = 19h;
constexpr int kOrders = 200;

/// What the answer to a POST may fall victim to although the action was started …
constexpr std::array kLateFaults{
    Fault::ServerErrorEmpty, Fault::ServerErrorHtml, Fault::ServerErrorJson, Fault::NotJson,
    Fault::LoginPage,        Fault::EmptyBody,       Fault::WrongDocument,   Fault::CutJson,
    Fault::TruncatedBody,    Fault::Reset,           Fault::NoAnswer,        Fault::Closed};
/// … and what may happen to it before.
constexpr std::array kEarlyFaults{
    Fault::Unauthorized, Fault::Throttled, Fault::ServerErrorJson, Fault::ResetBeforeAnswer,
    Fault::NoAnswer,     Fault::Redirect,  Fault::Forbidden,       Fault::NotFound};

void set_faults(World& world, int throttled_per_mille) {
  for (auto& [name, api] : world.apis()) {
    FaultPlan& faults = api->faults();
    faults.clear();
    if (throttled_per_mille > 0) {
      faults.add({Fault::Throttled, std::nullopt, 0, throttled_per_mille});
    }
    for (const Operation operation : {Operation::Create, Operation::LiveResponse}) {
      for (const Fault fault : kLateFaults) faults.add({fault, operation, 0, 20, true});
      for (const Fault fault : kEarlyFaults) faults.add({fault, operation, 0, 15});
    }
    faults.add({Fault::ServerErrorEmpty, Operation::Get, 0, 30});
    faults.add({Fault::NoAnswer, std::nullopt, 0, 2});
    faults.add({Fault::ServerErrorHtml, std::nullopt, 0, 5});
    faults.add({Fault::CutJson, std::nullopt, 0, 5});
  }
}

constexpr std::array kEnds{"Succeeded", "Succeeded", "Succeeded", "Failed", "TimeOut", "Cancelled"};

/// What a second action of a type meets, how a new one ends and how late it is shown.
void set_habits(World& world, Random& random) {
  for (auto& [name, api] : world.apis()) {
    Traits traits = api->model().traits();
    traits.duplicate = random.below(3) == 0 ? Duplicate::ReturnFirst : Duplicate::Refuse;
    traits.name_blocker = random.below(2) == 0;
    traits.visibility_list = random.below(2) == 0 ? Duration{} : within(random, 0s, 5min);
    traits.default_plan = {{within(random, 1s, 2min), "InProgress"},
                           {within(random, 1s, 30min), kEnds[random.below(kEnds.size())]}};
    traits.visibility_get = random.below(2) == 0 ? Duration{} : within(random, 0s, 50s);
    api->model().set_traits(std::move(traits));
  }
}

WorldOptions submit_options(std::uint64_t seed, Random& random) {
  WorldOptions options = day_options(seed, 1 + static_cast<int>(random.below(2)));
  options.engine.webhooks.clear();
  for (core::RegionOptions& region : options.engine.regions) {
    region.poll.min_interval = 10s;
    region.poll.idle_interval = 30s;
  }
  core::SubmitOptions& submit = options.engine.submit;
  submit.enabled = true;
  submit.types = submitted_types();
  constexpr std::array kLimits{12, 40, 60, 500, 500};
  submit.max_per_hour = kLimits[random.below(kLimits.size())];
  options.crashes_per_million = 1500;
  options.submit_crashes_per_million = 60'000;
  options.connections_refused_per_mille = 30;
  options.slow_connections_per_mille = 60;
  Traits& traits = options.api.traits;
  traits.cancel = static_cast<CancelMode>(random.below(3));
  traits.cancel_delay = within(random, 1s, 10min);
  traits.reject_last_update_filter = random.below(4) == 0;
  traits.created_status = random.below(2) == 0 ? 200 : 201;
  if (random.below(3) == 0) traits.live_sessions = 2;
  options.api.throttle.body = static_cast<ThrottleBody>(random.below(3));
  options.api.throttle.retry_after = static_cast<RetryAfter>(random.below(4));
  return options;
}

void add_trouble(World& world, Random& random) {
  set_faults(world, 0);
  for (int i = 0; i < 3; ++i) {
    const Duration begin = within(random, 20min, kStorm - 1h);
    world.at(begin, [&world] { set_faults(world, 600); });
    world.at(begin + within(random, 1min, 15min), [&world] { set_faults(world, 0); });
  }
  for (Duration when = 10min; when < kStorm; when += within(random, 5min, 40min)) {
    const Duration list = random.below(2) == 0 ? Duration{} : within(random, 0s, 20s);
    const Duration get = random.below(2) == 0 ? Duration{} : within(random, 0s, 20s);
    world.at(when, [&world, list, get, draw = random.next()] {
      Random own(draw);
      set_lags(world, list, get);
      set_habits(world, own);
    });
  }
  for (int i = 0; i < 4; ++i) {
    world.at(within(random, 10min, kStorm), [&world] {
      for (auto& [name, api] : world.apis()) api->revoke_tokens();
    });
  }
  const Duration begin = within(random, 1h, kStorm - 1h);
  world.at(begin, [&world] { world.ask(core::SuspendCancelling{true}); });
  for (const Duration after : {within(random, 1s, 40min), Duration(45min)}) {
    world.at(begin + after, [&world] { world.ask(core::SuspendCancelling{false}); });
  }
}

/// Operators change [submit] while submissions wait.
void add_reloads(World& world, Random& random) {
  const core::SubmitOptions usual = world.options().engine.submit;
  for (int i = 0; i < 8; ++i) {
    core::SubmitOptions changed = usual;
    switch (random.below(4)) {
      case 0:
        changed.enabled = false;
        break;
      case 1:
        changed.types = {"RunAntiVirusScan"};
        break;
      case 2:
        changed.max_per_hour = static_cast<int>(random.below(15));
        break;
      default:
        changed.send_within = within(random, 10s, 20min);
    }
    const Duration begin = within(random, 20min, kStorm - 30min);
    const auto reload = [&world](const core::SubmitOptions& submit) {
      world.reload([&submit](core::Options& options) { options.submit = submit; });
    };
    world.at(begin, [reload, changed] { reload(changed); });
    world.at(begin + within(random, 1s, 20min), [reload, usual] { reload(usual); });
  }
}

void become_calm(World& world) {
  for (auto& [name, api] : world.apis()) {
    api->faults().clear();
    Traits traits = api->model().traits();
    traits.visibility_list = {};
    traits.visibility_get = {};
    traits.cancel = CancelMode::Immediate;
    traits.live_sessions = 0;
    api->model().set_traits(std::move(traits));
  }
  world.stop_crashes();
  world.set_wall({});
  set_date_errors(world, {}, 0);
  set_lags(world, {}, {});
  world.ask(core::SuspendCancelling{false});
  world.reload([](core::Options& options) {
    options.submit.enabled = true;
    options.submit.types = submitted_types();
    options.submit.max_per_hour = 500;
    options.submit.send_within = 15min;
  });
}

}  // namespace

std::vector<std::string> submit_day(std::uint64_t seed) {
  Random random(seed + 1);
  World world(submit_options(seed, random));
  SubmitOracle oracle(world.apis());
  world.watch(oracle);
  add_submissions(world, kOrders - 20, 5min, kStorm, random.next());
  add_submissions(world, 20, kSettled, kQuiet, random.next());
  add_others(world, 120, 0s, kStorm, random.next());
  add_others(world, 10, kSettled, kQuiet, random.next());
  add_trouble(world, random);
  add_reloads(world, random);
  // After a reboot only the API's clock says how long ago something was: there it must be right.
  const bool reboots = random.below(2) == 0;
  const bool both_behind = add_wrong_clocks(world, random, kStorm - 1h, !reboots);
  for (int i = 0; i < 3 && reboots; ++i) {
    world.at(within(random, 20min, kStorm), [&world] { world.reboot(); });
  }
  world.at(kStorm, [&world] { become_calm(world); });
  oracle.calm_from(kSettled);
  world.run_until(kEnd);
  auto violations = oracle.finish(world.submissions(), world.moment());
  if (oracle.started() < 30) violations.push_back("few actions were started");
  if (oracle.unanswered() < 3) violations.push_back("few answers were lost");
  for (std::string& more :
       judge(world, {.visible_longer_than = 2h, .stamps_looked_impossible = both_behind})) {
    violations.push_back(std::move(more));
  }
  return violations;
}

}  // namespace mactiond::sim

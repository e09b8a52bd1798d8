#include "sim/dead_receiver.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "sim/scenario.hpp"
#include "sim/world.hpp"

namespace mactiond::sim {

using namespace std::chrono_literals;

HealthyBeside run(const DeadReceiver& experiment) {
  WorldOptions options;
  options.seed = experiment.seed;
  options.engine = engine_options(1);
  World world(options);
  if (experiment.dead) {
    const WallTime now = world.server_now();
    world.receiver("one").fail_between(now, now + experiment.span + 24h);
  }
  Traffic traffic;
  traffic.actions = experiment.actions;
  traffic.over = experiment.span - 1h;
  add_traffic(world, traffic, experiment.seed + 1);
  world.run_until(experiment.span);

  std::vector<Duration> waits;
  const auto& received = world.receiver("two").received();
  for (const auto& [event, committed] : world.events()) {
    const auto found = received.find(event.seq);
    if (found != received.end()) waits.push_back(found->second.first - committed);
  }
  HealthyBeside outcome;
  outcome.events = world.events().size();
  outcome.delivered = waits.size();
  std::sort(waits.begin(), waits.end());
  if (!waits.empty()) outcome.p99 = waits[waits.size() * 99 / 100];
  outcome.queued = world.engine().status(world.now()).webhooks.at(0).queued;
  return outcome;
}

}  // namespace mactiond::sim

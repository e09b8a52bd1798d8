#include "sim/scenario.hpp"

#include <array>
#include <string>
#include <string_view>

#include "base/random.hpp"

namespace mactiond::sim {
namespace {

constexpr std::array<std::string_view, 9> kTypes{"RunAntiVirusScan",
                                                 "Offboard",
                                                 "LiveResponse",
                                                 "CollectInvestigationPackage",
                                                 "Isolate",
                                                 "Unisolate",
                                                 "StopAndQuarantineFile",
                                                 "RestrictCodeExecution",
                                                 "UnrestrictCodeExecution"};

Plan random_plan(const Traffic& traffic, Random& random) {
  const auto spread = (traffic.step_max - traffic.step_min).count();
  const auto delay = [&] {
    return traffic.step_min +
           Duration(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(spread))));
  };
  Plan plan;
  if (random.below(4) != 0) plan.push_back({delay(), "InProgress"});
  switch (random.below(8)) {
    case 0:
      plan.push_back({delay(), "Failed"});
      break;
    case 1:
      plan.push_back({delay(), "Cancelled"});
      break;
    case 2:
      plan.push_back({delay(), "TimeOut"});
      break;
    default:
      plan.push_back({delay(), "Succeeded"});
      break;
  }
  return plan;
}

std::string machine_id(int number) {
  const std::string digits = std::to_string(number);
  return std::string(40 - digits.size(), 'a') + digits;
}

void add_machines(World& world, int count) {
  for (auto& [name, api] : world.apis()) {
    for (int i = 0; i < count; ++i) {
      Machine machine;
      machine.id = machine_id(i);
      machine.computer_dns_name = default_name(machine.id);
      machine.rbac_group_name = "group-" + std::to_string(i % 3);
      for (int tag = 0; tag < i % 4; ++tag) machine.tags.push_back("tag-" + std::to_string(tag));
      api->model().directory().put(std::move(machine));
    }
  }
}

}  // namespace

void add_traffic(World& world, const Traffic& traffic, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::string> regions;
  for (const auto& [name, api] : world.apis()) regions.push_back(name);
  add_machines(world, traffic.machines);
  for (int i = 0; i < traffic.actions; ++i) {
    Spec spec;
    spec.type = kTypes[random.below(kTypes.size())];
    spec.plan = random_plan(traffic, random);
    if (random.below(1000) < static_cast<std::uint64_t>(traffic.offline_per_mille)) {
      spec.offline = true;
      spec.plan.reset();
    }
    if (traffic.machines > 0) {
      const auto machines = static_cast<std::uint64_t>(traffic.machines);
      spec.machine_id = machine_id(static_cast<int>(random.below(machines)));
    }
    const std::string region = regions[random.below(regions.size())];
    const auto when = Duration(
        static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(traffic.over.count()))));
    world.at(when, [&world, region, spec = std::move(spec)] {
      (void)world.api(region).model().add(spec, world.server_now());
    });
  }
}

void add_faults(World& world, int per_mille) {
  for (auto& [name, api] : world.apis()) {
    for (const auto& [fault, text] : kFaults) {
      if (fault == Fault::Forbidden || fault == Fault::NotFound) continue;
      // These differ from others on the wire only.
      if (fault == Fault::Closed || fault == Fault::Endless || fault == Fault::RedirectHttp)
        continue;
      api->faults().add({fault, std::nullopt, 0, per_mille});
    }
  }
}

void clear_faults(World& world) {
  for (auto& [name, api] : world.apis()) api->faults().clear();
  for (auto& [name, receiver] : world.receivers()) receiver.heal();
}

core::Options engine_options(int regions) {
  core::Options options;
  options.instance = "sim";
  for (int i = 1; i <= regions; ++i) {
    core::RegionOptions region;
    region.name = "r" + std::to_string(i);
    options.regions.push_back(region);
  }
  for (const char* name : {"one", "two"}) {
    core::WebhookOptions webhook;
    webhook.name = name;
    webhook.filter.backlog = webhook.name == "two";
    options.webhooks.push_back(webhook);
  }
  return options;
}

}  // namespace mactiond::sim

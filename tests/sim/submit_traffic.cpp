#include "sim/submit_traffic.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "action/action_request.hpp"
#include "base/random.hpp"
#include "core/operator_requests.hpp"
#include "sim/cancel_traffic.hpp"

namespace mactiond::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kMachines = 20;
constexpr std::array<std::string_view, 5> kOtherTypes{"RunAntiVirusScan", "RunAntiVirusScan",
                                                      "Isolate", "CollectInvestigationPackage",
                                                      "LiveResponse"};

/// Hex digits, in either letter case.
std::string machine_id(std::uint64_t number, char first = 'a') {
  const std::string digits = std::to_string(number);
  return std::string(40 - digits.size(), first) + digits;
}

ActionRequest pick_request(Random& random) {
  using Kind = LiveResponseCommand::Kind;
  switch (random.below(8)) {
    case 0:
      return CollectPackage{};
    case 1:
      return Isolate{static_cast<Isolate::Scope>(random.below(3))};
    case 2:
      return Unisolate{};
    case 3:
      return LiveResponse{{{Kind::PutFile, "a.exe", {}}, {Kind::RunScript, "a.ps1", "-x \"y\""}}};
    case 4:
      return QuarantineFile{std::string(40, '7')};
    default:
      return RunScan{static_cast<RunScan::Scope>(random.below(2))};
  }
}

core::SubmissionOrder pick_order(Random& random, const std::vector<std::string>& regions,
                                 int number) {
  core::SubmissionOrder order;
  order.region = random.below(60) == 0 ? "nowhere" : regions[random.below(regions.size())];
  order.machine = machine_id(random.below(kMachines), random.below(8) == 0 ? 'A' : 'a');
  order.request = pick_request(random);
  order.comment = "Case " + std::to_string(number);
  order.by = {"alice (uid 1000)", random.below(2) == 0 ? "playbook" : ""};
  if (random.below(2) == 0) order.key = "key-" + std::to_string(number);
  order.body_hash = random.next();
  order.on_blocker = static_cast<core::OnBlocker>(random.below(3));
  order.wait_blocker = within(random, 1min, 2h);
  return order;
}

void ask_at(World& world, Duration when, core::SubmissionOrder order) {
  world.at(when, [&world, order = std::move(order)] { world.ask(core::AskSubmission{order}); });
}

Plan pick_plan(Random& random) {
  const char* const ends[] = {"Succeeded", "Succeeded", "Failed", "TimeOut"};
  Plan plan;
  if (random.below(2) == 0) plan.push_back({within(random, 1s, 3min), "InProgress"});
  plan.push_back({within(random, 5s, 40min), ends[random.below(4)]});
  return plan;
}

/// An action that is open or was lately, by chance.
void cancel_some(World& world, std::uint64_t draw) {
  auto region = world.apis().begin();
  std::advance(region, static_cast<std::ptrdiff_t>(draw % world.apis().size()));
  DefenderModel& model = region->second->model();
  if (model.truth().empty()) return;
  const std::size_t recent = std::min<std::size_t>(model.truth().size(), 30);
  const ActionId id = model.truth()[model.truth().size() - 1 - draw / 7 % recent].id;
  (void)model.cancel(id, "by hand", "analyst@contoso.com", world.server_now());
}

}  // namespace

std::vector<std::string> submitted_types() {
  return {"CollectInvestigationPackage", "Isolate",      "Unisolate",
          "StopAndQuarantineFile",       "LiveResponse", "RunAntiVirusScan"};
}

void add_submissions(World& world, int orders, Duration from, Duration until, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::string> regions;
  for (const auto& [name, api] : world.apis()) {
    regions.push_back(name);
    Directory& directory = api->model().directory();
    (void)directory.remove(machine_id(0), world.server_now());
    (void)directory.refuse(machine_id(1),
                           Refusal{400, "MachineNotSupported", "The machine is not supported",
                                   std::nullopt, std::nullopt},
                           world.server_now());
  }
  for (int i = 0; i < orders; ++i) {
    const int number = static_cast<int>(seed % 1000) * 1000 + i;
    const core::SubmissionOrder order = pick_order(random, regions, number);
    const Duration when = within(random, from, until);
    ask_at(world, when, order);
    if (order.key.empty()) continue;
    if (random.below(3) == 0) ask_at(world, when + within(random, 0s, 1s), order);
    if (random.below(3) == 0) ask_at(world, when + within(random, 1s, 3h), order);
    if (random.below(6) != 0) continue;
    core::SubmissionOrder other = order;
    other.comment += " again";
    ++other.body_hash;
    ask_at(world, when + within(random, 1s, 1h), std::move(other));
  }
}

void add_others(World& world, int actions, Duration from, Duration until, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::string> regions;
  for (const auto& [name, api] : world.apis()) regions.push_back(name);
  for (int i = 0; i < actions; ++i) {
    Spec spec;
    spec.type = kOtherTypes[random.below(kOtherTypes.size())];
    spec.machine_id = machine_id(random.below(kMachines));
    if (random.below(6) == 0) spec.comment.clear();
    if (random.below(5) == 0) {
      spec.offline = true;
    } else {
      spec.plan = pick_plan(random);
    }
    const std::string region = regions[random.below(regions.size())];
    world.at(within(random, from, until), [&world, region, spec = std::move(spec)] {
      (void)world.api(region).model().add(spec, world.server_now());
    });
    if (random.below(5) != 0) continue;
    world.at(within(random, from, until),
             [&world, draw = random.next()] { cancel_some(world, draw); });
  }
}

}  // namespace mactiond::sim

// What evaluating policies costs: everything again, as after a reload, and per poll.
// policy_bench [SEED]

#include <malloc.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "core/cancel/cancel_ledger.hpp"
#include "core/cancel/canceller.hpp"
#include "core/cancel/policy.hpp"
#include "core/cancel/stale_watch.hpp"
#include "core/outbox/outbox.hpp"
#include "core/recorder.hpp"
#include "core/step_writer.hpp"

namespace mactiond::bench {
namespace {

using namespace std::chrono_literals;
using core::ActionFacts;
using core::Policies;
using core::PolicyOptions;
using core::SharedPolicies;
using core::StaleWatch;

constexpr int kOpen = 10'000;
constexpr int kPolicies = 50;
constexpr double kLimit = 5.0;
constexpr WallTime kNoon{std::chrono::seconds(1'800'000'000)};

std::size_t heap() { return mallinfo2().uordblks; }

/// Of this process, in milliseconds.
double cpu_time() { return static_cast<double>(std::clock()) * 1000.0 / CLOCKS_PER_SEC; }

// No policy fits most actions until the last ones: the most expensive order.
SharedPolicies make_policies() {
  constexpr std::array<const char*, 4> kTypes = {"RunAntiVirusScan", "Collect*", "LiveResponse",
                                                 "Isolate"};
  std::vector<PolicyOptions> policies;
  for (int i = 0; i < kPolicies; ++i) {
    PolicyOptions policy;
    policy.name = "policy-" + std::to_string(i);
    policy.action = core::PolicyAction::Cancel;
    policy.stale_after = 6h;
    policy.match.type = {kTypes[static_cast<std::size_t>(i) % kTypes.size()]};
    policy.match.region = {"eu"};
    if (i < kPolicies - 4) {
      policy.match.requestor = {"*-playbook-" + std::to_string(i) + "@contoso.com", "app-?-*"};
      policy.match.computer = {"srv-" + std::to_string(i) + "-*", "*.lab" + std::to_string(i)};
      policy.match.comment = {"*drill*number " + std::to_string(i) + "*"};
    }
    policies.push_back(std::move(policy));
  }
  return std::make_shared<const Policies>(std::move(policies));
}

ActionFacts make_facts(Random& random) {
  using Type = ActionType::Known;
  constexpr std::array<Type, 4> kTypes = {Type::RunAntiVirusScan, Type::CollectInvestigationPackage,
                                          Type::LiveResponse, Type::Isolate};
  const auto number = [&random](std::uint64_t below) {
    return std::to_string(random.below(below));
  };
  ActionFacts facts;
  facts.type = kTypes[random.below(kTypes.size())];
  facts.status =
      random.below(2) == 0 ? ActionStatus::Known::Pending : ActionStatus::Known::InProgress;
  facts.requestor = "soc-playbook-" + number(100) + "@contoso.com";
  facts.requestor_comment = "Started by the drill of ticket " + number(100'000) + ", please wait";
  facts.request_source = "PublicApi";
  facts.computer_dns_name = "srv-" + number(100) + "-" + number(1000) + ".contoso.com";
  facts.machine_id = std::string(40, 'a');
  facts.created = kNoon + std::chrono::milliseconds(random.below(3'600'000 * 4));
  facts.last_update = facts.created;
  return facts;
}

struct Open {
  ActionId id;
  ActionFacts facts;
};

std::vector<Open> make_actions(Random& random) {
  std::vector<Open> actions;
  for (int i = 0; i < kOpen; ++i) {
    char id[40];
    std::snprintf(id, sizeof(id), "5382f7ea-7557-4ab7-9782-%012d", i);
    actions.push_back({ActionId{id}, make_facts(random)});
  }
  return actions;
}

void print(const char* what, double cpu, std::size_t fired) {
  std::printf("| %-48s | %8.3f | %6.1f | %5zu |\n", what, cpu, kLimit, fired);
}

void print_once(const char* what, double cpu) {
  std::printf("| %-48s | %8.3f | %6s | %5s |\n", what, cpu, "none", "");
}

// Polls of a quiet hour: nothing changed, what turns stale is reported. The mean of one.
void bench_quiet(StaleWatch& watch) {
  constexpr int kPolls = 1000;
  std::size_t fired = 0;
  const double before = cpu_time();
  for (int i = 0; i < kPolls; ++i) fired += watch.due(kNoon + 6h + i * 3600ms).size();
  print("a poll, nothing changed", (cpu_time() - before) / kPolls, fired);
}

// Every poll shows every action again, `changed` in a hundred with another last update.
void bench_full(StaleWatch& watch, std::vector<Open>& actions, std::size_t changed,
                const char* what, Random& random) {
  constexpr int kPolls = 20;
  std::size_t fired = 0;
  double cpu = 0;
  for (int i = 0; i < kPolls; ++i) {
    for (std::size_t k = 0; k < actions.size() * changed / 100; ++k) {
      Open& action = actions[random.below(actions.size())];
      action.facts.last_update = *action.facts.last_update + 1s;
    }
    const std::vector<Open> page = actions;
    const double before = cpu_time();
    for (const Open& action : page) watch.put(action.id, action.facts);
    fired += watch.due(kNoon + 7h + i * 2600ms).size();
    cpu += cpu_time() - before;
  }
  print(what, cpu / kPolls, fired);
}

void bench_changes(StaleWatch& watch, std::vector<Open>& actions, Random& random) {
  constexpr int kPolls = 100;
  std::size_t fired = 0;
  double cpu = 0;
  for (int i = 0; i < kPolls; ++i) {
    std::vector<Open> page;
    for (int k = 0; k < kOpen / 100; ++k) {
      Open& action = actions[random.below(actions.size())];
      action.facts.last_update = *action.facts.last_update + 1s;
      page.push_back(action);
    }
    const double before = cpu_time();
    for (Open& action : page) watch.put(action.id, std::move(action.facts));
    fired += watch.due(kNoon + 8h + i * 2600ms).size();
    cpu += cpu_time() - before;
  }
  print("a poll that shows the 1 % that changed", cpu / kPolls, fired);
}

core::Decision posted(int number) {
  core::Decision decision;
  decision.id = "d" + std::to_string(number);
  decision.region = "eu";
  decision.action = ActionId{decision.id};
  decision.by = core::PolicyName{"policy-" + std::to_string(number % kPolicies)};
  decision.status = "Pending";
  decision.state = core::Decision::State::Confirmed;
  decision.posted = core::PostStamp{kNoon + 100h, "boot", MonoTime(100h)};
  return decision;
}

// The whole decision, 100 hours later: everything that a policy governs is stale, and waits because
// the limit over all policies is used up.
void bench_held(const SharedPolicies& policies, const std::vector<Open>& actions) {
  constexpr int kPolls = 20;
  const core::CancelOptions limit;
  core::CancelLedger ledger(limit, policies->all(), "boot");
  for (int i = 0; i < limit.max_per_hour; ++i) ledger.restore(posted(i));
  core::Canceller canceller("eu", policies, ledger);
  for (const Open& action : actions) canceller.restore(action.id, action.facts);
  core::Step step;
  core::Recorder recorder("bench", 0);
  std::vector<core::Slot<core::Outbox>> outboxes;
  std::uint64_t last_id = 0;
  core::StepWriter out(step, recorder, outboxes, last_id);
  core::CancelTime time;
  time.swept = true;
  const auto decide = [&](int poll) {
    time.server = time.now.wall = kNoon + 100h + poll * 2600ms;
    time.now.mono = MonoTime(100h + poll * 2600ms);
    canceller.decide(time, {100, 100}, out);
  };
  const double first = cpu_time();
  decide(0);
  const double before = cpu_time();
  for (int i = 1; i <= kPolls; ++i) decide(i);
  print("a poll while all that is stale is held back", (cpu_time() - before) / kPolls, 0);
  print_once("everything turns stale at once, and is held", before - first);

  const double asked = cpu_time();
  (void)canceller.explain(nullptr, limit.max_per_hour, time, 1000);
  const double others = cpu_time();
  print_once("an answer to policy explain, 1000 plans", others - asked);
  core::Options options;
  options.policies = policies->all();
  core::OpenActions open{"eu", {}};
  for (const Open& action : actions) open.actions.emplace_back(action.id, action.facts);
  core::PolicyTrial trial(options);
  (void)trial.match({open}, [] { return true; });
  (void)canceller.explain(&trial, limit.max_per_hour, time, 1000);
  print_once("the same by a file that is not loaded", cpu_time() - others);
}

int run(std::uint64_t seed) {
  Random random(seed);
  const SharedPolicies policies = make_policies();
  std::vector<Open> actions = make_actions(random);
  std::printf("%d open actions, %d policies\n", kOpen, kPolicies);
  std::printf("| %-48s | %8s | %6s | %5s |\n", "what", "CPU ms", "limit", "fired");
  std::printf("|---|---|---|---|\n");

  const std::size_t empty = heap();
  StaleWatch watch("eu", policies);
  double before = cpu_time();
  for (const Open& action : actions) watch.put(action.id, action.facts);
  print_once("everything for the first time", cpu_time() - before);
  const std::size_t bytes = heap() - empty;
  before = cpu_time();
  watch.replace_policies(policies);
  print_once("everything again, as after a reload", cpu_time() - before);

  bench_quiet(watch);
  bench_changes(watch, actions, random);
  bench_full(watch, actions, 0, "a poll that shows all 10,000 again, none changed", random);
  bench_full(watch, actions, 1, "a poll that shows all 10,000 again, 1 % changed", random);
  bench_held(policies, actions);
  std::printf("heap per open action: %zu bytes\n", bytes / kOpen);
  return 0;
}

}  // namespace
}  // namespace mactiond::bench

int main(int argc, char** argv) {
  const std::uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  return mactiond::bench::run(seed);
}

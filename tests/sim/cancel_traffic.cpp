#include "sim/cancel_traffic.hpp"

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace mactiond::sim {
namespace {

using namespace std::chrono_literals;
using core::PolicyAction;
using core::PolicyOptions;
using core::StaleSince;

constexpr std::array<std::string_view, 12> kTypes{"RunAntiVirusScan",
                                                  "RunAntiVirusScan",
                                                  "RunAntiVirusScan",
                                                  "Isolate",
                                                  "RestrictCodeExecution",
                                                  "LiveResponse",
                                                  "Unisolate",
                                                  "Offboard",
                                                  "UnrestrictCodeExecution",
                                                  "CollectInvestigationPackage",
                                                  "Isolate",
                                                  "Hibernate"};
constexpr std::array<std::string_view, 3> kRequestors{"soc@contoso.com", "bot@ignored.example",
                                                      "Analyst@Contoso.com"};

PolicyOptions make_policy(std::string name, PolicyAction action, Duration stale_after,
                          std::vector<std::string> types) {
  PolicyOptions policy;
  policy.name = std::move(name);
  policy.action = action;
  policy.stale_after = stale_after;
  policy.match.type = std::move(types);
  return policy;
}

template <class T, std::size_t Size>
const T& pick(Random& random, const std::array<T, Size>& from) {
  return from[random.below(Size)];
}

std::string pick_text(Random& random, std::initializer_list<std::string_view> from) {
  return std::string(*(from.begin() + random.below(from.size())));
}

/// When the action would be cancelled by one of the policies, give or take a second or two.
Duration the_moment(Random& random, const std::vector<PolicyOptions>& policies, Duration age) {
  const PolicyOptions& policy = policies[random.below(policies.size())];
  return std::max(Duration(1s), policy.stale_after - age + within(random, -1s, 3s));
}

Plan make_plan(Random& random, const std::vector<PolicyOptions>& policies, Duration age) {
  const std::string end =
      pick_text(random, {"Succeeded", "Succeeded", "Failed", "Cancelled", "TimeOut"});
  const std::string middle = random.below(12) == 0 ? "Rebooting" : "InProgress";
  switch (random.below(6)) {
    case 0:
      return {{within(random, 1s, 5min), middle}, {within(random, 1s, 5min), end}};
    case 1:
      return {{the_moment(random, policies, age), end}};
    case 2:
      return {{the_moment(random, policies, age), middle}, {within(random, 10min, 2h), end}};
    case 3:
      return {{within(random, 1s, 20min), middle}, {within(random, 1h, 3h), end}};
    default:
      return {{within(random, 1h, 4h), end}};
  }
}

}  // namespace

Duration within(Random& random, Duration from, Duration until) {
  return from + Duration(static_cast<std::int64_t>(
                    random.below(static_cast<std::uint64_t>((until - from).count()))));
}

std::vector<PolicyOptions> random_policies(Random& random) {
  std::vector<PolicyOptions> policies;
  policies.push_back(make_policy("ignored", PolicyAction::Ignore, {}, {}));
  policies.back().match.requestor = {"*@ignored.example"};
  policies.push_back(make_policy("told", PolicyAction::Notify, 35min, {}));
  policies.back().match.status = {"InProgress", "Rebooting"};
  policies.back().stale_since = StaleSince::Updated;
  policies.push_back(make_policy("scans", PolicyAction::Cancel, 30min, {"runantivirusscan"}));
  policies.back().match.status = {"Pending"};
  policies.back().max_per_hour = 1 + static_cast<int>(random.below(4));
  policies.push_back(make_policy("slow-scans", PolicyAction::Cancel, 20min, {"RunAntiVirusScan"}));
  policies.back().stale_since = StaleSince::Updated;
  policies.push_back(make_policy("tried", PolicyAction::Cancel, 25min, {"Collect*", "Isolate"}));
  policies.back().dry_run = true;
  policies.back().match.computer = {"srv-*"};
  policies.push_back(make_policy("contained", PolicyAction::Cancel, 45min, {"Isolate", "Restr*"}));
  policies.push_back(make_policy("freed", PolicyAction::Cancel, 1h, {"Unisolate"}));
  policies.push_back(make_policy("sessions", PolicyAction::Cancel, 15min, {"LiveResponse"}));
  policies.back().match.request_source = {"PublicApi"};
  policies.back().max_per_hour = 2;
  policies.push_back(make_policy("rest", PolicyAction::Cancel, 50min, {"*"}));
  policies.back().match.requestor = {"*@contoso.com"};
  for (std::size_t i = policies.size() - 1; i > 0; --i) {
    std::swap(policies[i], policies[random.below(i + 1)]);
  }
  policies.erase(policies.begin(), policies.begin() + static_cast<std::ptrdiff_t>(random.below(4)));
  return policies;
}

void add_stale_traffic(World& world, const std::vector<PolicyOptions>& policies, int actions,
                       Duration from, Duration until, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::string> regions;
  for (const auto& [name, api] : world.apis()) regions.push_back(name);
  for (int i = 0; i < actions; ++i) {
    Spec spec;
    spec.type = pick(random, kTypes);
    spec.requestor = pick(random, kRequestors);
    spec.request_source = pick_text(random, {"PublicApi", "Portal"});
    if (random.below(2) == 0) spec.computer_dns_name = "SRV-" + std::to_string(i) + ".contoso.com";
    if (random.below(3) == 0) spec.age = within(random, 0s, 20min);
    spec.plan = make_plan(random, policies, spec.age);
    const std::string region = regions[random.below(regions.size())];
    world.at(within(random, from, until), [&world, region, spec = std::move(spec)] {
      (void)world.api(region).model().add(spec, world.server_now());
    });
  }
}

}  // namespace mactiond::sim

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/enrich/machine_member.hpp"
#include "core/region/forgotten.hpp"
#include "core/region/region.hpp"

// What is known of the machines of actions: in events, and for policies.

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

/// How often it is looked for machines of open actions whose facts grow old, or are not known.
constexpr Duration kLookEvery = 1min;

}  // namespace

void Region::describe_machine(EventRecord& event, const std::string& machine, MonoTime now) const {
  if (!asking_.machines.is_on()) return;
  const ActionFacts* open = canceller_.watch().find(event.action);
  const std::string& id = machine.empty() && open != nullptr ? open->machine_id : machine;
  if (const MachineFacts* facts = asking_.machines.find(id, now)) add_machine(event, *facts);
}

bool Region::hold(const Call& call, ActionsListed& listed, Now now) {
  const bool is_sweep = call.kind == Call::Kind::Sweep;
  const bool lists = is_sweep || call.kind == Call::Kind::Poll;
  if (!asking_.machines.is_on() || !lists || newness_.is_new()) return false;
  const auto& round = is_sweep ? schedule_.sweep_round() : schedule_.poll_round();
  if (!round) return false;
  HeldPage page{call, {}};
  page.since = now.mono;
  page.until = asking_.held.limit(call.kind, round->pages(), now.mono);
  const WallTime known_from = clock_.now(now) - options_.poll.lookback;
  for (const MachineAction& action : listed.actions) {
    if (!tracker_.is_news(action) || newness_.is_quiet(action)) continue;
    if (is_sweep && is_forgotten(action, known_from, tracker_, submissions_)) continue;
    page.news.insert(action.id);
    asking_.machines.want(action.machine_id, true, now.mono);
    if (asking_.machines.is_settled(action.machine_id, page.until, calls_, now.mono)) {
      asking_.machines.defer(action.machine_id);
    } else {
      page.machines.push_back(action.machine_id);
    }
  }
  const bool may_wait = page.until > now.mono && login_.token.usable(now.mono) != nullptr;
  if (!may_wait) {
    for (const std::string& machine : page.machines) asking_.machines.defer(machine);
    return false;
  }
  if (page.machines.empty()) return false;
  page.listed = std::move(listed);
  asking_.held.hold(std::move(page));
  return true;
}

void Region::show_held(Now now, StepWriter& out) {
  MachineLane& machines = asking_.machines;
  const auto is_settled = [&](const std::string& machine, MonoTime until) {
    return machines.is_settled(machine, until, calls_, now.mono);
  };
  while (auto page = asking_.held.take_ready(now.mono, is_settled)) {
    for (const std::string& machine : page->machines) machines.defer(machine);
    show(page->call, page->listed, now, out);
  }
}

void Region::stop(Now now, StepWriter& out) {
  asking_.held.end_waits();
  show_held(now, out);
}

void Region::look_after_machines(MonoTime now) {
  asking_.look_at = now + kLookEvery;
  if (!asking_.machines.is_on()) return;
  std::vector<std::string> forgotten;
  watch().for_each([&](const ActionId&, const ActionFacts& facts, const auto&) {
    asking_.machines.want(facts.machine_id, false, now);
    const bool known = asking_.machines.find(facts.machine_id, now) != nullptr;
    if (facts.machine && !known) forgotten.push_back(facts.machine_id);
  });
  for (const std::string& machine : forgotten) canceller_.put_machine(machine, std::nullopt);
}

}  // namespace mactiond::core

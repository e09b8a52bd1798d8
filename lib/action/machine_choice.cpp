#include "action/machine_choice.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace mactiond {
namespace {

bool has_name(const Machine& machine, const MachineQuery& query) {
  std::string_view name = machine.computer_dns_name;
  if (query.kind == MachineQuery::Kind::FirstLabel) name = name.substr(0, name.find('.'));
  return iequals(name, query.name);
}

bool is_later_seen(const Machine& a, const Machine& b) {
  if (a.last_seen != b.last_seen) return a.last_seen > b.last_seen;
  return a.id < b.id;
}

// Those of the name, each once, latest seen first.
std::vector<Machine> candidates_of(const MachineQuery& query, std::vector<Machine> found) {
  std::sort(found.begin(), found.end(), is_later_seen);
  std::vector<Machine> candidates;
  for (Machine& machine : found) {
    const bool known =
        std::any_of(candidates.begin(), candidates.end(),
                    [&machine](const Machine& other) { return iequals(other.id, machine.id); });
    if (!known && has_name(machine, query)) candidates.push_back(std::move(machine));
  }
  return candidates;
}

bool is_in_use(const Machine& machine) {
  return machine.merged_into.empty() && iequals(machine.onboarding_status, "Onboarded");
}

}  // namespace

MachineChoice choose_machine(const MachineQuery& query, std::vector<Machine> found, bool complete) {
  using Why = MachineRefusal::Why;
  std::vector<Machine> candidates = candidates_of(query, std::move(found));
  const auto refuse = [&candidates](Why why) { return MachineRefusal{why, std::move(candidates)}; };
  if (!complete) return refuse(Why::Incomplete);
  if (candidates.empty()) return refuse(Why::NotFound);
  if (candidates.size() == 1) {
    if (!candidates.front().merged_into.empty()) return refuse(Why::Merged);
    return std::move(candidates.front());
  }
  if (std::count_if(candidates.begin(), candidates.end(), is_in_use) != 1) {
    return refuse(Why::Several);
  }
  return std::move(*std::find_if(candidates.begin(), candidates.end(), is_in_use));
}

std::string sentence(const MachineRefusal& refusal, const MachineQuery& query) {
  const std::string name = '"' + query.name + '"';
  switch (refusal.why) {
    case MachineRefusal::Why::NotFound:
      return "no machine has the name " + name + ": check its spelling, or give its id";
    case MachineRefusal::Why::Several:
      return std::to_string(refusal.candidates.size()) + " machines have the name " + name +
             ": give the id of the one you mean";
    case MachineRefusal::Why::Merged:
      return "the machine " + name + " was merged into another: give the id of that one";
    case MachineRefusal::Why::Incomplete:
      return "more machines have the name " + name + " than are read: give the id of the one " +
             "you mean";
  }
  return {};
}

}  // namespace mactiond

#include <algorithm>

#include "sim/defender_model.hpp"

// What a POST to a machine meets, and what finished actions have brought.
namespace mactiond::sim {

Answer<const Version*> DefenderModel::create(const Spec& spec, WallTime now) {
  advance(now);
  Spec placed = spec;
  const Machine* machine = directory_.find(spec.machine_id, now);
  if (machine == nullptr) return not_found("Machine " + spec.machine_id);
  if (machine->refusal) return *machine->refusal;
  if (placed.computer_dns_name.empty()) {
    placed.computer_dns_name = machine->computer_dns_name.value_or("");
  }
  if (const auto open = open_by_machine_.find(spec.machine_id);
      open != open_by_machine_.end() && traits_.duplicate != Duplicate::Allow) {
    for (const std::uint32_t number : open->second) {
      if (actions_[number].current->entity().type != spec.type) continue;
      if (traits_.duplicate == Duplicate::ReturnFirst) return actions_[number].current.get();
      return active_request(traits_.name_blocker ? actions_[number].current->entity().id : "");
    }
  }
  if (spec.type == "LiveResponse" && traits_.live_sessions > 0 &&
      open_sessions() >= traits_.live_sessions) {
    return too_many_sessions();
  }
  const ActionId id = add(placed, now);
  return actions_[by_id_.at(id.value)].current.get();
}

int DefenderModel::open_sessions() const {
  int sessions = 0;
  for (const auto& [machine, numbers] : open_by_machine_) {
    sessions += static_cast<int>(
        std::count_if(numbers.begin(), numbers.end(), [this](std::uint32_t number) {
          return actions_[number].current->entity().type == "LiveResponse";
        }));
  }
  return sessions;
}

Answer<const Version*> DefenderModel::package(const ActionId& id, WallTime now) {
  const auto found = get(id, now);
  if (!found) return found;
  const Entity& entity = (*found)->entity();
  if (entity.type != "CollectInvestigationPackage") {
    return bad_request("InvalidInput", "Invalid input: action " + id.value + " is of type " +
                                           entity.type + ", not CollectInvestigationPackage");
  }
  if (entity.status != "Succeeded") return not_found("Package of action " + id.value);
  return found;
}

Answer<const LiveCommand*> DefenderModel::live_result(const ActionId& id, std::size_t index,
                                                      WallTime now) {
  const auto found = get(id, now);
  if (!found) return found.error();
  const auto& commands = (*found)->entity().commands;
  const bool ready = index < commands.size() && commands[index].status == "Completed" &&
                     commands[index].type != "PutFile";
  if (!ready) return not_found("Result of command " + std::to_string(index));
  return &commands[index];
}

}  // namespace mactiond::sim

#include "core/submit/blocker_watch.hpp"

#include <utility>

#include "base/text.hpp"

namespace mactiond::core {
namespace {

using Known = ActionType::Known;

constexpr std::pair<Known, Known> kOpposites[] = {
    {Known::Isolate, Known::Unisolate},
    {Known::Unisolate, Known::Isolate},
    {Known::RestrictCodeExecution, Known::UnrestrictCodeExecution},
    {Known::UnrestrictCodeExecution, Known::RestrictCodeExecution},
};

}  // namespace

void BlockerWatch::put(const ActionId& action, const std::string& machine, const ActionType& type,
                       std::optional<WallTime> created) {
  if (machine.empty()) return;
  drop(action);
  std::string name = to_lower(machine);
  open_[name][action] = {type, created.value_or(WallTime::max())};
  machines_.emplace(action, std::move(name));
}

void BlockerWatch::drop(const ActionId& action) {
  const auto machine = machines_.find(action);
  if (machine == machines_.end()) return;
  const auto actions = open_.find(machine->second);
  actions->second.erase(action);
  if (actions->second.empty()) open_.erase(actions);
  machines_.erase(machine);
}

bool BlockerWatch::is_open(const ActionId& action, const std::string& machine) const {
  const auto known = machines_.find(action);
  return known != machines_.end() && iequals(known->second, machine);
}

bool BlockerWatch::is_elsewhere(const ActionId& action, const std::string& machine) const {
  return machines_.contains(action) && !is_open(action, machine);
}

std::optional<ActionId> BlockerWatch::same_type(const std::string& machine,
                                                const ActionType& type) const {
  const auto actions = open_.find(to_lower(machine));
  if (actions == open_.end()) return std::nullopt;
  const std::pair<const ActionId, Open>* oldest = nullptr;
  for (const auto& row : actions->second) {
    if (row.second.type != type) continue;
    if (oldest == nullptr || row.second.created < oldest->second.created) oldest = &row;
  }
  return oldest == nullptr ? std::nullopt : std::optional(oldest->first);
}

std::optional<ActionId> BlockerWatch::likely(const std::string& machine,
                                             const ActionType& type) const {
  if (auto same = same_type(machine, type)) return same;
  for (const auto& [one, other] : kOpposites) {
    if (type.known() == one) return same_type(machine, other);
  }
  return std::nullopt;
}

}  // namespace mactiond::core

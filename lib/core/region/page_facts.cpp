#include "core/region/page_facts.hpp"

#include <algorithm>

namespace mactiond::core {
namespace {

std::optional<WallTime> newest_update(const std::vector<MachineAction>& actions) {
  std::optional<WallTime> newest;
  for (const MachineAction& action : actions) {
    if (action.last_update && (!newest || *action.last_update > *newest)) {
      newest = action.last_update;
    }
  }
  return newest;
}

std::uint64_t fingerprint_of(const std::vector<MachineAction>& actions) {
  std::uint64_t sum = actions.size();
  for (const MachineAction& action : actions) sum = sum * 31 + fingerprint(action.id.value);
  return sum;
}

std::vector<std::uint64_t> prints_of(const std::vector<MachineAction>& actions) {
  std::vector<std::uint64_t> prints;
  prints.reserve(actions.size());
  for (const MachineAction& action : actions) {
    const auto ticks = static_cast<std::uint64_t>(action.stamp().time_since_epoch().count());
    prints.push_back(fingerprint(action.id.value) * 31 + ticks);
  }
  return prints;
}

// A row without a last update has no place in the order.
bool out_of_order(const std::vector<MachineAction>& actions) {
  std::optional<WallTime> before;
  for (const MachineAction& action : actions) {
    if (!action.last_update) continue;
    if (before && *action.last_update < *before) return true;
    before = action.last_update;
  }
  return false;
}

std::optional<CreationSpan> span_of(const std::vector<MachineAction>& actions) {
  if (actions.empty()) return std::nullopt;
  const auto older = [](const MachineAction& a, const MachineAction& b) {
    return a.created < b.created;
  };
  // What has no creation time sorts as the oldest, and says nothing about its neighbours.
  CreationSpan span;
  if (std::is_sorted(actions.begin(), actions.end(), older)) {
    if (!actions.front().created) return std::nullopt;
    span = {*actions.front().created, *actions.back().created};
  } else if (std::is_sorted(actions.rbegin(), actions.rend(), older)) {
    if (!actions.back().created) return std::nullopt;
    span = {*actions.back().created, *actions.front().created};
  } else {
    return std::nullopt;
  }
  return span;
}

}  // namespace

PageFacts facts_of(const std::vector<MachineAction>& actions, int unusable, bool has_next_link) {
  PageFacts facts;
  facts.rows = static_cast<int>(actions.size()) + unusable;
  facts.has_next_link = has_next_link;
  facts.newest_update = newest_update(actions);
  facts.fingerprint = fingerprint_of(actions);
  facts.span = span_of(actions);
  facts.prints = prints_of(actions);
  facts.out_of_order = out_of_order(actions);
  return facts;
}

}  // namespace mactiond::core

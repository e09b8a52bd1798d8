#include "core/cancel/stale_watch.hpp"

#include <algorithm>
#include <utility>

namespace mactiond::core {
namespace {

// Far more than the statuses an action goes through; keeps one that flaps from growing.
constexpr std::size_t kReportedMax = 16;

}  // namespace

StaleWatch::StaleWatch(std::string region, SharedPolicies policies)
    : region_(std::move(region)), policies_(std::move(policies)) {}

void StaleWatch::put(const ActionId& id, ActionFacts facts) {
  const auto [found, is_new] = open_.try_emplace(id);
  if (is_new || found->second.facts != facts) change(*found, std::move(facts));
}

void StaleWatch::put_machine(const std::string& machine, const std::optional<MachineMarks>& marks) {
  for (Node& node : open_) {
    const ActionFacts& known = node.second.facts;
    if (known.machine_id != machine || known.machine == marks) continue;
    ActionFacts facts = known;
    facts.machine = marks;
    change(node, std::move(facts));
  }
}

void StaleWatch::change(Node& node, ActionFacts facts) {
  Entry& entry = node.second;
  const bool same_status = entry.facts.status == facts.status;
  const PolicyOptions* before = entry.governing.policy;
  entry.facts = std::move(facts);
  entry.governing = policies_->governing(region_, entry.facts);
  const bool same_policy = entry.governing.policy == before;
  if (!same_status || !same_policy) entry.held.reset();
  // Whoever was given it while this policy governed before has let go of it meanwhile.
  if (!same_policy && entry.governing.policy != nullptr) forget(entry);
  arm(node);
}

void StaleWatch::drop(const ActionId& id) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  disarm(*found);
  open_.erase(found);
}

void StaleWatch::replace_policies(SharedPolicies policies) {
  // The former ones live until nothing points into them.
  policies_.swap(policies);
  for (Node& node : open_) {
    node.second.governing = policies_->governing(region_, node.second.facts);
    arm(node);
  }
}

std::optional<WallTime> StaleWatch::next() const {
  if (queue_.empty()) return std::nullopt;
  return queue_.begin()->fires;
}

std::vector<ActionId> StaleWatch::due(WallTime now) {
  std::vector<ActionId> ids;
  while (!queue_.empty() && queue_.begin()->fires <= now) {
    ids.push_back(queue_.begin()->node->first);
    mark_reported(ids.back());
  }
  return ids;
}

void StaleWatch::again(const ActionId& id, WallTime when) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  found->second.held = when;
  arm(*found);
}

void StaleWatch::mark_reported(const ActionId& id) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  Entry& entry = found->second;
  disarm(*found);
  entry.held.reset();
  if (entry.governing.policy != nullptr) remember(entry);
}

const ActionFacts* StaleWatch::find(const ActionId& id) const {
  const auto found = open_.find(id);
  return found == open_.end() ? nullptr : &found->second.facts;
}

Governing StaleWatch::governing(const ActionId& id) const {
  const auto found = open_.find(id);
  return found == open_.end() ? Governing{} : found->second.governing;
}

StaleWatch::Report StaleWatch::report_of(const Entry& entry) {
  const PolicyOptions& policy = *entry.governing.policy;
  const bool cancels = policy.action == PolicyAction::Cancel && !policy.dry_run;
  return {policy.name, cancels, entry.facts.status};
}

bool StaleWatch::is_reported(const Entry& entry) {
  return !entry.reported.empty() && std::find(entry.reported.begin(), entry.reported.end(),
                                              report_of(entry)) != entry.reported.end();
}

void StaleWatch::remember(Entry& entry) {
  if (is_reported(entry)) return;
  if (entry.reported.size() == kReportedMax) entry.reported.erase(entry.reported.begin());
  entry.reported.push_back(report_of(entry));
}

void StaleWatch::forget(Entry& entry) { std::erase(entry.reported, report_of(entry)); }

void StaleWatch::arm(Node& node) {
  disarm(node);
  Entry& entry = node.second;
  const PolicyOptions* policy = entry.governing.policy;
  if (policy == nullptr || (!entry.held && is_reported(entry))) return;
  entry.fires = stale_at(*policy, entry.facts);
  if (!entry.fires) return;
  if (entry.held) entry.fires = std::max(*entry.fires, *entry.held);
  queue_.insert({*entry.fires, &node});
}

void StaleWatch::disarm(Node& node) {
  if (!node.second.fires) return;
  queue_.erase({*node.second.fires, &node});
  node.second.fires.reset();
}

}  // namespace mactiond::core

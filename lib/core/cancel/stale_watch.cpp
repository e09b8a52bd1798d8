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
  Entry& entry = found->second;
  if (!is_new && entry.facts == facts) return;
  const bool same_status = entry.facts.status == facts.status;
  const PolicyOptions* before = entry.policy;
  entry.facts = std::move(facts);
  entry.policy = policies_->governing(region_, entry.facts);
  if (!same_status || entry.policy != before) entry.held.reset();
  arm(*found);
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
    node.second.policy = policies_->governing(region_, node.second.facts);
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
  if (entry.policy != nullptr) remember(entry);
}

const ActionFacts* StaleWatch::find(const ActionId& id) const {
  const auto found = open_.find(id);
  return found == open_.end() ? nullptr : &found->second.facts;
}

const PolicyOptions* StaleWatch::governing(const ActionId& id) const {
  const auto found = open_.find(id);
  return found == open_.end() ? nullptr : found->second.policy;
}

StaleWatch::Report StaleWatch::report_of(const Entry& entry) {
  const bool cancels = entry.policy->action == PolicyAction::Cancel && !entry.policy->dry_run;
  return {entry.policy->name, cancels, entry.facts.status};
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

void StaleWatch::arm(Node& node) {
  disarm(node);
  Entry& entry = node.second;
  if (entry.policy == nullptr || (!entry.held && is_reported(entry))) return;
  entry.fires = stale_at(*entry.policy, entry.facts);
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

#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "action/machine_action.hpp"
#include "base/time.hpp"
#include "core/cancel/policy.hpp"

namespace mactiond::core {

/// The open actions of one region, which policy governs each, and when it turns stale.
///
/// An action is matched against the policies only when its facts or the policies change; asking
/// what is due costs nothing while nothing is. All times are the server's.
class StaleWatch {
 public:
  StaleWatch(std::string region, SharedPolicies policies);
  // The queue points at the actions: they move together, and a copy would point at another's.
  StaleWatch(StaleWatch&&) noexcept = default;
  StaleWatch& operator=(StaleWatch&&) noexcept = default;
  StaleWatch(const StaleWatch&) = delete;
  StaleWatch& operator=(const StaleWatch&) = delete;
  ~StaleWatch() = default;

  /// The facts of an open action, new or changed; equal ones change nothing.
  void put(const ActionId& id, ActionFacts facts);
  /// What is known of a machine now, or nothing any more, counts for its open actions. Those that
  /// come under a policy again are due again.
  void put_machine(const std::string& machine, const std::optional<MachineMarks>& marks);
  /// The action is final or vanished; all that was known of it is forgotten.
  void drop(const ActionId& id);
  /// What was due is due again only under another policy, or if its policy now cancels and did not
  /// before, or the other way round.
  void replace_policies(SharedPolicies policies);

  /// When due() next has something to report.
  [[nodiscard]] std::optional<WallTime> next() const;
  /// The actions that are stale at now and were not reported before for their present policy and
  /// status. The longest due come first, then the order is by id. Each is reported once; see
  /// again().
  [[nodiscard]] std::vector<ActionId> due(WallTime now);
  /// Reports the action once more, but not before when and not before it is stale by its facts.
  void again(const ActionId& id, WallTime when);
  /// What due() would report now was reported before a restart.
  void mark_reported(const ActionId& id);

  /// nullptr if it is not open; valid until the next change.
  [[nodiscard]] const ActionFacts* find(const ActionId& id) const;
  [[nodiscard]] Governing governing(const ActionId& id) const;
  [[nodiscard]] std::size_t size() const { return open_.size(); }
  [[nodiscard]] const std::string& region() const { return region_; }

  /// Calls visit(id, facts, Governing) for each open action, in no order.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& [id, entry] : open_) visit(id, entry.facts, entry.governing);
  }

 private:
  // For what due() reported an action. The policy is named, because a name outlives a reload.
  struct Report {
    std::string policy;
    bool cancels = false;
    ActionStatus status;
    bool operator==(const Report&) const = default;
  };
  struct Entry {
    ActionFacts facts;
    Governing governing{};          // of policies_
    std::optional<WallTime> fires;  // while it is in queue_
    std::optional<WallTime> held;   // again(): not before
    std::vector<Report> reported;
  };
  using Node = std::pair<const ActionId, Entry>;
  struct Slot {
    WallTime fires;
    const Node* node;
    bool operator<(const Slot& other) const {
      if (fires != other.fires) return fires < other.fires;
      return node->first.value < other.node->first.value;
    }
  };

  void change(Node& node, ActionFacts facts);
  static Report report_of(const Entry& entry);
  static bool is_reported(const Entry& entry);
  static void remember(Entry& entry);
  static void forget(Entry& entry);
  void arm(Node& node);
  void disarm(Node& node);

  std::string region_;
  SharedPolicies policies_;
  std::unordered_map<ActionId, Entry> open_;
  std::set<Slot> queue_;
};

}  // namespace mactiond::core

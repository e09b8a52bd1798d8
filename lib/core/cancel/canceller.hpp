#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "action/machine_action.hpp"
#include "base/outcome.hpp"
#include "base/time.hpp"
#include "core/cancel/cancel_chooser.hpp"
#include "core/cancel/cancel_follower.hpp"

namespace mactiond::core {

/// The cancels of one region: what a CancelChooser decides, a CancelFollower follows to its end.
class Canceller {
 public:
  /// ledger outlives it.
  Canceller(const std::string& region, SharedPolicies policies, CancelLedger& ledger);

  void replace_policies(SharedPolicies policies) {
    chooser_.watch().replace_policies(std::move(policies));
  }
  void restore(const ActionId& action, ActionFacts facts) {
    chooser_.watch().put(action, std::move(facts));
  }
  /// A decision that had not ended when the daemon did.
  void restore(Decision decision, MonoTime now) { follower_.restore(std::move(decision), now); }

  /// An open action as the newest answer shows it; first_seen: by this store. machine: if known.
  void seen(const MachineAction& action, WallTime first_seen, std::optional<MachineMarks> machine);
  /// What is known of a machine now.
  void put_machine(const std::string& machine, const std::optional<MachineMarks>& marks) {
    chooser_.watch().put_machine(machine, marks);
  }
  /// The action is final, by a read.
  void ended(const MachineAction& action, const CancelTime& time, StepWriter& out);
  void vanished(const ActionId& action, const CancelTime& time, StepWriter& out);

  void decide(const CancelTime& time, CancelCalls calls, StepWriter& out) {
    chooser_.decide(time, calls, follower_, out);
  }
  [[nodiscard]] Reply ask(const AskCancel& asked, const CancelTime& time, StepWriter& out) {
    return chooser_.ask(asked, time, follower_, out);
  }

  using Job = CancelFollower::Job;
  [[nodiscard]] std::optional<Job> job(const CancelTime& time) {
    return follower_.job(chooser_.watch(), time);
  }
  void sent(const Job& job, const CancelTime& time, StepWriter& out);
  void reread(const MachineAction& action, bool current, const CancelTime& time, StepWriter& out);
  void reread_failed(const ActionId& action, const Outcome& outcome, const CancelTime& time,
                     StepWriter& out);
  void posted(const ActionId& action, const Outcome& outcome, bool again, const CancelTime& time,
              StepWriter& out);

  /// Cancels that have failed since it was last asked.
  [[nodiscard]] std::vector<FailedCancel> take_failed() { return follower_.take_failed(); }

  [[nodiscard]] bool wants_calls() const { return chooser_.wants_calls(); }
  /// Valid after decide() at the same time.
  [[nodiscard]] std::optional<MonoTime> wake_at(const CancelTime& time) const;
  [[nodiscard]] Explanations explain(const PolicyTrial* trial, int total, const CancelTime& time,
                                     std::size_t most) const {
    return chooser_.explain(trial, total, time, follower_, most);
  }
  template <class Known>
  void forget_unless(const Known& known) {
    chooser_.forget_unless(known);
  }
  [[nodiscard]] const StaleWatch& watch() const { return chooser_.watch(); }
  /// Whether a decision for the action has not ended.
  [[nodiscard]] bool is_under_way(const ActionId& action) const {
    return follower_.decision(action) != nullptr;
  }
  /// Decisions that have not ended.
  [[nodiscard]] std::size_t live() const { return follower_.size(); }

 private:
  void look_soon_if_room(const CancelTime& time);

  CancelChooser chooser_;
  CancelFollower follower_;
};

}  // namespace mactiond::core

#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "action/machine_action.hpp"
#include "base/time.hpp"
#include "core/cancel/cancel_follower.hpp"
#include "core/cancel/cancel_guard.hpp"
#include "core/cancel/cancel_ledger.hpp"
#include "core/cancel/policy.hpp"
#include "core/cancel/policy_explain.hpp"
#include "core/cancel/stale_watch.hpp"
#include "core/event.hpp"
#include "core/reply.hpp"
#include "core/step_writer.hpp"

namespace mactiond::core {

/// What the quota can bear in the cancel lane.
struct CancelCalls {
  int now = 0;    ///< at once
  int burst = 0;  ///< at once if nobody had called for a while
};

/// Decides which open actions of one region are cancelled; a CancelFollower takes each decision on.
class CancelChooser {
 public:
  /// ledger outlives it.
  CancelChooser(std::string region, SharedPolicies policies, CancelLedger& ledger);

  [[nodiscard]] StaleWatch& watch() { return watch_; }
  [[nodiscard]] const StaleWatch& watch() const { return watch_; }

  /// Decides what is due, the longest due first.
  void decide(const CancelTime& time, CancelCalls calls, CancelFollower& follower, StepWriter& out);
  /// An operator wants the action cancelled, whatever the policies say.
  [[nodiscard]] Reply ask(const AskCancel& asked, const CancelTime& time, CancelFollower& follower,
                          StepWriter& out);
  /// What the policies in force or on trial, with total as the limit over all of them, plan for the
  /// open actions; see explain_all.
  [[nodiscard]] Explanations explain(const PolicyTrial* trial, int total, const CancelTime& time,
                                     const CancelFollower& follower, std::size_t most) const;

  /// Forgets what was decided and reported about actions that known() no longer knows.
  template <class Known>
  void forget_unless(const Known& known) {
    ledger_.forget_unless(region_, known);
  }
  /// What is held may have room now.
  void look_soon(const CancelTime& time);
  /// Whether a due decision waits for calls only.
  [[nodiscard]] bool wants_calls() const { return wants_calls_; }
  /// Valid after decide() at the same time.
  [[nodiscard]] std::optional<MonoTime> wake_at(const CancelTime& time) const;

 private:
  /// What was found out while all that is held is looked at once: there may be thousands.
  struct Look {
    const CancelTime& time;
    CancelCalls calls;
    bool all_held = false;
    std::set<const PolicyOptions*> held;  ///< policies whose actions are held alike
    // As of the last decision.
    std::map<const PolicyOptions*, std::optional<LimitHit>> limits;
    std::optional<std::size_t> unsent;
  };

  /// False: the action stays held.
  [[nodiscard]] bool try_decide(const ActionId& action, Look& look, CancelFollower& follower,
                                StepWriter& out);
  [[nodiscard]] CancelFacts facts_to_try(const ActionId& action, const PolicyOptions& policy,
                                         const ActionFacts& facts, Look& look,
                                         const CancelFollower& follower) const;
  /// What deciding and explaining look at alike.
  [[nodiscard]] CancelFacts facts_to_decide(const ActionId& action, const PolicyOptions& policy,
                                            const ActionFacts& facts, const CancelTime& time,
                                            const CancelFollower& follower) const;
  void report_stale(const ActionId& action, const PolicyOptions& policy, const ActionFacts& facts,
                    const CancelTime& time, StepWriter& out);
  void report_suppressed(const PolicyOptions& policy, const LimitHit& hit, const CancelTime& time,
                         StepWriter& out);

  std::string region_;
  CancelLedger& ledger_;
  StaleWatch watch_;
  std::set<std::pair<WallTime, ActionId>> due_;  ///< due, by when it turned stale; not decided yet
  MonoTime look_at_ = MonoTime::min();           ///< when what is held is looked at again
  bool wants_calls_ = false;
};

}  // namespace mactiond::core

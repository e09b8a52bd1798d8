#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "action/machine_action.hpp"
#include "base/disposition.hpp"
#include "base/time.hpp"
#include "core/cancel/cancel_guard.hpp"
#include "core/cancel/cancel_ledger.hpp"
#include "core/cancel/policy.hpp"
#include "core/cancel/policy_explain.hpp"
#include "core/cancel/stale_watch.hpp"
#include "core/decision.hpp"
#include "core/step.hpp"
#include "core/step_writer.hpp"

namespace mactiond::core {

/// Decides which stale actions of one region are cancelled, and follows each decision to its end.
///
/// Every step is written before its effect: the decision, then a re-read, then the intent to POST,
/// then the POST. Accepted is not cancelled: only a read that shows the action final ends a
/// decision. A POST without an answer is never repeated before a re-read, and that not before the
/// API had time to show what became of it.
class Canceller {
 public:
  /// policies and ledger outlive it.
  Canceller(std::string region, const Policies& policies, CancelLedger& ledger);

  /// The policies have changed in place.
  void use_policies(const Policies& policies) { watch_.use(policies); }
  void restore(const ActionId& action, ActionFacts facts) { watch_.put(action, std::move(facts)); }
  /// A decision that had not ended when the daemon did.
  void restore(Decision decision, MonoTime now);

  /// An open action as the newest answer shows it; first_seen: by this store.
  void seen(const MachineAction& action, WallTime first_seen);
  /// The action is final, by a read.
  void ended(const MachineAction& action, const CancelTime& time, StepWriter& out);
  void vanished(const ActionId& action, const CancelTime& time, StepWriter& out);

  /// What the quota can bear in the cancel lane.
  struct Calls {
    int now = 0;    ///< at once
    int burst = 0;  ///< at once if nobody had called for a while
  };
  /// Decides what is due, the longest due first.
  void decide(const CancelTime& time, Calls calls, StepWriter& out);
  /// An operator wants the action cancelled, whatever the policies say. The answer goes to out.
  void ask(const ActionId& action, const std::string& comment, const Operator& by,
           const CancelTime& time, StepWriter& out);

  /// A call to be made now; it stays the first until sent() or a change.
  struct Job {
    ActionId action;
    bool post = false;
    std::string comment;
  };
  [[nodiscard]] std::optional<Job> job(const CancelTime& time);
  /// The job's call leaves in this step: its intent is written here.
  void sent(const Job& job, const CancelTime& time, StepWriter& out);
  /// The re-read was answered with the action; the newest answer was seen() or ended() already.
  /// current: it is the newest that is known.
  void reread(const MachineAction& action, bool current, const CancelTime& time, StepWriter& out);
  void reread_failed(const ActionId& action, const Disposition& outcome, const CancelTime& time,
                     StepWriter& out);
  /// again: it failed only for want of a new token.
  void posted(const ActionId& action, const Disposition& outcome, bool again,
              const CancelTime& time, StepWriter& out);

  /// Whether a due decision waits for calls only.
  [[nodiscard]] bool wants_calls() const { return wants_calls_; }
  /// Valid after decide() at the same time.
  [[nodiscard]] std::optional<MonoTime> wake_at(const CancelTime& time) const;
  template <class Known>
  void forget_unless(const Known& known) {
    ledger_.forget_unless(region_, known);
  }

  /// What the policies in force or on trial, with total as the limit over all of them, have in mind
  /// for the open actions; see explain_all.
  [[nodiscard]] Explanations explain(const PolicyTrial* trial, int total, const CancelTime& time,
                                     std::size_t most) const;
  [[nodiscard]] const StaleWatch& watch() const { return watch_; }
  [[nodiscard]] std::size_t live() const { return live_.size(); }

 private:
  /// How long what is held, or holds a POST, is left alone.
  static constexpr Duration kLookAgain = std::chrono::seconds(2);
  /// Within this the API shows what became of a POST that was not answered.
  static constexpr Duration kSettle = std::chrono::seconds(60);

  enum class Next : std::uint8_t { Read, Post, Wait };
  struct Live {
    Decision decision;
    Next next = Next::Read;
    MonoTime at{};          ///< not before
    MonoTime post_at{};     ///< the next POST not before
    MonoTime read_at{};     ///< of the re-read that allows a POST
    MonoTime token_from{};  ///< of the last POST
    /// A POST was refused for want of a role with a token of this time: it needs a newer one.
    std::optional<MonoTime> role_missing;
    bool under_way = false;
    bool was_unsure = false;  ///< before the POST under way
    bool reconciled = false;  ///< read again since its last POST
    int failed_reads = 0;
    int not_found = 0;
    WallTime recorded{};  ///< the moment of the last event about it
  };

  /// False: it stays held.
  [[nodiscard]] bool settle(const ActionId& action, const CancelTime& time, Calls calls,
                            StepWriter& out);
  void tell_stale(const ActionId& action, const PolicyOptions& policy, const ActionFacts& facts,
                  const CancelTime& time, StepWriter& out);
  void tell_suppressed(const PolicyOptions& policy, const LimitHit& hit, const CancelTime& time,
                       StepWriter& out);
  void make(Decision decision, const CancelTime& time, StepWriter& out);
  /// When the decision's policy lets it post; nothing if the policy does not fit any more.
  [[nodiscard]] std::optional<Duration> fits_in(const Decision& decision,
                                                const CancelTime& time) const;
  /// Whether another decision finds out with a new token if a role for this type is missing.
  [[nodiscard]] bool role_in_doubt(const Live& live) const;
  [[nodiscard]] bool may_post(const Live& live, const CancelTime& time) const;
  /// A re-read told nothing usable, for the reason why.
  void read_in_vain(Live& live, const std::string& why, Duration told, const CancelTime& time,
                    StepWriter& out);
  /// latest: what the accepted cancel has led to happened then.
  void accept(Live& live, std::optional<WallTime> latest, const CancelTime& time, StepWriter& out);
  void refused(Live& live, const Disposition& outcome, bool again, const CancelTime& time,
               StepWriter& out);
  void end(const ActionId& action, Decision::State state, std::string outcome,
           int completed_commands, const CancelTime& time, StepWriter& out);
  void write(const Decision& decision, StepWriter& out);
  /// What is held may have room now.
  void look_soon(const CancelTime& time) {
    look_at_ = time.now.mono + std::chrono::milliseconds(1);
  }
  /// Decisions whose first POST is to come at once.
  [[nodiscard]] std::size_t unsent(const CancelTime& time) const;

  std::string region_;
  const Policies& policies_;
  CancelLedger& ledger_;
  StaleWatch watch_;
  std::map<ActionId, Live> live_;
  std::set<std::pair<WallTime, ActionId>> held_;  ///< due, by when it turned stale; not settled
  MonoTime look_at_ = MonoTime::min();            ///< when what is held is looked at again
  bool wants_calls_ = false;
  // Found out within one decide().
  bool full_ = false;                       ///< nothing more can be decided for now
  std::set<const PolicyOptions*> used_up_;  ///< whose limit is used up, as was told
};

}  // namespace mactiond::core

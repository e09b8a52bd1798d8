#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "action/machine_action.hpp"
#include "base/outcome.hpp"
#include "base/time.hpp"
#include "core/cancel/cancel_attempt.hpp"
#include "core/cancel/cancel_guard.hpp"
#include "core/cancel/cancel_ledger.hpp"
#include "core/cancel/stale_watch.hpp"
#include "core/decision.hpp"
#include "core/step_writer.hpp"

namespace mactiond::core {

struct FailedCancel {
  ActionId action;
  std::string why;
};

/// Follows each decision of one region to its end.
///
/// Every step is written before its effect: the decision, then a re-read, then the intent to POST,
/// then the POST. Accepted is not cancelled: only a read that shows the action final ends a
/// decision. A POST without an answer is never repeated before a re-read, and that not before the
/// API had time to show what became of it.
class CancelFollower {
 public:
  /// ledger outlives it. watch, where it is asked for: the region's open actions.
  CancelFollower(std::string region, CancelLedger& ledger);

  /// A decision that had not ended when the daemon did.
  void restore(Decision decision, MonoTime now);
  /// recorded: the moment of the last event about the action.
  void begin(Decision decision, WallTime recorded, const CancelTime& time, StepWriter& out);
  /// The decision about the action that has not ended; nullptr if there is none.
  [[nodiscard]] const Decision* decision(const ActionId& action) const;
  [[nodiscard]] std::size_t size() const { return attempts_.size(); }
  /// Decisions whose first POST is to come at once.
  [[nodiscard]] std::size_t unsent(const CancelTime& time) const;
  /// True once after a decision posted or ended: others may have room now.
  [[nodiscard]] bool take_room_changed() { return std::exchange(room_changed_, false); }

  /// An event about the open action happened then.
  void recorded(const ActionId& action, WallTime when);
  /// The action is final, by a read.
  void ended(const MachineAction& action, const CancelTime& time, StepWriter& out);
  void vanished(const ActionId& action, const CancelTime& time, StepWriter& out);

  /// A call to be made now; it stays the first until sent() or a change.
  struct Job {
    ActionId action;
    CancelCall call = CancelCall::Reread;
    std::string comment;
  };
  [[nodiscard]] std::optional<Job> job(const StaleWatch& watch, const CancelTime& time);
  /// The job's call leaves in this step: its intent is written here.
  void sent(const Job& job, const CancelTime& time, StepWriter& out);
  /// The re-read was answered with the action; the watch and ended() know the newest answer
  /// already. current: it is the newest that is known.
  void reread(const MachineAction& action, bool current, const StaleWatch& watch,
              const CancelTime& time, StepWriter& out);
  void reread_failed(const ActionId& action, const Outcome& outcome, const CancelTime& time,
                     StepWriter& out);
  /// again: it failed only because the token was old.
  void posted(const ActionId& action, const Outcome& outcome, bool again, const CancelTime& time,
              StepWriter& out);

  /// Those that have failed since it was last asked.
  [[nodiscard]] std::vector<FailedCancel> take_failed() { return std::exchange(failed_, {}); }

  /// When job() is to be asked again.
  [[nodiscard]] std::optional<MonoTime> wake_at() const;

 private:
  /// What the newest facts say about a decision between its re-read and its POST.
  struct Standing {
    std::optional<CancelGuard> guard;
    /// The action turns stale only then: the API's clock was corrected.
    Duration stale_in{};
  };
  [[nodiscard]] Standing standing(const Decision& decision, const StaleWatch& watch,
                                  const CancelTime& time) const;
  /// What holds a call of the decision back.
  [[nodiscard]] std::optional<CancelGuard> guard_of_call(const CancelAttempt& attempt,
                                                         const CancelTime& time) const;
  /// Whether another decision finds out with a new token if a role for this type is missing.
  [[nodiscard]] bool role_in_doubt(const CancelAttempt& attempt) const;
  [[nodiscard]] CancelAttempt* find(const ActionId& action);
  /// The re-read gave no usable answer; why is the reason.
  void reread_unusable(CancelAttempt& attempt, const std::string& why, Duration retry_after,
                       const CancelTime& time, StepWriter& out);
  /// latest: what the accepted cancel has led to happened then.
  void accept(CancelAttempt& attempt, std::optional<WallTime> latest, const CancelTime& time,
              StepWriter& out);
  void refused(CancelAttempt& attempt, const Outcome& outcome, bool again, const CancelTime& time,
               StepWriter& out);
  void end(const ActionId& action, Decision::State state, std::string outcome,
           int completed_commands, const CancelTime& time, StepWriter& out);

  std::string region_;
  CancelLedger& ledger_;
  std::map<ActionId, CancelAttempt> attempts_;
  std::vector<FailedCancel> failed_;
  bool room_changed_ = false;
};

}  // namespace mactiond::core

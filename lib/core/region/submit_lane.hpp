#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "action/machine_action.hpp"
#include "action/start_answer.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "core/region/region_calls.hpp"
#include "core/reply.hpp"
#include "core/snapshot.hpp"
#include "core/status.hpp"
#include "core/step_writer.hpp"
#include "core/submission.hpp"
#include "core/submit/submission_follower.hpp"
#include "core/submit/submit_ledger.hpp"
#include "core/submit/submit_output.hpp"
#include "core/submit/submit_time.hpp"

namespace mactiond::core {

/// The submissions of one region: their POSTs, their rows and what is reported of them.
class SubmitLane {
 public:
  /// ledger outlives it.
  SubmitLane(const std::string& region, std::string boot_id, SubmitLedger& ledger)
      : region_(region), boot_id_(std::move(boot_id)), ledger_(ledger), follower_(region, ledger) {}

  /// One that had not ended when the daemon did; in the order in which they were asked for.
  void restore(const Submission& row, MonoTime now) { follower_.restore(row, now); }
  /// An open action of the store.
  void restore_open(const StoredAction& action);
  /// The store was recovered: what is restored may be older than what was sent.
  void recovered(const SubmitTime& time, StepWriter& out);
  /// The region is not followed any more: what is in the queue ends.
  void retire(const SubmitTime& time, StepWriter& out);

  /// Accepts an order, or says why not. id: a new one.
  [[nodiscard]] Reply ask(SubmissionOrder order, std::string id, const SubmitTime& time,
                          StepWriter& out);

  /// Ends and unblocks what is due.
  void decide(const SubmitTime& time, StepWriter& out);
  struct Sending {
    const Secret* token;  ///< nullptr: there is none, and nothing leaves
    bool degraded;
    int most;  ///< POSTs
  };
  /// Sends what may leave. After decide() at the same time.
  void send(const SubmitTime& time, Sending how, RegionCalls& calls, StepWriter& out);

  /// An answer shows the action. is_newest: nothing newer is known of it.
  void shown(const MachineAction& action, bool is_newest, const SubmitTime& time, StepWriter& out);
  /// Our own, which the API may not know yet.
  [[nodiscard]] bool may_be_too_new(const ActionId& action, MonoTime now) const {
    return follower_.may_be_too_new(action, now);
  }
  /// Reads by id did not find it.
  void vanished(const ActionId& action, const SubmitTime& time) {
    follower_.vanished(action, time);
  }
  /// A list was read whole, and each of its actions was shown().
  void listed(const ListRead& list, const SubmitTime& time, StepWriter& out);
  /// The answer's action, if it has one, was shown() before.
  void answered(const std::string& id, const StartAnswer& answer, const SubmitTime& time,
                StepWriter& out);

  /// What is in the way of submissions and is to be cancelled, each once.
  [[nodiscard]] std::vector<BlockerCancel> take_cancels();
  /// The cancel is not possible.
  void cancel_refused(const std::string& submission, const std::string& why, const SubmitTime& time,
                      StepWriter& out);
  /// The cancel of the action has failed, whoever asked for it.
  void cancel_failed(const ActionId& action, const std::string& why, const SubmitTime& time,
                     StepWriter& out);

  /// The submission that the action is of, also one that has ended; empty where it is of none.
  [[nodiscard]] std::string owner_of(const ActionId& action) const {
    return ledger_.owner_of(region_, action);
  }
  [[nodiscard]] const std::string& boot_id() const { return boot_id_; }
  [[nodiscard]] bool is_empty() const { return follower_.size() == 0; }
  [[nodiscard]] std::optional<std::size_t> ahead_of(const std::string& id) const {
    return follower_.ahead_of(id);
  }
  /// See Engine.
  [[nodiscard]] std::string held_by(const std::string& id) const {
    const Submission* row = follower_.find(id);
    return row != nullptr && may_send(row->state) ? row->reason : std::string();
  }
  [[nodiscard]] SubmissionCounts counts() const { return follower_.counts(); }
  [[nodiscard]] std::optional<WallTime> doubtful_since() const {
    return follower_.doubtful_since();
  }
  [[nodiscard]] bool is_missed(const MachineAction& action) const {
    return follower_.is_missed(action);
  }
  /// Valid after decide() and send() at the same time.
  [[nodiscard]] std::optional<MonoTime> wake_at() const { return follower_.wake_at(); }

 private:
  /// Stores and reports what a step has done.
  void settle(SubmitOutput& done, Now now, StepWriter& out);

  std::string region_;
  std::string boot_id_;
  SubmitLedger& ledger_;
  SubmissionFollower follower_;
  std::vector<BlockerCancel> cancels_;
};

}  // namespace mactiond::core

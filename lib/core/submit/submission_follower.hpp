#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "action/machine_action.hpp"
#include "action/quota_kind.hpp"
#include "action/start_answer.hpp"
#include "base/time.hpp"
#include "core/status.hpp"
#include "core/submission.hpp"
#include "core/submit/blocker_watch.hpp"
#include "core/submit/submission_attempt.hpp"
#include "core/submit/submit_guard.hpp"
#include "core/submit/submit_ledger.hpp"
#include "core/submit/submit_output.hpp"
#include "core/submit/submit_time.hpp"

namespace mactiond::core {

/// What a region's state allows beside the submissions themselves.
struct SubmitRegion {
  bool degraded = false;
  bool has_token = true;
  bool calls_left = true;           ///< the quota has a call for a POST
  bool live_responses_left = true;  ///< that of live responses has, too
};

/// A list that was read whole: it shows every action that changed or was created since then.
struct ListRead {
  WallTime since{};  ///< by the API's clock
  Now begun;         ///< wall: by the API's clock
};

/// Follows each submission of one region to its end.
///
/// A row is written before its effect: it is Sent before the POST leaves. A POST is repeated only
/// where the answer, or the lack of a connection, says that it had no effect. After a lost answer
/// only a list says what became of it.
class SubmissionFollower {
 public:
  /// ledger outlives it.
  SubmissionFollower(std::string region, SubmitLedger& ledger);

  /// A row that had not ended when the daemon did; in the order in which they were asked for.
  void restore(Submission row, MonoTime now);
  /// An open action of the store.
  void restore_open(const MachineAction& action);
  /// The store was recovered: what is restored may be older than what was sent.
  void recovered(const SubmitTime& time, SubmitOutput& out);
  void begin(Submission row, const SubmitTime& time, SubmitOutput& out);

  /// The region is not followed any more: what was not sent ends. The rest is followed again once
  /// the region is.
  void retire(const SubmitTime& time, SubmitOutput& out);

  /// Any answer that shows an action, from a list, by id or from any POST: its comment may say
  /// whose it is.
  void shown(const MachineAction& action, const SubmitTime& time, SubmitOutput& out);
  /// The newest answer about an action.
  void seen(const MachineAction& action, const SubmitTime& time, SubmitOutput& out);
  /// The API gave the action's id so lately that it may not know it yet, whatever its clock shows.
  [[nodiscard]] bool may_be_too_new(const ActionId& action, MonoTime now) const;
  /// Reads by id did not find the action. One that the API has just made may only be too new: its
  /// submission ends a minute after it was made, unless the action is seen before then.
  void vanished(const ActionId& action, const SubmitTime& time);
  /// A list was read whole, and each of its actions was shown().
  void listed(const ListRead& list, const SubmitTime& time, SubmitOutput& out);
  /// Ends and unblocks what is due. To be called before job().
  void decide(const SubmitTime& time, SubmitOutput& out);

  /// A POST to be made now.
  struct Job {
    std::string id;
    std::string machine;
    ActionRequest request;
    std::string comment;  ///< with the tag
    QuotaKind quota{};    ///< one of its calls is left
    MonoTime send_by{};   ///< not sent at all after it
  };
  [[nodiscard]] std::optional<Job> job(const SubmitTime& time, const SubmitRegion& region,
                                       SubmitOutput& out);
  /// The job's POST leaves once this step is stored: its intent is written here.
  void sent(const Job& job, const SubmitTime& time, SubmitOutput& out);
  /// The answer's action, where it is the newest that is known of it, was seen() before.
  void answered(const std::string& id, const StartAnswer& answer, const SubmitTime& time,
                SubmitOutput& out);
  /// The cancel of its blocker is not possible; not where another one is in progress.
  void cancel_refused(const std::string& id, const std::string& why, const SubmitTime& time,
                      SubmitOutput& out);
  /// The cancel of an action has failed: nobody waits for it any more who wanted it cancelled.
  void cancel_failed(const ActionId& blocker, const std::string& why, const SubmitTime& time,
                     SubmitOutput& out);

  /// nullptr where it has ended or is of another region.
  [[nodiscard]] const Submission* find(const std::string& id) const;
  /// How many that may yet be sent were asked for before it; nothing if it is not among these.
  [[nodiscard]] std::optional<std::size_t> ahead_of(const std::string& id) const;
  [[nodiscard]] std::size_t size() const { return attempts_.size(); }
  [[nodiscard]] SubmissionCounts counts() const;
  /// When the first of those left whose answer never came, by the API's clock: a list that is to
  /// say what became of them has to reach back so far. Nothing if there is none.
  [[nodiscard]] std::optional<WallTime> doubtful_since() const;
  /// Whether the action was made by one that does not have it yet.
  [[nodiscard]] bool is_missed(const MachineAction& action) const;
  /// When decide() and job() are to be asked again; valid after them at the same time.
  [[nodiscard]] std::optional<MonoTime> wake_at() const;

 private:
  using Serial = std::uint64_t;  ///< in the order in which they were asked for

  [[nodiscard]] SubmissionAttempt* attempt(const std::string& id);
  [[nodiscard]] std::optional<ActionId> blocker_of(const SubmissionAttempt& attempt) const;
  /// The action that the answer speaks of; empty where nobody knows.
  [[nodiscard]] ActionId named_blocker(const SubmissionOrder& order,
                                       const StartAnswer& answer) const;
  /// What holds its POST back, with what is done about it. posted: see SubmitLedger.
  [[nodiscard]] bool may_leave(SubmissionAttempt& attempt, int posted, const SubmitTime& time,
                               const SubmitRegion& region, SubmitOutput& out);
  void look_at_blocker(SubmissionAttempt& attempt, const SubmitTime& time, SubmitOutput& out);
  void block(SubmissionAttempt& attempt, const ActionId& by, const SubmitTime& time,
             SubmitOutput& out);
  void cancel_blocker(SubmissionAttempt& attempt, SubmitOutput& out);
  /// Ends its submission if the action has ended.
  void follow(const MachineAction& action, const SubmitTime& time, SubmitOutput& out);
  void take(SubmissionAttempt& attempt, const MachineAction& action, const SubmitTime& time,
            SubmitOutput& out);
  void end_by_guard(SubmissionAttempt& attempt, SubmitGuard guard, const SubmitTime& time,
                    SubmitOutput& out);
  /// The attempt is gone after it.
  void end(SubmissionAttempt& attempt, SubmissionState state, const std::string& reason,
           WallTime when, SubmitOutput& out);
  void store(const SubmissionAttempt& attempt, SubmitOutput& out);

  std::string region_;
  SubmitLedger& ledger_;
  BlockerWatch watch_;
  Serial last_ = 0;
  std::map<Serial, SubmissionAttempt> attempts_;
  std::map<std::string, Serial> by_id_;
  std::map<ActionId, Serial> by_action_;
};

}  // namespace mactiond::core

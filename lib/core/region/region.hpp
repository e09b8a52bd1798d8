#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/cancel/canceller.hpp"
#include "core/event.hpp"
#include "core/options.hpp"
#include "core/region/asking.hpp"
#include "core/region/ledgers.hpp"
#include "core/region/login.hpp"
#include "core/region/lookup_queue.hpp"
#include "core/region/newness.hpp"
#include "core/region/poll_schedule.hpp"
#include "core/region/region_calls.hpp"
#include "core/region/region_health.hpp"
#include "core/region/server_clock.hpp"
#include "core/region/submit_lane.hpp"
#include "core/region/sweep_record.hpp"
#include "core/region/tracker.hpp"
#include "core/region/unusable_rows.hpp"
#include "core/step_writer.hpp"

namespace mactiond::core {

/// Follows every action of one region entry: token, quota, polls, lookups, and what they show.
class Region {
 public:
  Region(const RegionOptions& options, const std::string& boot_id, SharedPolicies policies,
         Ledgers ledgers, std::uint64_t seed);

  /// Other quota, polls or policies; what is known and in progress stays.
  void configure(const RegionOptions& options, SharedPolicies policies, MonoTime now);
  /// What the store has of it.
  void restore(const Snapshot& snapshot, Now now);
  /// The store was recovered: what last changed before then is no event, until a complete sweep has
  /// shown everything.
  void follow_recovery(WallTime quiet_before);
  /// What was called before is not known.
  void empty_quota(Now now, StepWriter& out) { calls_.drain(now.mono, out); }
  void start_at(MonoTime when) { schedule_.start_at(when); }

  /// Starts every call that is due and that the quota allows.
  void advance(Now now, StepWriter& out);
  void on(TokenFetched fetched, Now now, StepWriter& out);
  void on(ActionsListed listed, Now now, StepWriter& out);
  void on(ActionRead read, Now now, StepWriter& out);
  void on(const CancelAnswered& answer, Now now, StepWriter& out);
  void on(ActionStarted started, Now now, StepWriter& out);
  void on(QuestionAnswered answer, Now now, StepWriter& out);
  /// Polls with a new token, as soon as holds and the quota allow. How long that has to wait.
  [[nodiscard]] Duration retry(MonoTime now);
  /// The answer goes to out; false if the region does not know the action.
  bool ask_cancel(const AskCancel& asked, Now now, StepWriter& out);
  [[nodiscard]] SubmitLane& submissions() { return submissions_; }
  [[nodiscard]] SubmitTime submit_time(Now now) const;
  void stop(Now now, StepWriter& out);  ///< records what is held
  void forget_before(WallTime cutoff);
  /// The API's clock; nothing before its first answer.
  [[nodiscard]] std::optional<WallTime> server_time(MonoTime now) const { return clock_.at(now); }
  /// When it was last seen to have been set.
  [[nodiscard]] std::optional<MonoTime> server_jumped() const { return clock_.jumped(); }
  /// The latest stamp of an action: that moment has been, whatever any clock says.
  [[nodiscard]] std::optional<WallTime> newest_action() const { return tracker_.newest(); }

  [[nodiscard]] std::optional<MonoTime> wake_at(Now now) const;
  [[nodiscard]] RegionStatus status(Now now) const;
  /// See Canceller::explain.
  [[nodiscard]] Explanations explain(const PolicyTrial* trial, int total, Now now,
                                     std::size_t most) const;
  [[nodiscard]] QuestionLane& questions() { return asking_.questions; }
  [[nodiscard]] MachineLane& machines() { return asking_.machines; }
  void describe_machine(EventRecord& event, const std::string& machine, MonoTime now) const;
  [[nodiscard]] const StaleWatch& watch() const { return canceller_.watch(); }
  void count_actions(std::vector<ActionCount>& counts) const;
  [[nodiscard]] const std::string& name() const { return options_.name; }

 private:
  using Call = RegionCall;
  void restore(const RegionRow& row);
  void restore(const StoredAction& action, MonoTime now);

  /// From one poll's start to the next one's.
  [[nodiscard]] Duration pace(MonoTime now) const;
  /// The same for the poll that call is of; a little less while the API's time is known roughly.
  [[nodiscard]] Duration interval(const Call& call, MonoTime now) const;
  /// When the region is asked for next, or for its token; now while a call is in progress.
  [[nodiscard]] MonoTime next_try(MonoTime now) const;

  void advance_token(Now now, StepWriter& out);
  void look_after_login(Now now, StepWriter& out);
  void advance_lookups(Now now, const Secret& token, StepWriter& out);
  void advance_poll(Now now, const Secret& token, StepWriter& out);
  void advance_sweep(Now now, const Secret& token, StepWriter& out);
  void send_list(Call call, Query query, const Secret& token, Now now, StepWriter& out);
  /// What every answer means for clock, quota and token. True if the call failed only because it
  /// needs a new token: it is made again then, and nothing is wrong yet.
  [[nodiscard]] bool answered(const Call& call, const Outcome& outcome,
                              std::optional<WallTime> date, Now now, StepWriter& out);

  [[nodiscard]] CancelTime cancel_time(Now now) const;
  void advance_cancels(Now now, const Secret& token, StepWriter& out);
  void advance_submissions(const Secret* token, int most, Now now, StepWriter& out);
  /// Asks for the cancels that submissions want. Whether there were any.
  bool cancel_blockers(Now now, StepWriter& out);
  void reread(const Call& call, ActionRead& read, Now now, StepWriter& out);

  void poll_listed(const Call& call, const PageFacts& page, Now now, StepWriter& out);
  void sweep_listed(const PageFacts& page, Now now, StepWriter& out);
  void list_failed(const Call& call, const Outcome& outcome, bool again, Now now, StepWriter& out);
  void poll_failed(const Outcome& outcome, Now now, StepWriter& out);
  void sweep_failed(const Outcome& outcome, Now now, StepWriter& out);
  /// Whether the list is asked for again at once, with a smaller page or another query.
  [[nodiscard]] bool asked_otherwise(const Call& call, const Outcome& outcome, Now now,
                                     StepWriter& out);
  void log_notices(StepWriter& out);
  [[nodiscard]] bool hold(const Call& call, ActionsListed& listed, Now now);  ///< see HeldPages
  void show_held(Now now, StepWriter& out);  ///< what is ready of it
  void look_after_machines(MonoTime now);
  void show(const Call& call, ActionsListed& listed, Now now, StepWriter& out);
  void observe(MachineAction& action, ReadBy by, Now now, StepWriter& out);
  void record_transition(const MachineAction& action, const Observation& seen, Now now,
                         StepWriter& out);
  void vanish(const ActionId& id, Now now, StepWriter& out);
  void record_baseline(Now now, StepWriter& out);

  /// at_once: it degrades the region without further failures.
  void mark_degraded(const Outcome& outcome, bool at_once, Now now, StepWriter& out);
  void mark_recovered(Now now, StepWriter& out);
  [[nodiscard]] RegionRow row() const;

  RegionOptions options_;
  Random random_;
  Login login_;
  ServerClock clock_;
  PollSchedule schedule_;
  LookupQueue lookups_;
  Tracker tracker_;
  Canceller canceller_;
  SubmitLane submissions_;
  Asking asking_;
  RegionCalls calls_;
  RegionHealth health_;
  Newness newness_;
  SweepRecord sweeps_;
  UnusableRows unusable_;
};

}  // namespace mactiond::core

#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/cancel/canceller.hpp"
#include "core/cancel/policy_explain.hpp"
#include "core/event.hpp"
#include "core/options.hpp"
#include "core/quota/quota.hpp"
#include "core/region/lookup_queue.hpp"
#include "core/region/poll_schedule.hpp"
#include "core/region/server_clock.hpp"
#include "core/region/token_cache.hpp"
#include "core/region/tracker.hpp"
#include "core/rows.hpp"
#include "core/snapshot.hpp"
#include "core/status.hpp"
#include "core/step_writer.hpp"

namespace mactiond::core {

/// Follows every action of one region entry: token, quota, polls, lookups, and what they show.
class Region {
 public:
  /// policies and ledger are shared by all regions and outlive them.
  Region(const RegionOptions& options, const std::string& boot_id, const Policies& policies,
         CancelLedger& ledger, std::uint64_t seed);

  /// Other quota, polls or policies; what is known and under way stays.
  void configure(const RegionOptions& options, const Policies& policies, MonoTime now);
  void restore(const RegionRow& row);
  void restore(const StoredAction& action);
  void restore(const Decision& decision, MonoTime now) { canceller_.restore(decision, now); }
  void restore(const std::vector<QuotaRow>& quotas, MonoTime now) { limiter_.restore(quotas, now); }
  /// The store was recovered: what last changed before then is no event, until a complete sweep has
  /// shown everything.
  void follow_recovery(WallTime quiet_before);
  /// What was called before is not known.
  void empty_quota(Now now, StepWriter& out);
  void start_at(MonoTime when) { schedule_.start_at(when); }

  /// Starts every call that is due and that the quota allows.
  void advance(Now now, StepWriter& out);
  void on(TokenFetched fetched, Now now, StepWriter& out);
  void on(ActionsListed listed, Now now, StepWriter& out);
  void on(ActionRead read, Now now, StepWriter& out);
  void on(const CancelAnswered& answer, Now now, StepWriter& out);
  /// Has the region polled with a new token, as soon as holds and the quota allow. How long the
  /// attempt has to wait for them.
  [[nodiscard]] Duration retry(MonoTime now);
  /// The answer goes to out; false if the region does not know the action.
  bool ask_cancel(const AskCancel& asked, Now now, StepWriter& out);

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
  [[nodiscard]] const StaleWatch& watch() const { return canceller_.watch(); }
  void count_actions(std::vector<ActionCount>& counts) const;
  [[nodiscard]] const std::string& name() const { return options_.name; }

 private:
  /// How several ids are asked for at once; what the server refuses is not tried again.
  enum class ManyIds : std::uint8_t { In, Or, None };
  struct Call {
    enum class Kind : std::uint8_t {
      Token,
      Poll,
      Sweep,
      CancelRead,
      CancelPost,
      LookupMany,
      LookupOne
    };
    Kind kind = Kind::Poll;
    std::vector<ActionId> ids;  ///< of a lookup or a cancel
    MonoTime sent{};
    ManyIds many = ManyIds::None;  ///< of a LookupMany
    int top = 0;                   ///< of a list
  };
  /// Who asks the quota for tokens, by turns: none can starve another.
  enum Turn : std::size_t { kLookupTurn, kPollTurn, kSweepTurn, kTurns };

  [[nodiscard]] WallTime server_now(Now now) const;
  [[nodiscard]] Lane lane_of(Turn turn) const;
  [[nodiscard]] bool take(Lane lane, std::optional<MonoTime>& wait, Now now, StepWriter& out);
  [[nodiscard]] bool granted(Turn turn, Now now, StepWriter& out);
  [[nodiscard]] std::size_t lookups_under_way() const;
  [[nodiscard]] Call end_call(CommandId id);
  /// From one poll's start to the next one's.
  [[nodiscard]] Duration pace(MonoTime now) const;
  /// The same for the poll that call is of; a little less while the API's time is known roughly.
  [[nodiscard]] Duration interval(const Call& call, MonoTime now) const;

  [[nodiscard]] CancelTime cancel_time(Now now) const;
  void advance_cancels(Now now, const Secret& token, StepWriter& out);
  void reread(const Call& call, ActionRead& read, Now now, StepWriter& out);

  void advance_token(Now now, StepWriter& out);
  void advance_lookups(Now now, const Secret& token, StepWriter& out);
  void advance_poll(Now now, const Secret& token, StepWriter& out);
  void advance_sweep(Now now, const Secret& token, StepWriter& out);
  void send_list(Call call, Query query, const Secret& token, Now now, StepWriter& out);

  /// What every answer means for clock, quota and token. True if the call failed only for want of
  /// a new token: it is made again then, and nothing is wrong yet.
  [[nodiscard]] bool answered(const Call& call, const Disposition& outcome,
                              std::optional<WallTime> date, Now now, StepWriter& out);
  /// What a new region's first call is remembered by, and when its newness ends.
  void note_first_call(Now now, StepWriter& out);
  void date_first_call(Now now, StepWriter& out);
  void end_newness(Now now, StepWriter& out);
  [[nodiscard]] bool is_backlog(const MachineAction& action, const Observation& seen) const;
  /// The API's time as it is recorded: see ServerClock::moment.
  [[nodiscard]] WallTime moment(Now now) const;
  void tell_unusable(int rows, Now now, StepWriter& out);
  void sweep_listed(const PageFacts& page, Now now, StepWriter& out);
  void sweep_failed(const Disposition& outcome, Now now, StepWriter& out);
  /// Why a region whose polls are complete is in trouble all the same.
  [[nodiscard]] std::optional<Disposition> lacks() const;
  void poll_listed(const Call& call, const PageFacts& page, Now now, StepWriter& out);
  /// Whether what was answered belongs to a round that a reload gave up.
  [[nodiscard]] bool given_up(const Call& call) const;
  /// Whether the list is asked for again at once, with a smaller page or another query.
  [[nodiscard]] bool asked_otherwise(const Call& call, const Disposition& outcome, Now now,
                                     StepWriter& out);
  void note_habits(StepWriter& out);
  void list_failed(const Call& call, const Disposition& outcome, bool again, Now now,
                   StepWriter& out);
  /// A read that should have shown them did not: they are read by id.
  void look_up(const std::vector<ActionId>& ids, Now now);
  void many_answered(const Call& call, Now now);
  /// What an answer shows of an action. Cancel: a re-read, which is asked for by nobody else.
  enum class Source : std::uint8_t { List, LookupMany, LookupOne, Cancel };
  void observe(MachineAction& action, Source source, Now now, StepWriter& out);
  /// Whether it has to be read by id, or was.
  void looked_up(const ActionId& id, Source source, Observation::Kind kind, Now now);
  void record_transition(const MachineAction& action, const Observation& seen, Now now,
                         StepWriter& out);
  void vanish(const ActionId& id, Now now, StepWriter& out);

  /// A failure that the status shows, whether it is trouble yet or not.
  void failed(const Disposition& outcome);
  void trouble(const Disposition& outcome, bool at_once, Now now, StepWriter& out);
  void well(Now now, StepWriter& out);
  void record_region(EventType type, const std::string& reason, Now now, StepWriter& out);
  [[nodiscard]] RegionRow row() const;
  /// When the region is asked for next, or for its token; now while a call is under way.
  [[nodiscard]] MonoTime next_try(MonoTime now) const;
  [[nodiscard]] bool is_quiet(const MachineAction& action) const;

  RegionOptions options_;
  Random random_;
  TokenCache token_;
  Limiter limiter_;
  ServerClock clock_;
  PollSchedule schedule_;
  LookupQueue lookups_;
  Tracker tracker_;
  Canceller canceller_;
  std::map<CommandId, Call> calls_;
  ManyIds many_ids_ = ManyIds::In;
  bool retry_ = false;        ///< an operator waits for a poll with the token being fetched
  std::string degraded_;      ///< why; empty while all is well
  std::string last_failure_;  ///< since the last complete poll
  bool heard_ = false;        ///< a call was answered or failed since the start
  bool stored_ = false;       ///< there is a row of it
  bool fresh_ = true;         ///< the store did not know it, and no sweep has been complete yet
  std::optional<FirstCall> first_call_;
  std::optional<MonoTime> first_call_sent_;  ///< set if it was made by this process
  std::optional<WallTime> quiet_before_;
  std::int64_t unusable_rows_ = 0;
  MonoTime tell_unusable_at_ = MonoTime::min();
  std::optional<MonoTime> last_poll_;
  std::optional<WallTime> last_poll_wall_;
  std::optional<WallTime> measured_from_;  ///< server time of the first complete poll
  MonoTime sweep_began_{};
  int sweeps_lost_ = 0;                       ///< failed in a row while polls did not
  std::optional<Disposition> sweep_trouble_;  ///< why no sweep gets through, until one does
  std::optional<MonoTime> swept_from_;  ///< when the last complete sweep since the start began
  MonoTime young_until_ = MonoTime::min();
  std::size_t turn_ = kLookupTurn;  ///< who is asked first
  /// A lookup goes before the lists' floor once after each page of a poll: what has ended is told
  /// at once, and a flood of lookups does not stop the polls.
  bool lookup_first_ = true;
  /// When the quota lets go what the last advance held back.
  std::array<std::optional<MonoTime>, kTurns> waits_;
  std::optional<MonoTime> cancel_wait_;
  bool cancels_first_ = false;  ///< nobody else takes the token that a cancel waits for
  /// After a POST the others get a call before the next decision may hold them up.
  bool others_turn_ = false;
};

}  // namespace mactiond::core

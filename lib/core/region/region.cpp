#include "core/region/region.hpp"

#include <algorithm>
#include <utility>

#include "action/stamps.hpp"
#include "base/error.hpp"
#include "core/region/long_wait.hpp"
#include "core/region/region_events.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTokenTimeout = 30s;
constexpr Duration kListTimeout = 60s;
constexpr Duration kReadTimeout = 30s;
/// A new action may not be readable by id yet (docs/defender-api.md 8).
constexpr Duration kGrace = 60s;
constexpr int kFailuresUntilTrouble = 3;
constexpr std::size_t kIdsPerList = 40;
constexpr std::size_t kLookupsAtOnce = 4;
/// While an action is this young it changes fast, and saved-up quota is well spent on it.
constexpr Duration kYoung = 1min;
constexpr Duration kClocksApart = 24h;

}  // namespace

Region::Region(const RegionOptions& options, const std::string& boot_id, const Policies& policies,
               CancelLedger& ledger, std::uint64_t seed)
    : options_(options),
      random_(seed),
      limiter_(options.quota, boot_id),
      schedule_(options.poll),
      canceller_(options.name, policies, ledger) {}

void Region::configure(const RegionOptions& options, const Policies& policies, MonoTime now) {
  limiter_.configure(options.quota, now);
  options_ = options;
  schedule_.configure(options.poll, pace(now), now);
  canceller_.use_policies(policies);
}

void Region::restore(const RegionRow& row) {
  schedule_.restore(row.watermark, row.changes_refused_until);
  degraded_ = row.degraded;
  stored_ = true;
  fresh_ = row.fresh;
  first_call_ = row.first_call;
}

WallTime Region::server_now(Now now) const { return clock_.at(now.mono).value_or(now.wall); }

WallTime Region::moment(Now now) const { return clock_.moment(now.mono).value_or(now.wall); }

Lane Region::lane_of(Turn turn) const {
  if (turn == kSweepTurn) return Lane::Sweep;
  if (turn == kPollTurn) return Lane::List;
  return lookup_first_ ? Lane::Lookup : Lane::LateLookup;
}

bool Region::granted(Turn turn, Now now, StepWriter& out) {
  if (!take(lane_of(turn), waits_[turn], now, out)) return false;
  turn_ = (turn + 1) % kTurns;
  if (turn != kSweepTurn) lookup_first_ = turn == kPollTurn;
  others_turn_ = false;
  return true;
}

bool Region::take(Lane lane, std::optional<MonoTime>& wait, Now now, StepWriter& out) {
  wait = limiter_.try_take(lane, now.mono);
  if (wait) return false;
  // Counted before the call is made: a crash in between wastes a token and never doubles one.
  auto& quotas = out.batch().quotas;
  const std::string& counted_by = options_.counted_by();
  std::erase_if(quotas, [&](const QuotaRow& row) { return row.region == counted_by; });
  for (QuotaRow& row : limiter_.rows(counted_by)) quotas.push_back(std::move(row));
  return true;
}

Region::Call Region::end_call(CommandId id) {
  const auto found = calls_.find(id);
  MACTIOND_ASSERT(found != calls_.end());
  Call call = std::move(found->second);
  calls_.erase(found);
  return call;
}

void Region::advance(Now now, StepWriter& out) {
  waits_.fill(std::nullopt);
  const auto poll_at = schedule_.poll_at();
  if (poll_at && *poll_at <= now.mono && token_.wants_roles(now.mono)) token_.renew(now.mono);
  advance_token(now, out);
  const Secret* token = token_.usable(now.mono);
  if (token == nullptr) return;
  advance_cancels(now, *token, out);
  if (cancels_first_) return;
  const std::size_t first = turn_;
  for (std::size_t i = 0; i < kTurns; ++i) {
    switch ((first + i) % kTurns) {
      case kLookupTurn:
        advance_lookups(now, *token, out);
        break;
      case kPollTurn:
        advance_poll(now, *token, out);
        break;
      default:
        advance_sweep(now, *token, out);
        break;
    }
  }
}

std::size_t Region::lookups_under_way() const {
  return static_cast<std::size_t>(std::count_if(calls_.begin(), calls_.end(), [](const auto& row) {
    return row.second.kind >= Call::Kind::LookupMany;
  }));
}

void Region::advance_token(Now now, StepWriter& out) {
  if (!token_.wants_fetch(now.mono)) return;
  token_.fetch_started();
  const CommandId id = out.next_id();
  calls_.emplace(id, Call{Call::Kind::Token, {}, now.mono, {}});
  out.commands().push_back(FetchToken{id, options_.name, now.mono + kTokenTimeout});
}

void Region::advance_lookups(Now now, const Secret& token, StepWriter& out) {
  std::size_t under_way = lookups_under_way();
  while (under_way < kLookupsAtOnce && lookups_.wake_at() && *lookups_.wake_at() <= now.mono) {
    if (!granted(kLookupTurn, now, out)) return;
    const bool alone = lookups_.single_next(now.mono) || many_ids_ == ManyIds::None;
    auto ids = lookups_.take(alone ? 1 : kIdsPerList, now.mono);
    MACTIOND_ASSERT(!ids.empty());
    if (ids.size() == 1) {
      const CommandId id = out.next_id();
      out.commands().push_back(GetAction{id, options_.name, ids.front(), token,
                                         now.mono + kReadTimeout, now.mono + kSendWithin});
      calls_.emplace(id, Call{Call::Kind::LookupOne, std::move(ids), now.mono, {}});
    } else {
      Query query;
      query.kind = many_ids_ == ManyIds::In ? Query::Kind::IdIn : Query::Kind::IdEq;
      query.ids = ids;
      query.top = schedule_.page_size(now.mono);
      send_list(Call{Call::Kind::LookupMany, std::move(ids), now.mono, many_ids_}, std::move(query),
                token, now, out);
    }
    ++under_way;
  }
}

void Region::advance_poll(Now now, const Secret& token, StepWriter& out) {
  if (token_.awaits_roles()) return;
  const bool fresh = !schedule_.poll_round();
  auto query = schedule_.poll_due(now.mono, server_now(now));
  if (!query) return;
  if (fresh) tracker_.begin_read(Read::Poll);
  if (!granted(kPollTurn, now, out)) return;
  schedule_.poll_sent();
  note_first_call(now, out);
  send_list(Call{Call::Kind::Poll, {}, now.mono, {}}, std::move(*query), token, now, out);
}

void Region::advance_sweep(Now now, const Secret& token, StepWriter& out) {
  const bool fresh = !schedule_.sweep_round();
  auto query = schedule_.sweep_due(now.mono, server_now(now));
  if (!query) return;
  if (fresh) {
    tracker_.begin_read(Read::Sweep);
    sweep_began_ = now.mono;
  }
  if (!granted(kSweepTurn, now, out)) return;
  schedule_.sweep_sent();
  send_list(Call{Call::Kind::Sweep, {}, now.mono, {}}, std::move(*query), token, now, out);
}

void Region::send_list(Call call, Query query, const Secret& token, Now now, StepWriter& out) {
  const CommandId id = out.next_id();
  call.top = query.top;
  calls_.emplace(id, std::move(call));
  out.commands().push_back(ListActions{id, options_.name, std::move(query), token,
                                       now.mono + kListTimeout, now.mono + kSendWithin});
}

void Region::on(TokenFetched fetched, Now now, StepWriter& out) {
  (void)end_call(fetched.command);
  bound_wait(fetched.outcome);
  if (std::exchange(retry_, false)) schedule_.poll_soon(now.mono);
  if (fetched.outcome.ok()) {
    token_.fetched(std::move(fetched.token), fetched.lifetime, now.mono);
    return;
  }
  if (fetched.outcome.reason == Reason::Stopped) {
    token_.fetch_abandoned();
    return;
  }
  token_.fetch_failed(fetched.outcome.retry_after, now.mono, random_);
  out.note(Note::Level::Warning, "token_failed",
           {{"region", options_.name}, {"reason", describe(fetched.outcome)}});
  // While the old token still works nothing is wrong yet.
  if (token_.usable(now.mono) != nullptr) return;
  failed(fetched.outcome);
  const bool at_once = fetched.outcome.reason == Reason::Auth || waits_long(fetched.outcome) ||
                       token_.failures() >= kFailuresUntilTrouble;
  trouble(fetched.outcome, at_once, now, out);
}

bool Region::answered(const Call& call, const Disposition& outcome, std::optional<WallTime> date,
                      Now now, StepWriter& out) {
  if (date) clock_.sample(*date, call.sent, now.mono);
  date_first_call(now, out);
  if (outcome.ok()) {
    token_.accepted();
    limiter_.accepted();
  }
  if (outcome.ok() || outcome.reason == Reason::Stopped) return false;
  out.note(Note::Level::Warning, "call_failed",
           {{"region", options_.name}, {"reason", describe(outcome)}});
  if (outcome.reason == Reason::Throttled) {
    limiter_.throttled(outcome.retry_after, outcome.limit, now.mono);
    for (QuotaRow& row : limiter_.rows(options_.counted_by())) {
      out.batch().quotas.push_back(std::move(row));
    }
    // Whoever was refused, the hold is everybody's.
    failed(outcome);
    if (waits_long(outcome)) trouble(outcome, true, now, out);
  }
  if (outcome.reason == Reason::Permission) {
    if (call.kind != Call::Kind::CancelPost) return token_.lacks_role(call.sent, now.mono);
    // The token works for all else, and stays in use until there is a newer one.
    if (token_.fetched_at() <= call.sent) token_.renew(now.mono);
    return false;
  }
  if (outcome.verdict != Verdict::Reauthenticate) return false;
  return !token_.refused(call.sent, now.mono, random_);
}

void Region::on(ActionRead read, Now now, StepWriter& out) {
  Call call = end_call(read.command);
  bound_wait(read.outcome);
  MACTIOND_ASSERT(call.ids.size() == 1);
  if (call.kind == Call::Kind::CancelRead) return reread(call, read, now, out);
  const ActionId& id = call.ids.front();
  (void)answered(call, read.outcome, read.server_date, now, out);
  if (read.outcome.ok()) {
    MACTIOND_ASSERT(read.action);
    observe(*read.action, Source::LookupOne, now, out);
    lookups_.found(id);
    return;
  }
  if (read.outcome.reason != Reason::NotFound) {
    lookups_.failed(call.ids, read.outcome.retry_after, now.mono, random_);
    return;
  }
  const Tracker::Known* known = tracker_.find(id);
  const bool young =
      known != nullptr && server_now(now) - known->created.value_or(known->first_seen) < kGrace;
  if (lookups_.not_found(id, young, now.mono)) vanish(id, now, out);
}

void Region::looked_up(const ActionId& id, Source source, Observation::Kind kind, Now now) {
  using Kind = Observation::Kind;
  const bool by_id = source == Source::LookupMany || source == Source::LookupOne;
  // A lookup of several leaves it in the queue, for a read of its own.
  if (kind == Kind::Doubtful && source != Source::LookupMany) {
    return lookups_.add_alone(id, now.mono);
  }
  if (kind == Kind::Doubtful) return;
  if (kind == Kind::Changed) lookups_.changed(id);
  if (kind == Kind::Nothing && by_id) return lookups_.found_nothing_new(id, now.mono);
  // One answer, or two servers behind the API, may show the end and then the row before it.
  if (kind == Kind::Nothing && source == Source::List) return lookups_.shown(id);
  lookups_.found(id);
}

void Region::observe(MachineAction& action, Source source, Now now, StepWriter& out) {
  const WallTime server = server_now(now);
  const bool apart = std::chrono::abs(server - now.wall) >= kClocksApart;
  // Where one clock is badly wrong, the later one counts: nothing looks older than it is.
  drop_impossible_stamps(action, apart ? std::max(server, now.wall) : server);
  Sight sight;
  sight.server = apart ? std::max(server, now.wall) : moment(now);
  sight.kept_from = std::max(server, now.wall);
  sight.confirms = source == Source::LookupOne || source == Source::Cancel;
  const Observation seen = tracker_.observe(action, sight);
  looked_up(action.id, source, seen.kind, now);
  const bool stored =
      seen.kind == Observation::Kind::Refreshed || seen.kind == Observation::Kind::Changed;
  if (!stored) return;
  const Tracker::Known& known = *tracker_.find(action.id);
  out.batch().actions.push_back(
      {options_.name, action, sight.kept_from, known.first_seen, known.stamp, known.ended_by});
  const bool changed = seen.kind == Observation::Kind::Changed && !is_quiet(action);
  if (changed) record_transition(action, seen, now, out);
  if (action.status.is_final()) return canceller_.ended(action, cancel_time(now), out);
  canceller_.seen(action, known.first_seen);
  if (seen.kind == Observation::Kind::Changed && !seen.from) young_until_ = now.mono + kYoung;
  schedule_.opened(now.mono);
}

void Region::follow_recovery(WallTime quiet_before) {
  quiet_before_ = quiet_before;
  // It was followed before: what changed since the last line is no backlog.
  fresh_ = false;
  first_call_.reset();
}

bool Region::is_quiet(const MachineAction& action) const {
  const bool dated = action.last_update || action.created;
  return quiet_before_ && dated && action.stamp() < *quiet_before_;
}

void Region::empty_quota(Now now, StepWriter& out) {
  limiter_.drain(now.mono);
  for (QuotaRow& row : limiter_.rows(options_.counted_by())) {
    out.batch().quotas.push_back(std::move(row));
  }
}

void Region::record_transition(const MachineAction& action, const Observation& seen, Now now,
                               StepWriter& out) {
  // A stamp says nothing about us if it cannot be true, or is older than what was known already,
  // or than the first complete poll.
  const bool dated = action.last_update && !action.impossible_stamp && !seen.late;
  const bool backlog = is_backlog(action, seen);
  const bool measured =
      dated && !backlog && measured_from_ && *action.last_update > *measured_from_;
  TransitionTime shown;
  shown.time = dated ? *action.last_update : moment(now);
  if (measured) shown.lag = std::max(server_now(now) - *action.last_update, Duration{});
  shown.backlog = backlog;
  const bool recorded = out.record(transition_event(options_.name, action, seen, shown),
                                   {action.type.text(),
                                    action.status.text(),
                                    {},
                                    seen.from ? seen.from->text() : std::string_view(),
                                    backlog},
                                   now.wall);
  if (recorded) out.transition({options_.name, std::string(action.status.text()), shown.lag});
}

void Region::vanish(const ActionId& id, Now now, StepWriter& out) {
  const Tracker::Known* known = tracker_.find(id);
  const std::string type(known != nullptr ? known->type.text() : std::string_view());
  const WallTime stamp = known != nullptr ? known->stamp : WallTime{};
  if (!tracker_.vanish(id)) return;
  lookups_.changed(id);
  out.batch().vanished.emplace_back(options_.name, id);
  const WallTime when = std::max(moment(now), stamp);
  out.record(vanished_event(options_.name, id, stamp, when), {type, {}, {}}, now.wall);
  canceller_.vanished(id, cancel_time(now), out);
}

void Region::failed(const Disposition& outcome) {
  heard_ = true;
  last_failure_ = describe(outcome);
}

void Region::trouble(const Disposition& outcome, bool at_once, Now now, StepWriter& out) {
  const bool enough = at_once || schedule_.poll_failures() >= kFailuresUntilTrouble;
  const bool was_well = degraded_.empty();
  if (was_well && !enough) return;
  degraded_ = describe(outcome);
  if (!was_well) return;
  record_region(EventType::RegionDegraded, degraded_, now, out);
  out.batch().regions.push_back(row());
  out.note(Note::Level::Error, "region_degraded",
           {{"region", options_.name}, {"reason", degraded_}});
}

void Region::well(Now now, StepWriter& out) {
  heard_ = true;
  last_failure_.clear();
  if (degraded_.empty()) return;
  record_region(EventType::RegionRecovered, std::exchange(degraded_, {}), now, out);
  out.batch().regions.push_back(row());
  out.note(Note::Level::Info, "region_recovered", {{"region", options_.name}});
}

void Region::record_region(EventType type, const std::string& reason, Now now, StepWriter& out) {
  out.record(region_event(type, options_.name, reason, moment(now)), {}, now.wall);
}

RegionRow Region::row() const {
  return {
      options_.name, schedule_.watermark(), schedule_.changes_refused_until(), degraded_, fresh_,
      first_call_};
}

std::optional<MonoTime> Region::wake_at(Now now) const {
  std::optional<MonoTime> when = token_.wake_at(now.mono);
  if (token_.usable(now.mono) == nullptr) return when;
  if (const auto at = canceller_.wake_at(cancel_time(now))) {
    const MonoTime cancel = std::max(*at, cancel_wait_.value_or(*at));
    when = std::min(when.value_or(cancel), cancel);
  }
  if (cancels_first_) return when;
  // A call that was due but found no token waits for the quota, not for its own time.
  const auto consider = [&](Turn turn, std::optional<MonoTime> due) {
    if (!due) return;
    const MonoTime at = std::max(*due, waits_[turn].value_or(*due));
    if (!when || at < *when) when = at;
  };
  if (!token_.awaits_roles()) consider(kPollTurn, schedule_.poll_at());
  consider(kSweepTurn, schedule_.sweep_at());
  if (lookups_under_way() < kLookupsAtOnce) consider(kLookupTurn, lookups_.wake_at());
  return when;
}

Duration Region::retry(MonoTime now) {
  token_.renew_at_once(now);
  retry_ = token_.fetching() || token_.wants_fetch(now);
  // Without any call so far it is the earliest time there is.
  if (retry_) return std::max(limiter_.next_at(Lane::List, now), now) - now;
  schedule_.poll_soon(now);
  return next_try(now) - now;
}

MonoTime Region::next_try(MonoTime now) const {
  const bool under_way = std::any_of(calls_.begin(), calls_.end(), [](const auto& row) {
    return row.second.kind == Call::Kind::Token || row.second.kind == Call::Kind::Poll;
  });
  if (under_way) return now;
  if (token_.usable(now) == nullptr) return token_.wake_at(now).value_or(now);
  const MonoTime due = std::max(schedule_.poll_at().value_or(now), now);
  return std::max(due, limiter_.next_at(Lane::List, now));
}

RegionStatus Region::status(Now now) const {
  RegionStatus status;
  status.name = options_.name;
  if (heard_ && !degraded_.empty()) {
    status.state = "degraded";
  } else if (last_poll_) {
    status.state = "ok";
  }
  status.reason = last_failure_.empty() ? degraded_ : last_failure_;
  status.open_actions = tracker_.open_count();
  if (const auto oldest = tracker_.oldest_open()) {
    status.oldest_open = std::max(server_now(now) - *oldest, Duration{});
  }
  status.next_try = next_try(now.mono) - now.mono;
  if (last_poll_) status.last_poll_age = now.mono - *last_poll_;
  status.last_poll = last_poll_wall_;
  if (const auto server = clock_.at(now.mono)) status.clock_skew = *server - now.wall;
  status.token_left = token_.left(now.mono);
  status.quota = limiter_.status(now.mono);
  status.strategy =
      schedule_.strategy(server_now(now)) == Strategy::Changes ? "changes" : "documented";
  status.throttled_seconds = to_seconds(limiter_.held());
  status.unusable_rows = unusable_rows_;
  if (const auto guard = first_guard(CancelMoment::Age, {}, cancel_time(now))) {
    status.cancel_guard = to_string(*guard);
  }
  status.cancels_live = static_cast<std::int64_t>(canceller_.live());
  return status;
}

void Region::count_actions(std::vector<ActionCount>& counts) const {
  for (const auto& [status, count] : tracker_.counts()) {
    counts.push_back({options_.name, status, count});
  }
}

}  // namespace mactiond::core

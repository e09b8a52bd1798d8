#include "core/region/region.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "core/region/retry_after.hpp"
#include "core/region/trouble_limits.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kReadTimeout = 30s;
constexpr std::size_t kIdsPerList = 40;
constexpr std::size_t kLookupsAtOnce = 4;

/// Another role than the one to read actions: polls go on without it.
bool needs_role_of_its_own(RegionCall::Kind kind) {
  switch (kind) {
    case RegionCall::Kind::CancelPost:
    case RegionCall::Kind::Start:
    case RegionCall::Kind::Ask:
    case RegionCall::Kind::Machine:
      return true;
    default:
      return false;
  }
}

}  // namespace

Region::Region(const RegionOptions& options, const std::string& boot_id, SharedPolicies policies,
               Ledgers ledgers, std::uint64_t seed)
    : options_(options),
      random_(seed),
      login_{&ledgers.options},
      schedule_(options.poll),
      canceller_(options.name, std::move(policies), ledgers.cancels),
      submissions_(options.name, boot_id, ledgers.submissions),
      calls_(options, boot_id) {
  asking_.machines.configure(options.enrich_machines);
  login_.credential.set(options.credential_end);
}

void Region::configure(const RegionOptions& options, SharedPolicies policies, MonoTime now) {
  // Otherwise what the credential in use says is newer.
  const bool other_end = options.credential_end != options_.credential_end;
  if (other_end) login_.credential.set(options.credential_end);
  calls_.configure(options, now);
  options_ = options;
  schedule_.configure(options.poll, tracker_.open_count() > 0, calls_.limiter().sustained(), now);
  canceller_.replace_policies(std::move(policies));
  asking_.machines.configure(options.enrich_machines);
  asking_.look_at = now;
  login_.review.options_changed();
  // What is corrected may be the credential.
  if (login_.token.usable(now) == nullptr) (void)login_.token.renew_at_once(now);
}

void Region::restore(const Snapshot& snapshot, Now now) {
  std::vector<QuotaRow> quotas;
  for (const QuotaRow& row : snapshot.quotas) {
    if (row.region == options_.counted_by()) quotas.push_back(row);
  }
  calls_.limiter().restore(quotas, now.mono);
  for (const RegionRow& row : snapshot.regions) {
    if (row.region == name()) restore(row);
  }
  for (const RegionQuiet& quiet : snapshot.recovering) {
    if (quiet.region == name()) follow_recovery(quiet.before);
  }
  for (const MachineRow& row : snapshot.machines) {
    if (row.region == name()) asking_.machines.restore(row, now);
  }
  for (const StoredAction& action : snapshot.actions) {
    if (action.region == name()) restore(action, now.mono);
  }
  for (const Decision& decision : snapshot.decisions) {
    if (decision.region == name() && decision.live()) canceller_.restore(decision, now.mono);
  }
  for (const Submission& row : snapshot.submissions) {
    const bool ours = row.order.region == name() && !is_final(row.state);
    if (!ours) continue;
    submissions_.restore(row, now.mono);
    // Of an action that is not stored, because the store was recovered, no list may have news.
    const bool has_action = row.state == SubmissionState::Submitted;
    if (has_action && tracker_.find(row.action) == nullptr) lookups_.add(row.action, now.mono);
  }
}

void Region::restore(const RegionRow& row) {
  schedule_.restore(row.watermark, row.changes_refused_until);
  health_.restore(row.degraded);
  newness_.restore(row);
  login_.credential.restore(row.credential);
}

RegionRow Region::row() const {
  return {options_.name,           schedule_.watermark(), schedule_.changes_refused_until(),
          health_.degraded(),      newness_.is_new(),     newness_.first_call(),
          login_.credential.mark()};
}

void Region::follow_recovery(WallTime quiet_before) { newness_.follow_recovery(quiet_before); }

void Region::advance(Now now, StepWriter& out) {
  show_held(now, out);
  look_after_login(now, out);
  if (now.mono >= asking_.look_at) look_after_machines(now.mono);
  calls_.turns().forget_waits();
  const auto poll_at = schedule_.poll_at();
  TokenCache& tokens = login_.token;
  if (poll_at && *poll_at <= now.mono && tokens.needs_newer(now.mono)) tokens.renew(now.mono);
  advance_token(now, out);
  const Secret* token = tokens.usable(now.mono);
  if (asking_.questions.has_late(now.mono)) {
    asking_.questions.end_late(token != nullptr, health_.reason(), now, out);
  }
  submissions_.decide(submit_time(now), out);
  cancel_blockers(now, out);
  if (token == nullptr) return advance_submissions(nullptr, 1, now, out);
  advance_cancels(now, *token, out);
  if (calls_.turns().cancels_first()) return;
  advance_submissions(token, calls_.turns().submissions_before(), now, out);
  QuestionLane::Sending asking{options_.name, *token, login_.token.fetched_at(),
                               calls_.turns().questions_before()};
  asking_.questions.send(asking, calls_, now, out);
  const MachineLane::Sending reading{options_.name, *token};
  asking_.machines.send_first(reading, calls_, now, out);
  for (const CallTurns::Turn turn : calls_.turns().order()) {
    if (turn == CallTurns::kLookup) advance_lookups(now, *token, out);
    if (turn == CallTurns::kPoll) advance_poll(now, *token, out);
    if (turn == CallTurns::kSweep) advance_sweep(now, *token, out);
  }
  advance_submissions(token, calls_.turns().submissions_after(), now, out);
  asking.most = calls_.turns().questions_after();
  asking_.questions.send(asking, calls_, now, out);
  asking_.machines.send(reading, calls_, now, out);
  if (cancel_blockers(now, out)) advance_cancels(now, *token, out);
}

void Region::advance_lookups(Now now, const Secret& token, StepWriter& out) {
  std::size_t open = calls_.open().lookups();
  while (open < kLookupsAtOnce && lookups_.wake_at() && *lookups_.wake_at() <= now.mono) {
    if (!calls_.granted(CallTurns::kLookup, now, out)) return;
    auto ids = lookups_.take(kIdsPerList, now.mono);
    MACTIOND_ASSERT(!ids.empty());
    if (ids.size() == 1) {
      const CommandId id = calls_.begin({Call::Kind::LookupOne, ids, now.mono}, out);
      out.commands().push_back(GetAction{id, options_.name, ids.front(), token,
                                         now.mono + kReadTimeout, now.mono + kSendWithin});
    } else {
      Query query;
      query.kind = lookups_.many() == ManyIds::In ? Query::Kind::IdIn : Query::Kind::IdEq;
      query.ids = ids;
      query.top = schedule_.page_size(now.mono);
      send_list({Call::Kind::LookupMany, std::move(ids), now.mono, lookups_.many()},
                std::move(query), token, now, out);
    }
    ++open;
  }
}

void Region::advance_poll(Now now, const Secret& token, StepWriter& out) {
  if (login_.token.awaits_newer()) return;
  const bool begins = !schedule_.poll_round();
  auto query = schedule_.poll_due(now.mono, clock_.now(now));
  if (!query) return;
  if (begins) tracker_.begin_read(Read::Poll);
  if (!calls_.granted(CallTurns::kPoll, now, out)) return;
  schedule_.poll_sent();
  if (newness_.call_sent(now)) out.batch().regions.push_back(row());
  send_list({Call::Kind::Poll, {}, now.mono}, std::move(*query), token, now, out);
}

void Region::advance_sweep(Now now, const Secret& token, StepWriter& out) {
  const bool begins = !schedule_.sweep_round();
  auto query = schedule_.sweep_due(now.mono, clock_.now(now), submissions_.doubtful_since());
  if (!query) return;
  if (begins) {
    tracker_.begin_read(Read::Sweep);
    sweeps_.began(now.mono);
  }
  if (!calls_.granted(CallTurns::kSweep, now, out)) return;
  schedule_.sweep_sent();
  send_list({Call::Kind::Sweep, {}, now.mono}, std::move(*query), token, now, out);
}

void Region::send_list(Call call, Query query, const Secret& token, Now now, StepWriter& out) {
  call.top = query.top;
  const CommandId id = calls_.begin(std::move(call), out);
  out.commands().push_back(ListActions{id, options_.name, std::move(query), token,
                                       now.mono + kListTimeout, now.mono + kSendWithin});
}

bool Region::answered(const Call& call, const Outcome& outcome, std::optional<WallTime> date,
                      Now now, StepWriter& out) {
  if (date) clock_.sample(*date, call.sent, now.mono);
  if (newness_.date_first_call(clock_, now)) out.batch().regions.push_back(row());
  if (outcome.ok()) {
    login_.token.accepted();
    calls_.limiter().accepted(call.quota);
  }
  if (outcome.ok() || outcome.reason == Reason::Stopped) return false;
  // Of calls for machines each kind of failure is logged once: see MachineLane.
  if (call.kind != Call::Kind::Machine) {
    out.log(LogEntry::Level::Warning, "call_failed",
            {{"region", options_.name}, {"reason", describe(outcome)}});
  }
  if (outcome.reason == Reason::Throttled) {
    calls_.throttled(call, outcome, now.mono, out);
    // What a refused poll means is judged with its other failures.
    if (call.kind != Call::Kind::Poll) {
      health_.failed(outcome);
      if (waits_long(outcome)) mark_degraded(outcome, true, now, out);
    }
  }
  if (outcome.reason == Reason::Permission) {
    if (!needs_role_of_its_own(call.kind)) return login_.token.lacks_role(call.sent, now.mono);
    // The token works for all else, and stays in use until there is a newer one.
    if (login_.token.fetched_at() <= call.sent) login_.token.renew(now.mono);
    return false;
  }
  if (outcome.verdict != Verdict::Reauthenticate) return false;
  return !login_.token.refused(call.sent, now.mono, random_);
}

std::optional<MonoTime> Region::wake_at(Now now) const {
  const CallTurns& turns = calls_.turns();
  std::optional<MonoTime> when = login_.token.wake_at(now.mono);
  const auto sooner = [&](MonoTime at) { when = std::min(when.value_or(at), at); };
  if (const auto late = asking_.questions.late_at()) sooner(*late);
  if (const auto until = asking_.held.until()) sooner(*until);
  const auto threshold = login_.threshold_at(clock_, schedule_.poll_failures(), now);
  if (threshold) sooner(*threshold);
  const auto submission = submissions_.wake_at();
  if (login_.token.usable(now.mono) == nullptr) {
    if (submission) sooner(*submission);
    return when;
  }
  if (const auto at = canceller_.wake_at(cancel_time(now))) sooner(turns.cancel_possible_at(*at));
  if (turns.cancels_first()) return when;
  if (submission) sooner(turns.submission_possible_at(*submission));
  // A call that was due but found no token waits for the quota, not for its own time.
  const auto consider = [&](CallTurns::Turn turn, std::optional<MonoTime> due) {
    if (due) sooner(turns.possible_at(turn, *due));
  };
  if (!login_.token.awaits_newer()) consider(CallTurns::kPoll, schedule_.poll_at());
  consider(CallTurns::kSweep, schedule_.sweep_at());
  if (const auto at = asking_.questions.wake_at(login_.token.fetched_at(), turns)) sooner(*at);
  if (const auto at = asking_.machines.wake_at(turns)) sooner(*at);
  if (calls_.open().lookups() < kLookupsAtOnce) consider(CallTurns::kLookup, lookups_.wake_at());
  return when;
}

Duration Region::retry(MonoTime now) {
  // Without any call so far the quota's answer is the earliest time there is.
  if (login_.token.renew_at_once(now))
    return std::max(calls_.limiter().next_at(Lane::List, now), now) - now;
  schedule_.poll_soon(now);
  return next_try(now) - now;
}

}  // namespace mactiond::core

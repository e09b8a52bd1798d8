#include <string>

#include "core/region/forgotten.hpp"
#include "core/region/page_facts.hpp"
#include "core/region/region.hpp"
#include "core/region/retry_after.hpp"

namespace mactiond::core {
namespace {

/// Whether what was answered belongs to a round that a reload gave up.
bool given_up(const RegionCall& call, const PollSchedule& schedule) {
  if (call.kind == RegionCall::Kind::Poll) return !schedule.poll_round();
  return call.kind == RegionCall::Kind::Sweep && !schedule.sweep_round();
}

/// Why a region whose polls are complete is in trouble all the same.
std::optional<Outcome> lacks(const SweepRecord& sweeps, const PollSchedule& schedule) {
  if (sweeps.trouble() || !schedule.shortfall()) return sweeps.trouble();
  return Outcome{Verdict::Retry, Reason::BadAnswer, 0, {}, *schedule.shortfall()};
}

void abandon(const RegionCall& call, PollSchedule& schedule) {
  call.kind == RegionCall::Kind::Poll ? schedule.poll_abandoned() : schedule.sweep_abandoned();
}

}  // namespace

void Region::on(ActionsListed listed, Now now, StepWriter& out) {
  const Call call = calls_.end(listed.command);
  cap_retry_after(listed.outcome);
  const bool again = answered(call, listed.outcome, listed.server_date, now, out);
  if (!listed.outcome.ok()) {
    list_failed(call, listed.outcome, again, now, out);
    return;
  }
  if (call.kind == Call::Kind::Poll && schedule_.restart_misjudged(clock_.now(now))) return;
  if (listed.unusable > 0 && unusable_.add(listed.unusable, now.mono)) {
    out.log(LogEntry::Level::Warning, "rows_unusable",
            {{"region", options_.name},
             {"rows", std::to_string(listed.unusable)},
             {"reason", "an action without a usable id, or larger than 1 MiB, is left out"}});
  }
  if (hold(call, listed, now)) return;
  bool overtakes = false;
  for (const MachineAction& action : listed.actions) {
    overtakes |= asking_.held.end_wait_for(action.id);
  }
  if (overtakes) show_held(now, out);
  show(call, listed, now, out);
}

void Region::show(const Call& call, ActionsListed& listed, Now now, StepWriter& out) {
  const bool lookup = call.kind == Call::Kind::LookupMany;
  const bool is_sweep = call.kind == Call::Kind::Sweep;
  const WallTime known_from = clock_.now(now) - options_.poll.lookback;
  for (MachineAction& action : listed.actions) {
    if (is_sweep && is_forgotten(action, known_from, tracker_, submissions_)) continue;
    observe(action, lookup ? ReadBy::LookupMany : ReadBy::List, now, out);
  }
  if (lookup) {
    lookups_.absent(call.ids, now.mono);
    return;
  }
  if (given_up(call, schedule_)) {
    abandon(call, schedule_);
    return;
  }
  const PageFacts page = facts_of(listed.actions, listed.unusable, listed.has_next_link);
  if (call.kind == Call::Kind::Sweep) {
    sweep_listed(page, now, out);
  } else {
    poll_listed(call, page, now, out);
  }
  log_notices(out);
}

void Region::sweep_listed(const PageFacts& page, Now now, StepWriter& out) {
  sweeps_.page_arrived();
  if (!schedule_.sweep_page(page, now.mono)) return;
  sweeps_.completed();
  if (const auto since = schedule_.swept_since()) {
    const MonoTime began = sweeps_.began();
    const Now begun{clock_.now(now) - (now.mono - began), began};
    submissions_.listed({*since, begun}, submit_time(now), out);
  }
  if (newness_.end_recovery()) {
    out.batch().reread.push_back(options_.name);
    out.batch().regions.push_back(row());
  }
  lookups_.add(tracker_.unseen_open(Read::Sweep), now.mono);
  record_baseline(now, out);
}

void Region::poll_listed(const Call& call, const PageFacts& page, Now now, StepWriter& out) {
  const bool open_set = schedule_.poll_round()->query().kind == Query::Kind::OpenOrCreatedSince;
  const RegionRow before = row();
  // The rest of the round may be pages away.
  if (open_set && page.span) lookups_.add(tracker_.unseen_open(Read::Poll, *page.span), now.mono);
  const WallTime server = clock_.now(now);
  const bool complete =
      schedule_.poll_page(page, interval(call, now.mono), now.mono, {server, now.wall});
  if (schedule_.changes_refused_until() != before.changes_refused_until ||
      schedule_.watermark() != before.watermark) {
    out.batch().regions.push_back(row());
  }
  if (!complete) return;
  asking_.held.poll_ended(schedule_.poll_started() + interval(call, now.mono), now.mono);
  health_.polled(now, server);
  login_.review.polled();
  auto lacking = login_.trouble(server);
  if (!lacking) lacking = lacks(sweeps_, schedule_);
  if (lacking) {
    health_.failed(*lacking);
    mark_degraded(*lacking, true, now, out);
  } else {
    mark_recovered(now, out);
  }
  if (open_set) lookups_.add(tracker_.unseen_open(Read::Poll), now.mono);
}

void Region::log_notices(StepWriter& out) {
  for (const Notice& notice : schedule_.take_notices()) {
    out.log(LogEntry::Level::Warning, notice.event,
            {{"region", options_.name}, {"reason", notice.reason}});
  }
}

void Region::list_failed(const Call& call, const Outcome& outcome, bool again, Now now,
                         StepWriter& out) {
  if (outcome.reason == Reason::Query && asked_otherwise(call, outcome, now, out)) return;
  if (call.kind == Call::Kind::LookupMany) {
    // Many ids make a long line, which may be refused as such (414).
    const bool refused = outcome.reason == Reason::Query || outcome.reason == Reason::Rejected;
    if (refused) lookups_.many_refused(call.many);
    lookups_.failed(call.ids, outcome.retry_after, now.mono, random_);
  } else if (again) {
    abandon(call, schedule_);
  } else if (call.kind == Call::Kind::Sweep) {
    sweep_failed(outcome, now, out);
  } else {
    poll_failed(outcome, now, out);
  }
}

bool Region::asked_otherwise(const Call& call, const Outcome& outcome, Now now, StepWriter& out) {
  using Asked = PollSchedule::Asked;
  const Asked asked = call.kind == Call::Kind::Poll    ? Asked::Poll
                      : call.kind == Call::Kind::Sweep ? Asked::Sweep
                                                       : Asked::Lookup;
  // The settings that were refused are not in force any more.
  bool again = given_up(call, schedule_);
  if (!again && outcome.page_limit) again = schedule_.top_refused(asked, call.top, now.mono);
  log_notices(out);
  if (!again) return false;
  if (asked == Asked::Lookup) {
    lookups_.failed(call.ids, outcome.retry_after, now.mono, random_);
  } else {
    abandon(call, schedule_);
  }
  return true;
}

void Region::poll_failed(const Outcome& outcome, Now now, StepWriter& out) {
  const bool refused = outcome.reason == Reason::Query;
  std::optional<Outcome> failure = outcome;
  if (refused) failure = schedule_.query_refused(outcome, now.mono);
  if (!failure) return;
  // That the token has no role explains more than the refusal does.
  const auto& no_role = login_.review.trouble();
  if (no_role && outcome.reason == Reason::Permission) failure->detail = no_role->detail;
  schedule_.poll_failed(*failure, login_.token.expects_grant(now.mono), now.mono, random_);
  if (outcome.reason == Reason::Stopped) return;
  const bool at_once = refused || outcome.reason == Reason::Permission ||
                       outcome.reason == Reason::Auth || waits_long(outcome);
  health_.failed(*failure);
  mark_degraded(*failure, at_once, now, out);
}

void Region::sweep_failed(const Outcome& outcome, Now now, StepWriter& out) {
  schedule_.sweep_failed(outcome, now.mono, random_);
  // While polls fail too, their trouble is the region's.
  if (outcome.reason == Reason::Stopped || schedule_.poll_failures() > 0) return;
  if (!sweeps_.failed()) return;
  Outcome trouble = outcome;
  trouble.detail = "every sweep fails: " + outcome.detail +
                   "; until one is complete, vanished actions are not noticed" +
                   (cancel_time(now).swept ? "" : ", nothing is cancelled") +
                   (newness_.is_new()
                        ? ", and the region stays new: what is older than its first call is backlog"
                        : "");
  sweeps_.set_trouble(trouble);
  health_.failed(trouble);
  mark_degraded(trouble, true, now, out);
}

}  // namespace mactiond::core

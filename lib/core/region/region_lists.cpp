#include <algorithm>
#include <string>
#include <utility>

#include "core/region/long_wait.hpp"
#include "core/region/page_facts.hpp"
#include "core/region/region.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTellAgain = 1h;
constexpr int kSweepFailuresUntilTrouble = 3;

}  // namespace

void Region::on(ActionsListed listed, Now now, StepWriter& out) {
  const Call call = end_call(listed.command);
  bound_wait(listed.outcome);
  const bool again = answered(call, listed.outcome, listed.server_date, now, out);
  if (!listed.outcome.ok()) {
    list_failed(call, listed.outcome, again, now, out);
    return;
  }
  if (call.kind == Call::Kind::Poll && schedule_.restart_misjudged(server_now(now))) return;
  if (listed.unusable > 0) tell_unusable(listed.unusable, now, out);
  const bool lookup = call.kind == Call::Kind::LookupMany;
  for (MachineAction& action : listed.actions) {
    observe(action, lookup ? Source::LookupMany : Source::List, now, out);
  }
  if (call.kind == Call::Kind::LookupMany) {
    many_answered(call, now);
    return;
  }
  if (given_up(call)) {
    call.kind == Call::Kind::Poll ? schedule_.poll_abandoned() : schedule_.sweep_abandoned();
    return;
  }
  const PageFacts page = facts_of(listed.actions, listed.unusable, listed.has_next_link);
  if (call.kind == Call::Kind::Sweep) {
    sweep_listed(page, now, out);
  } else {
    poll_listed(call, page, now, out);
  }
  note_habits(out);
}

void Region::sweep_listed(const PageFacts& page, Now now, StepWriter& out) {
  sweeps_lost_ = 0;
  if (!schedule_.sweep_page(page, now.mono)) return;
  swept_from_ = sweep_began_;
  sweep_trouble_.reset();
  if (std::exchange(quiet_before_, std::nullopt)) {
    out.batch().reread.push_back(options_.name);
    out.batch().regions.push_back(row());
  }
  look_up(tracker_.unseen_open(Read::Sweep), now);
  end_newness(now, out);
}

void Region::poll_listed(const Call& call, const PageFacts& page, Now now, StepWriter& out) {
  const bool open_set = schedule_.poll_round()->query().kind == Query::Kind::OpenOrCreatedSince;
  const RegionRow before = row();
  // The rest of the round may be pages away.
  if (open_set && page.span) look_up(tracker_.unseen_open(Read::Poll, *page.span), now);
  const bool complete =
      schedule_.poll_page(page, interval(call, now.mono), now.mono, {server_now(now), now.wall});
  if (schedule_.changes_refused_until() != before.changes_refused_until ||
      schedule_.watermark() != before.watermark) {
    out.batch().regions.push_back(row());
  }
  if (!complete) return;
  if (!measured_from_) measured_from_ = server_now(now);
  last_poll_ = now.mono;
  last_poll_wall_ = now.wall;
  if (const auto lacking = lacks()) {
    failed(*lacking);
    trouble(*lacking, true, now, out);
  } else {
    well(now, out);
  }
  if (open_set) look_up(tracker_.unseen_open(Read::Poll), now);
}

std::optional<Disposition> Region::lacks() const {
  if (sweep_trouble_ || schedule_.shortfall().empty()) return sweep_trouble_;
  return Disposition{Verdict::Retry, Reason::BadAnswer, 0, {}, schedule_.shortfall()};
}

void Region::sweep_failed(const Disposition& outcome, Now now, StepWriter& out) {
  schedule_.sweep_failed(outcome, now.mono, random_);
  // While polls fail too, their trouble is the region's.
  if (outcome.reason == Reason::Stopped || schedule_.poll_failures() > 0) return;
  if (++sweeps_lost_ < kSweepFailuresUntilTrouble) return;
  sweep_trouble_ = outcome;
  sweep_trouble_->detail =
      "every sweep fails: " + outcome.detail +
      "; until one is complete, vanished actions are not noticed" +
      (cancel_time(now).swept ? "" : ", nothing is cancelled") +
      (fresh_ ? ", and the region stays new: what is older than its first call is backlog" : "");
  failed(*sweep_trouble_);
  trouble(*sweep_trouble_, true, now, out);
}

bool Region::given_up(const Call& call) const {
  if (call.kind == Call::Kind::Poll) return !schedule_.poll_round();
  return call.kind == Call::Kind::Sweep && !schedule_.sweep_round();
}

void Region::note_habits(StepWriter& out) {
  for (const auto& [event, reason] : schedule_.take_notices()) {
    out.note(Note::Level::Warning, event, {{"region", options_.name}, {"reason", reason}});
  }
}

void Region::tell_unusable(int rows, Now now, StepWriter& out) {
  unusable_rows_ += rows;
  // The same row comes with every poll.
  if (now.mono < tell_unusable_at_) return;
  tell_unusable_at_ = now.mono + kTellAgain;
  out.note(Note::Level::Warning, "rows_unusable",
           {{"region", options_.name},
            {"rows", std::to_string(rows)},
            {"reason", "an action without a usable id, or larger than 1 MiB, is left out"}});
}

Duration Region::pace(MonoTime now) const {
  if (tracker_.open_count() == 0) return options_.poll.idle_interval;
  if (now < young_until_) return options_.poll.min_interval;
  // A little slower than the quota refills: what is saved up buys speed for the next young action.
  return std::max(options_.poll.min_interval, limiter_.sustained() * 21 / 20);
}

Duration Region::interval(const Call& call, MonoTime now) const {
  const Duration longest = pace(now);
  if (longest < options_.poll.min_interval + 1s) return longest;
  return clock_.telling(call.sent + longest) - call.sent;
}

void Region::look_up(const std::vector<ActionId>& ids, Now now) {
  for (const ActionId& id : ids) lookups_.add(id, now.mono);
}

void Region::many_answered(const Call& call, Now now) {
  for (const ActionId& id : call.ids) {
    // observe() has taken those off that the answer showed.
    lookups_.absent(id, now.mono);
  }
}

bool Region::asked_otherwise(const Call& call, const Disposition& outcome, Now now,
                             StepWriter& out) {
  if (outcome.status != 400) return false;
  using Asked = PollSchedule::Asked;
  const Asked asked = call.kind == Call::Kind::Poll    ? Asked::Poll
                      : call.kind == Call::Kind::Sweep ? Asked::Sweep
                                                       : Asked::Lookup;
  // The settings that were refused are not in force any more.
  bool again = given_up(call);
  if (!again && outcome.page_limit) again = schedule_.top_refused(asked, call.top, now.mono);
  note_habits(out);
  if (!again) return false;
  if (call.kind == Call::Kind::Poll) schedule_.poll_abandoned();
  if (call.kind == Call::Kind::Sweep) schedule_.sweep_abandoned();
  if (call.kind == Call::Kind::LookupMany) {
    lookups_.failed(call.ids, outcome.retry_after, now.mono, random_);
  }
  return true;
}

void Region::list_failed(const Call& call, const Disposition& outcome, bool again, Now now,
                         StepWriter& out) {
  if (asked_otherwise(call, outcome, now, out)) return;
  if (call.kind == Call::Kind::LookupMany) {
    const bool refused = outcome.reason == Reason::Query || outcome.reason == Reason::Rejected;
    if (refused && call.many == many_ids_) {
      many_ids_ = many_ids_ == ManyIds::In ? ManyIds::Or : ManyIds::None;
    }
    lookups_.failed(call.ids, outcome.retry_after, now.mono, random_);
    return;
  }
  if (call.kind == Call::Kind::Sweep) {
    if (again) {
      schedule_.sweep_abandoned();
    } else {
      sweep_failed(outcome, now, out);
    }
    return;
  }
  if (again) {
    schedule_.poll_abandoned();
    return;
  }
  const bool refused = outcome.status == 400;
  std::optional<Disposition> failure = outcome;
  if (refused) failure = schedule_.query_refused(outcome, now.mono);
  if (!failure) return;
  schedule_.poll_failed(*failure, now.mono, random_);
  const bool at_once = refused || outcome.reason == Reason::Permission ||
                       outcome.reason == Reason::Auth || waits_long(outcome);
  if (outcome.reason == Reason::Stopped) return;
  failed(*failure);
  trouble(*failure, at_once, now, out);
}

}  // namespace mactiond::core

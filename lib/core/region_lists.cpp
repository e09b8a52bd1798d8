#include <algorithm>
#include <string>
#include <utility>

#include "core/long_wait.hpp"
#include "core/page_facts.hpp"
#include "core/region.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kTellAgain = 1h;

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
  for (const MachineAction& action : listed.actions) observe(action, now, out);
  if (call.kind == Call::Kind::LookupMany) {
    many_answered(call, now);
    return;
  }
  const PageFacts page = facts_of(listed.actions, listed.unusable, listed.has_next_link);
  if (repeats(call, page)) {
    Disposition endless{Verdict::Retry, Reason::BadAnswer, 0, {}, "the list repeats a page"};
    list_failed(call, endless, false, now, out);
    return;
  }
  if (call.kind == Call::Kind::Sweep) {
    if (!schedule_.sweep_page(page, now.mono)) return;
    swept_from_ = sweep_began_;
    look_up(tracker_.unseen_open(Read::Sweep), now);
    return;
  }
  const bool open_set = schedule_.poll_round()->query().kind == Query::Kind::OpenOrCreatedSince;
  const auto watermark = schedule_.watermark();
  // The rest of the round may be pages away.
  if (open_set && page.span) look_up(tracker_.unseen_open(Read::Poll, *page.span), now);
  if (!schedule_.poll_page(page, pace(now.mono), now.mono, {server_now(now), now.wall})) return;
  if (!measured_from_) measured_from_ = server_now(now);
  last_poll_ = now.mono;
  last_poll_wall_ = now.wall;
  well(now, out);
  if (open_set) look_up(tracker_.unseen_open(Read::Poll), now);
  if (schedule_.watermark() != watermark) out.batch().regions.push_back(row());
}

void Region::tell_unusable(int rows, Now now, StepWriter& out) {
  unusable_rows_ += rows;
  // The same row comes with every poll.
  if (now.mono < tell_unusable_at_) return;
  tell_unusable_at_ = now.mono + kTellAgain;
  out.note(Note::Level::Warning, "rows_unusable",
           {{"region", options_.name},
            {"rows", std::to_string(rows)},
            {"reason", "an action without an id, or larger than 1 MiB, is left out"}});
}

bool Region::repeats(const Call& call, const PageFacts& page) const {
  const bool sweep = call.kind == Call::Kind::Sweep;
  return (sweep ? schedule_.sweep_round() : schedule_.poll_round())->repeats(page);
}

Duration Region::pace(MonoTime now) const {
  if (tracker_.open_count() == 0) return options_.poll.idle_interval;
  if (now < young_until_) return options_.poll.min_interval;
  // A little slower than the quota refills: what is saved up buys speed for the next young action.
  return std::max(options_.poll.min_interval, limiter_.sustained() * 21 / 20);
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

void Region::list_failed(const Call& call, const Disposition& outcome, bool again, Now now,
                         StepWriter& out) {
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
      schedule_.sweep_failed(outcome, now.mono, random_);
    }
    return;
  }
  if (outcome.reason == Reason::Query && schedule_.query_refused(server_now(now))) {
    out.note(Note::Level::Warning, "changes_filter_refused",
             {{"region", options_.name}, {"reason", describe(outcome)}});
    out.batch().regions.push_back(row());
    return;
  }
  if (again) {
    schedule_.poll_abandoned();
    return;
  }
  schedule_.poll_failed(outcome, now.mono, random_);
  const bool at_once =
      outcome.reason == Reason::Permission || outcome.reason == Reason::Auth || waits_long(outcome);
  if (outcome.reason == Reason::Stopped) return;
  failed(outcome);
  trouble(outcome, at_once, now, out);
}

}  // namespace mactiond::core

#include "core/region/poll_schedule.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kSweepInterval = 10min;
/// Between the pages of one sweep, so that polls are never held up by more than one of them.
constexpr Duration kSweepPageInterval = 20s;
/// A page of fewer rows holds up nothing, and a service that caps its pages has many of them.
constexpr Duration kSmallSweepPageInterval = 5s;
constexpr int kSmallPage = 1000;
constexpr Duration kBackoffMax = 5min;
/// So rarely that each try has a new token (TokenCache).
constexpr Duration kGrantBackoffMax = 75s;
constexpr Duration kMisjudgedBy = 1h;
/// While an action is this young it changes fast, and saved-up quota is well spent on it.
constexpr Duration kYoung = 1min;

// Whether a small page was cut is found out at once.
Duration sweep_page_interval(const PageFacts& page, const ListRound& round) {
  if (page.rows >= kSmallPage) return kSweepPageInterval;
  const bool maybe_cut = round.pages() == 1 && page.rows < round.query().top;
  return maybe_cut ? Duration{} : kSmallSweepPageInterval;
}

Strategy strategy_of(const Query& query) {
  return query.kind == Query::Kind::ChangedSince ? Strategy::Changes : Strategy::Documented;
}

}  // namespace

void PollSchedule::restore(std::optional<WallTime> watermark,
                           std::optional<WallTime> changes_refused_until) {
  watermark_ = watermark;
  choice_.restore(changes_refused_until);
}

void PollSchedule::configure(const PollOptions& options, bool any_open, Duration sustained,
                             MonoTime now) {
  const bool other_queries =
      options.filters != options_.filters || options.page_size != options_.page_size ||
      options.overlap != options_.overlap || options.lookback != options_.lookback;
  options_ = options;
  if (other_queries) give_up_rounds(now);
  if (poll_.failures() > 0 || !polled_once_) return;
  poll_.bring_forward(std::max(poll_started_ + pace(any_open, sustained, now), now));
}

void PollSchedule::give_up_rounds(MonoTime now) {
  poll_.give_up_round(now);
  sweep_.give_up_round(now);
  choice_.round_given_up();
}

void PollSchedule::start_at(MonoTime when) {
  poll_.set_due(when);
  sweep_.set_due(when);
}

std::optional<Query> PollSchedule::poll_due(MonoTime now, WallTime server_now) {
  if (!poll_.is_due(now)) return std::nullopt;
  if (!poll_.round()) {
    Query query;
    const Strategy strategy = choice_.next(options_.filters, server_now);
    query.kind =
        strategy == Strategy::Changes ? Query::Kind::ChangedSince : Query::Kind::OpenOrCreatedSince;
    query.since = watermark_ ? *watermark_ - options_.overlap : server_now - options_.lookback;
    query.top = page_size(now);
    poll_.begin_round(std::move(query), server_now);
    poll_started_ = now;
  }
  return poll_.round()->query();
}

std::optional<Query> PollSchedule::sweep_due(MonoTime now, WallTime server_now,
                                             std::optional<WallTime> reach) {
  // The first poll shows what the tenant's filters can do and seeds the watermark.
  if (!sweep_.is_due(now) || !polled_once_) return std::nullopt;
  if (!sweep_.round()) {
    Query query;
    query.kind = Query::Kind::CreatedSince;
    query.since = reference(server_now) - options_.lookback;
    query.since = std::min(query.since, reach.value_or(query.since));
    query.top = page_size(now);
    sweep_.begin_round(std::move(query), server_now);
  }
  return sweep_.round()->query();
}

bool PollSchedule::restart_misjudged(WallTime server_now) {
  if (watermark_ || misjudged_ || !poll_.round()) return false;
  if (std::chrono::abs(server_now - poll_.round()->started()) <= kMisjudgedBy) return false;
  misjudged_ = true;
  poll_.drop_round();
  poll_.abandoned();
  return true;
}

bool PollSchedule::poll_page(const PageFacts& page, Duration interval, MonoTime now,
                             const Clocks& clocks) {
  if (auto refusal = choice_.taken(clocks.server)) {
    notices_.push_back({"changes_filter_refused", std::move(*refusal)});
  }
  if (!poll_.page_arrived(page, paging_, now)) return false;
  if (!poll_.round()->shortfall()) move_watermark(poll_.round()->newest_update(), clocks);
  poll_.end_round();
  choice_.round_ended();
  polled_once_ = true;
  poll_.set_due(std::max(poll_started_ + interval, now));
  return true;
}

void PollSchedule::move_watermark(std::optional<WallTime> newest, const Clocks& clocks) {
  // A stamp from the future must not blind the polls to come.
  if (newest) newest = std::min(*newest, clocks.server);
  if (newest) watermark_ = std::max(watermark_.value_or(*newest), *newest);
  if (!watermark_) return;
  const auto [earlier, later] = std::minmax(clocks.server, clocks.local);
  watermark_ = std::clamp(*watermark_, earlier - options_.lookback, later);
}

WallTime PollSchedule::reference(WallTime server_now) const {
  return std::max(server_now, watermark_.value_or(server_now));
}

bool PollSchedule::sweep_page(const PageFacts& page, MonoTime now) {
  if (!sweep_.page_arrived(page, paging_, now)) {
    sweep_.set_due(now + sweep_page_interval(page, *sweep_.round()));
    return false;
  }
  sweep_.end_round();
  sweep_.set_due(now + kSweepInterval);
  return true;
}

void PollSchedule::poll_failed(const Outcome& outcome, bool grant_expected, MonoTime now,
                               Random& random) {
  const bool lacks_role = outcome.reason == Reason::Permission;
  poll_.failed(outcome, lacks_role && grant_expected ? kGrantBackoffMax : kBackoffMax, now, random);
}

void PollSchedule::sweep_failed(const Outcome& outcome, MonoTime now, Random& random) {
  sweep_.failed(outcome, kBackoffMax, now, random);
}

std::optional<Outcome> PollSchedule::query_refused(const Outcome& outcome, MonoTime now) {
  MACTIOND_ASSERT(poll_.round());
  const Query& query = poll_.round()->query();
  const int top = query.top;
  const auto reasons = choice_.refused(strategy_of(query), outcome.detail, options_.filters);
  poll_.drop_round();
  if (!reasons) {
    poll_.abandoned();
    return std::nullopt;
  }
  Outcome all = outcome;
  all.detail = *reasons;
  if (poll_.smallest_refused()) {
    poll_.clear_smallest_refused();
    paging_.smallest_refused(now);
    all.detail += "; pages of fewer rows than " + std::to_string(PageLimit::kSmallest) +
                  " are asked for only where page_size is set so low";
  } else {
    paging_.suspect_top(top, now);
  }
  return all;
}

bool PollSchedule::top_refused(Asked asked, int top, MonoTime now) {
  // No size suited the sweep: it is not tried with all of them at each attempt.
  if (asked == Asked::Sweep && sweep_.smallest_refused()) return false;
  const bool smaller = paging_.top_refused(top, now);
  if (!smaller && asked == Asked::Poll) poll_.set_smallest_refused();
  if (!smaller && asked == Asked::Sweep) sweep_.set_smallest_refused();
  poll_.use_top(page_size(now));
  sweep_.use_top(page_size(now));
  return smaller;
}

std::vector<Notice> PollSchedule::take_notices() {
  auto notices = paging_.take_notices();
  notices.insert(notices.end(), notices_.begin(), notices_.end());
  notices_.clear();
  return notices;
}

void PollSchedule::opened(MonoTime now) {
  if (poll_.round() || poll_.failures() > 0) return;
  poll_.bring_forward(std::max(poll_started_ + options_.min_interval, now));
}

void PollSchedule::appeared(MonoTime now) { young_until_ = now + kYoung; }

Duration PollSchedule::pace(bool any_open, Duration sustained, MonoTime now) const {
  if (!any_open) return options_.idle_interval;
  if (now < young_until_) return options_.min_interval;
  // A little slower than the quota refills. The saved quota is spent on the next young action.
  return std::max(options_.min_interval, sustained * 21 / 20);
}

bool PollSchedule::is_fast(Duration pace) const { return pace < options_.min_interval + 1s; }

std::optional<MonoTime> PollSchedule::sweep_at() const {
  return polled_once_ ? sweep_.due_at() : std::nullopt;
}

}  // namespace mactiond::core

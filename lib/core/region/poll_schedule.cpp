#include "core/region/poll_schedule.hpp"

#include <algorithm>
#include <utility>

#include "base/backoff.hpp"
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
constexpr Duration kBackoffFirst = 5s;
constexpr Duration kBackoffMax = 5min;
/// While a missing role may be granted soon it is looked for this often, so seldom that each try
/// has a new token (TokenCache); for about an hour.
constexpr Duration kPermissionMax = 75s;
constexpr int kPermissionTries = 50;
constexpr Duration kRefusedFor = 24h;
constexpr Duration kMisjudgedBy = 1h;

// Whether a small page was cut is found out at once.
Duration sweep_page_interval(const PageFacts& page, const ListRound& round) {
  if (page.rows >= kSmallPage) return kSweepPageInterval;
  const bool maybe_cut = round.pages() == 1 && page.rows < round.query().top;
  return maybe_cut ? Duration{} : kSmallSweepPageInterval;
}

std::size_t index(Strategy strategy) { return static_cast<std::size_t>(strategy); }

Strategy strategy_of(const Query& query) {
  return query.kind == Query::Kind::ChangedSince ? Strategy::Changes : Strategy::Documented;
}

}  // namespace

void PollSchedule::restore(std::optional<WallTime> watermark,
                           std::optional<WallTime> changes_refused_until) {
  watermark_ = watermark;
  refused_until_ = changes_refused_until;
}

void PollSchedule::configure(const PollOptions& options, Duration interval, MonoTime now) {
  const bool other_queries =
      options.filters != options_.filters || options.page_size != options_.page_size ||
      options.overlap != options_.overlap || options.lookback != options_.lookback;
  options_ = options;
  if (other_queries) give_up_rounds(now);
  if (poll_failures_ > 0 || !polled_once_) return;
  poll_at_ = std::min(poll_at_, std::max(poll_started_ + interval, now));
}

void PollSchedule::give_up_rounds(MonoTime now) {
  poll_.reset();
  sweep_.reset();
  refusals_.fill({});
  smallest_refused_ = sweep_too_large_ = false;
  instead_.reset();
  if (poll_failures_ > 0) poll_at_ = std::min(poll_at_, std::max(poll_held_until_, now));
  if (sweep_failures_ > 0) sweep_at_ = std::min(sweep_at_, std::max(sweep_held_until_, now));
}

void PollSchedule::start_at(MonoTime when) { poll_at_ = sweep_at_ = when; }

Strategy PollSchedule::strategy(WallTime server_now) const {
  if (options_.filters == Filters::Documented) return Strategy::Documented;
  // A refusal noted far in the future was noted by a clock that has been set since.
  const bool refused =
      refused_until_ && server_now < *refused_until_ && *refused_until_ - server_now <= kRefusedFor;
  return refused ? Strategy::Documented : Strategy::Changes;
}

std::optional<Query> PollSchedule::poll_due(MonoTime now, WallTime server_now) {
  if (poll_under_way_ || now < poll_at_) return std::nullopt;
  if (!poll_) {
    Query query;
    const Strategy strategy = instead_.value_or(this->strategy(server_now));
    query.kind =
        strategy == Strategy::Changes ? Query::Kind::ChangedSince : Query::Kind::OpenOrCreatedSince;
    query.since = watermark_ ? *watermark_ - options_.overlap : server_now - options_.lookback;
    query.top = page_size(now);
    poll_.emplace(std::move(query), server_now);
    poll_started_ = now;
  }
  return poll_->query();
}

std::optional<Query> PollSchedule::sweep_due(MonoTime now, WallTime server_now) {
  // The first poll tells what the tenant's filters can do and seeds the watermark.
  if (sweep_under_way_ || now < sweep_at_ || !polled_once_) return std::nullopt;
  if (!sweep_) {
    Query query;
    query.kind = Query::Kind::CreatedSince;
    query.since = reference(server_now) - options_.lookback;
    query.top = page_size(now);
    sweep_.emplace(std::move(query), server_now);
  }
  return sweep_->query();
}

bool PollSchedule::restart_misjudged(WallTime server_now) {
  if (watermark_ || misjudged_ || !poll_) return false;
  if (std::chrono::abs(server_now - poll_->started()) <= kMisjudgedBy) return false;
  misjudged_ = true;
  poll_.reset();
  poll_under_way_ = false;
  return true;
}

bool PollSchedule::poll_page(const PageFacts& page, Duration interval, MonoTime now,
                             const Clocks& clocks) {
  MACTIOND_ASSERT(poll_ && poll_under_way_);
  poll_under_way_ = false;
  poll_failures_ = 0;
  settle_strategy(clocks.server);
  if (poll_->advance(page, paging_, now)) return false;
  poll_shortfall_ = poll_->shortfall();
  if (poll_shortfall_.empty()) move_watermark(clocks);
  poll_.reset();
  instead_.reset();
  polled_once_ = true;
  poll_at_ = std::max(poll_started_ + interval, now);
  return true;
}

void PollSchedule::move_watermark(const Clocks& clocks) {
  const auto newest = poll_->newest_update();
  // A stamp from the future must not blind the polls to come.
  if (newest && *newest <= clocks.server) {
    watermark_ = std::max(watermark_.value_or(*newest), *newest);
  } else if (newest) {
    watermark_ = std::max(watermark_.value_or(clocks.server), clocks.server);
  }
  if (!watermark_) return;
  const auto [earlier, later] = std::minmax(clocks.server, clocks.local);
  watermark_ = std::clamp(*watermark_, earlier - options_.lookback, later);
}

WallTime PollSchedule::reference(WallTime server_now) const {
  return std::max(server_now, watermark_.value_or(server_now));
}

bool PollSchedule::sweep_page(const PageFacts& page, MonoTime now) {
  MACTIOND_ASSERT(sweep_ && sweep_under_way_);
  sweep_under_way_ = false;
  sweep_failures_ = 0;
  sweep_too_large_ = false;
  if (sweep_->advance(page, paging_, now)) {
    sweep_at_ = now + sweep_page_interval(page, *sweep_);
    return false;
  }
  sweep_shortfall_ = sweep_->shortfall();
  sweep_.reset();
  sweep_at_ = now + kSweepInterval;
  return true;
}

void PollSchedule::poll_failed(const Disposition& outcome, MonoTime now, Random& random) {
  poll_under_way_ = false;
  if (outcome.reason == Reason::Stopped) return;
  ++poll_failures_;
  const bool grant_expected =
      outcome.reason == Reason::Permission && poll_failures_ <= kPermissionTries;
  const Duration most = grant_expected ? kPermissionMax : kBackoffMax;
  const Duration delay = backoff(poll_failures_, kBackoffFirst, most, random);
  poll_held_until_ = std::max(poll_held_until_, now + outcome.retry_after.value_or(Duration{}));
  poll_at_ = std::max(now + delay, poll_held_until_);
}

void PollSchedule::sweep_failed(const Disposition& outcome, MonoTime now, Random& random) {
  sweep_under_way_ = false;
  if (outcome.reason == Reason::Stopped) return;
  ++sweep_failures_;
  const Duration delay = backoff(sweep_failures_, kBackoffFirst, kBackoffMax, random);
  sweep_held_until_ = now + outcome.retry_after.value_or(Duration{});
  sweep_at_ = std::max(now + delay, sweep_held_until_);
}

std::optional<Disposition> PollSchedule::query_refused(const Disposition& outcome, MonoTime now) {
  MACTIOND_ASSERT(poll_ && poll_under_way_);
  const Strategy refused = strategy_of(poll_->query());
  const Strategy other = refused == Strategy::Changes ? Strategy::Documented : Strategy::Changes;
  refusals_[index(refused)] = outcome.detail.empty() ? "refused" : outcome.detail;
  const int top = poll_->query().top;
  poll_.reset();
  const bool may_ask_other =
      other == Strategy::Documented || options_.filters != Filters::Documented;
  if (may_ask_other && refusals_[index(other)].empty()) {
    poll_under_way_ = false;
    instead_ = other;
    return std::nullopt;
  }
  instead_.reset();
  Disposition all = outcome;
  if (!refusals_[index(other)].empty()) {
    all.detail = "last-update query: " + refusals_[index(Strategy::Changes)] +
                 "; documented query: " + refusals_[index(Strategy::Documented)];
  }
  refusals_.fill({});
  if (std::exchange(smallest_refused_, false)) {
    paging_.smallest_refused(now);
    all.detail += "; pages of fewer rows than " + std::to_string(Paging::kSmallestTop) +
                  " are asked for only where page_size is set so low";
  } else {
    paging_.suspect_top(top, now);
  }
  return all;
}

void PollSchedule::settle_strategy(WallTime server_now) {
  const std::string& changes = refusals_[index(Strategy::Changes)];
  if (!changes.empty()) {
    refused_until_ = server_now + kRefusedFor;
    notices_.emplace_back("changes_filter_refused", changes);
  } else if (!refusals_[index(Strategy::Documented)].empty()) {
    refused_until_.reset();
  }
  refusals_.fill({});
  smallest_refused_ = false;
}

bool PollSchedule::top_refused(Asked asked, int top, MonoTime now) {
  // No size suited it: it is not tried with all of them at each attempt.
  if (asked == Asked::Sweep && sweep_too_large_) return false;
  const bool smaller = paging_.top_refused(top, now);
  if (!smaller && asked == Asked::Poll) smallest_refused_ = true;
  if (!smaller && asked == Asked::Sweep) sweep_too_large_ = true;
  if (poll_) poll_->use_top(page_size(now));
  if (sweep_) sweep_->use_top(page_size(now));
  return smaller;
}

std::vector<std::pair<std::string, std::string>> PollSchedule::take_notices() {
  auto notices = paging_.take_notices();
  notices.insert(notices.end(), notices_.begin(), notices_.end());
  notices_.clear();
  return notices;
}

void PollSchedule::opened(MonoTime now) {
  if (poll_ || poll_failures_ > 0) return;
  poll_at_ = std::min(poll_at_, std::max(poll_started_ + options_.min_interval, now));
}

std::optional<MonoTime> PollSchedule::poll_at() const {
  return poll_under_way_ ? std::nullopt : std::optional(poll_at_);
}

std::optional<MonoTime> PollSchedule::sweep_at() const {
  if (sweep_under_way_ || !polled_once_) return std::nullopt;
  return sweep_at_;
}

}  // namespace mactiond::core

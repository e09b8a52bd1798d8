#include "core/poll_schedule.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "core/backoff.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;

constexpr Duration kSweepInterval = 10min;
/// Between the pages of one sweep, so that polls are never held up by more than one of them.
constexpr Duration kSweepPageInterval = 20s;
constexpr Duration kBackoffFirst = 5s;
constexpr Duration kBackoffMax = 5min;
/// While a missing role may be granted soon it is looked for this often, so seldom that each try
/// has a new token (TokenCache); for about an hour.
constexpr Duration kPermissionMax = 75s;
constexpr int kPermissionTries = 50;
constexpr Duration kRefusedFor = 24h;
constexpr Duration kMisjudgedBy = 1h;
/// A round that does not end is given up; the sweep finds the rest.
constexpr int kPagesMax = 500;
/// One row in so many is read again with the next page of the open set.
constexpr int kOverlapDivisor = 200;

}  // namespace

bool ListRound::advance(const PageFacts& page) {
  ++pages_;
  fingerprint_ = page.fingerprint;
  if (page.newest_update) {
    newest_update_ = std::max(newest_update_.value_or(*page.newest_update), *page.newest_update);
  }
  const bool more = page.rows > 0 && (page.rows >= query_.top || page.has_next_link);
  if (!more || pages_ >= kPagesMax) return false;
  const bool keyset = query_.kind == Query::Kind::ChangedSince && page.newest_update;
  if (keyset && *page.newest_update > query_.since) {
    query_.since = *page.newest_update;
    query_.skip = 0;
  } else {
    const bool shrinks = query_.kind == Query::Kind::OpenOrCreatedSince;
    query_.skip += page.rows - (shrinks ? page.rows / kOverlapDivisor : 0);
  }
  return true;
}

void PollSchedule::restore(std::optional<WallTime> watermark,
                           std::optional<WallTime> changes_refused_until) {
  watermark_ = watermark;
  refused_until_ = changes_refused_until;
}

void PollSchedule::configure(const PollOptions& options, MonoTime now) {
  options_ = options;
  // A wait that was told us is not cut short.
  if (poll_failures_ == 0) poll_at_ = std::min(poll_at_, now + options_.idle_interval);
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
    query.kind = strategy(server_now) == Strategy::Changes ? Query::Kind::ChangedSince
                                                           : Query::Kind::OpenOrCreatedSince;
    query.since = watermark_ ? *watermark_ - options_.overlap : server_now - options_.lookback;
    query.top = options_.page_size;
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
    query.top = options_.page_size;
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
  if (poll_->advance(page)) return false;
  move_watermark(clocks);
  poll_.reset();
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
  if (sweep_->advance(page)) {
    sweep_at_ = now + kSweepPageInterval;
    return false;
  }
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
  if (outcome.retry_after) held_until_ = std::max(held_until_, now + *outcome.retry_after);
  poll_at_ = std::max(now + delay, held_until_);
}

void PollSchedule::sweep_failed(const Disposition& outcome, MonoTime now, Random& random) {
  sweep_under_way_ = false;
  if (outcome.reason == Reason::Stopped) return;
  ++sweep_failures_;
  const Duration delay = backoff(sweep_failures_, kBackoffFirst, kBackoffMax, random);
  sweep_at_ = now + std::max(delay, outcome.retry_after.value_or(Duration{}));
}

bool PollSchedule::query_refused(WallTime server_now) {
  if (!poll_ || poll_->query().kind != Query::Kind::ChangedSince) return false;
  poll_.reset();
  poll_under_way_ = false;
  refused_until_ = server_now + kRefusedFor;
  return true;
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

#include "core/region/list_lane.hpp"

#include <chrono>
#include <utility>

#include "base/backoff.hpp"
#include "base/error.hpp"

namespace mactiond::core {
namespace {

constexpr Duration kBackoffFirst = std::chrono::seconds(5);

}  // namespace

std::optional<MonoTime> ListLane::due_at() const {
  return call_in_progress_ ? std::nullopt : std::optional(due_);
}

void ListLane::begin_round(Query query, WallTime server_now) {
  round_.emplace(std::move(query), server_now);
}

void ListLane::use_top(int top) {
  if (round_) round_->use_top(top);
}

bool ListLane::page_arrived(const PageFacts& page, Paging& paging, MonoTime now) {
  MACTIOND_ASSERT(round_ && call_in_progress_);
  call_in_progress_ = false;
  failures_ = 0;
  smallest_refused_ = false;
  return !round_->advance(page, paging, now);
}

void ListLane::end_round() {
  shortfall_ = round_->shortfall();
  whole_since_.reset();
  if (round_->is_whole()) whole_since_ = round_->query().since;
  round_.reset();
}

void ListLane::failed(const Outcome& outcome, Duration longest, MonoTime now, Random& random) {
  call_in_progress_ = false;
  if (outcome.reason == Reason::Stopped) return;
  ++failures_;
  const Duration delay = backoff(failures_, kBackoffFirst, longest, random);
  held_until_ = std::max(held_until_, now + outcome.retry_after.value_or(Duration{}));
  due_ = std::max(now + delay, held_until_);
}

void ListLane::give_up_round(MonoTime now) {
  drop_round();
  smallest_refused_ = false;
  if (failures_ > 0) make_due(now);
}

}  // namespace mactiond::core

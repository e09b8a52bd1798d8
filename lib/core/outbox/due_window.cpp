#include "core/outbox/due_window.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "core/outbox/retry_schedule.hpp"

namespace mactiond::core {
namespace {

/// How many due deliveries are read at once.
constexpr std::size_t kWindow = 128;

}  // namespace

bool DueWindow::holds_all(std::int64_t queued) const {
  return queued <= static_cast<std::int64_t>(held());
}

bool DueWindow::wants_load(std::int64_t queued, std::size_t enough, WallTime now) const {
  if (load_ || ready_.size() >= enough || holds_all(queued)) return false;
  return store_may_have_due_ || (next_due_ && *next_due_ <= due_until(now));
}

// A due time further off than any delay was recorded by a clock that was set back while the daemon
// was down: such a delivery is as good as due.
WallTime DueWindow::due_until(WallTime now) const {
  return next_due_ && *next_due_ - now > kDelayMax ? *next_due_ : now;
}

std::size_t DueWindow::begin_load(CommandId id, bool single) {
  // Loaded deliveries are still due in the store, so they come along and are left out on arrival.
  const std::size_t limit = single ? 1 : kWindow + held();
  load_ = Load{id, limit, {}, false};
  store_may_have_due_ = false;
  return limit;
}

void DueWindow::on(DeliveriesLoaded loaded) {
  MACTIOND_ASSERT(load_ && load_->id == loaded.command);
  const Load load = std::move(*load_);
  load_.reset();
  if (load.obsolete) return;
  if (loaded.due.size() >= load.limit) store_may_have_due_ = true;
  next_due_ = loaded.next_due;
  for (DueDelivery& delivery : loaded.due) {
    const std::uint64_t seq = delivery.event.seq;
    if (load.answered.contains(seq) || !seqs_.insert(seq).second) continue;
    ready_.push_back(std::move(delivery));
  }
}

void DueWindow::answered(std::uint64_t seq) {
  seqs_.erase(seq);
  if (load_) load_->answered.insert(seq);
  look();
}

void DueWindow::removed(const std::set<std::uint64_t>& seqs) {
  std::erase_if(ready_, [&](const auto& due) { return seqs.contains(due.event.seq); });
  for (const std::uint64_t seq : seqs) answered(seq);
  look();
}

void DueWindow::waits_until(WallTime due) { next_due_ = std::min(next_due_.value_or(due), due); }

void DueWindow::forget_ready() {
  for (const DueDelivery& delivery : ready_) seqs_.erase(delivery.event.seq);
  ready_.clear();
  if (load_) load_->obsolete = true;
  next_due_.reset();
  look();
}

void DueWindow::shift(Duration by) {
  // The answer of a load in progress is by the former clock.
  if (load_) look();
  if (next_due_) *next_due_ += by;
  for (DueDelivery& delivery : ready_) {
    delivery.due += by;
    if (delivery.failed) *delivery.failed += by;
  }
}

std::optional<MonoTime> DueWindow::due_at(std::int64_t queued, std::size_t enough, Now now) const {
  if (ready_.size() >= enough || !next_due_ || holds_all(queued)) return std::nullopt;
  return now.mono + std::max(*next_due_ - due_until(now.wall), Duration{});
}

}  // namespace mactiond::core

#include "core/outbox.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "core/retry_schedule.hpp"

namespace mactiond::core {
namespace {

/// How many due deliveries are read at once.
constexpr std::size_t kWindow = 128;
/// No delivery waits longer: the schedule's longest delay with its jitter.
constexpr Duration kWaitMax = std::chrono::hours(29);

}  // namespace

std::string describe(const Disposition& outcome) {
  std::string text(to_string(outcome.reason));
  if (outcome.status != 0) text += " " + std::to_string(outcome.status);
  if (!outcome.detail.empty()) text += ": " + outcome.detail;
  return text;
}

Outbox::Outbox(const WebhookOptions& options, const StoredWebhook& stored)
    : options_(options), row_(stored.row), queued_(stored.queued), dead_(stored.dead) {
  row_.webhook = options_.name;
}

void Outbox::added() {
  ++queued_;
  look_ = true;
}

bool Outbox::wants_load(WallTime now) const {
  if (load_ || row_.state == "disabled") return false;
  if (ready_.size() >= static_cast<std::size_t>(options_.max_in_flight)) return false;
  if (queued_ <= static_cast<std::int64_t>(held())) return false;
  return look_ || (next_due_ && *next_due_ <= due_until(now));
}

// A due time further off than any delay was noted by a clock that was set back while nobody watched
// it: such a delivery is as good as due.
WallTime Outbox::due_until(WallTime now) const {
  return next_due_ && *next_due_ - now > kWaitMax ? *next_due_ : now;
}

void Outbox::advance(Now now, std::uint64_t& next_id, std::vector<Command>& commands) {
  while (row_.state == "ok" && !ready_.empty() &&
         in_flight_.size() < static_cast<std::size_t>(options_.max_in_flight)) {
    DueDelivery delivery = std::move(ready_.front());
    ready_.pop_front();
    const CommandId id{++next_id};
    in_flight_.emplace(id, InFlight{delivery.event.seq, delivery.event.id, delivery.attempts + 1});
    commands.push_back(SendDelivery{id, options_.name, std::move(delivery.event),
                                    delivery.attempts + 1, now.mono + options_.timeout});
  }
  if (!wants_load(now.wall)) return;
  // What is held is still due in the store, so it comes along and is left out on arrival.
  load_ = Load{CommandId{++next_id}, kWindow + held(), {}};
  look_ = false;
  commands.push_back(LoadDeliveries{load_->id, options_.name, due_until(now.wall),
                                    static_cast<int>(load_->limit)});
}

void Outbox::on(DeliveriesLoaded loaded) {
  MACTIOND_ASSERT(load_ && load_->id == loaded.command);
  const Load load = std::move(*load_);
  load_.reset();
  if (loaded.due.size() >= load.limit) look_ = true;
  next_due_ = loaded.next_due;
  for (DueDelivery& delivery : loaded.due) {
    const std::uint64_t seq = delivery.event.seq;
    if (load.answered.contains(seq) || !held_seqs_.insert(seq).second) continue;
    ready_.push_back(std::move(delivery));
  }
}

std::optional<WebhookIncident> Outbox::on(const DeliveryAnswered& answered, Now now, Random& random,
                                          Batch& batch) {
  const auto found = in_flight_.find(answered.command);
  MACTIOND_ASSERT(found != in_flight_.end());
  const InFlight delivery = std::move(found->second);
  in_flight_.erase(found);
  held_seqs_.erase(delivery.seq);
  look_ = true;
  if (load_) load_->answered.insert(delivery.seq);

  const Disposition& outcome = answered.outcome;
  if (outcome.reason == Reason::Stopped) return std::nullopt;
  if (outcome.ok()) {
    end(delivery, false, {}, now.wall, batch);
    return std::nullopt;
  }
  if (outcome.reason == Reason::Gone) {
    if (row_.state == "disabled") return std::nullopt;
    row_.state = "disabled";
    batch.webhooks.push_back(row_);
    return WebhookIncident{EventType::WebhookDisabled, delivery.event_id, describe(outcome)};
  }
  return retry(delivery, outcome, now, random, batch);
}

std::optional<WebhookIncident> Outbox::retry(const InFlight& delivery, const Disposition& outcome,
                                             Now now, Random& random, Batch& batch) {
  const auto delay = delay_after(delivery.attempt, random);
  if (!delay) {
    end(delivery, true, describe(outcome), now.wall, batch);
    return WebhookIncident{EventType::WebhookDeadLettered, delivery.event_id, describe(outcome)};
  }
  const Duration wait = std::max(*delay, outcome.retry_after.value_or(Duration{}));
  const WallTime due = now.wall + wait;
  batch.retries.push_back({options_.name, delivery.seq, delivery.attempt, due, describe(outcome)});
  next_due_ = std::min(next_due_.value_or(due), due);
  return std::nullopt;
}

void Outbox::end(const InFlight& delivery, bool dead, const std::string& reason, WallTime now,
                 Batch& batch) {
  batch.ends.push_back({options_.name, delivery.seq, delivery.attempt, dead, reason, now});
  --queued_;
  if (dead) ++dead_;
}

void Outbox::shift(Duration by) {
  if (next_due_) *next_due_ += by;
}

std::optional<MonoTime> Outbox::wake_at(Now now) const {
  if (load_ || row_.state == "disabled" || !next_due_) return std::nullopt;
  if (queued_ <= static_cast<std::int64_t>(held())) return std::nullopt;
  // While the window is full an answer is awaited, not the time.
  if (ready_.size() >= static_cast<std::size_t>(options_.max_in_flight)) return std::nullopt;
  return now.mono + std::max(*next_due_ - due_until(now.wall), Duration{});
}

WebhookStatus Outbox::status() const {
  return {options_.name, row_.state, queued_, dead_, static_cast<int>(in_flight_.size())};
}

}  // namespace mactiond::core

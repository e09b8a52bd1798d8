#include "core/outbox/outbox.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "core/event_filter.hpp"
#include "core/outbox/retry_schedule.hpp"
#include "event/order_key.hpp"

namespace mactiond::core {

Outbox::Outbox(const WebhookOptions& options, const StoredWebhook& stored, Now now)
    : options_(options),
      breaker_(stored.row),
      held_until_(stored.row.held_until),
      queued_(stored.queued),
      dead_(stored.dead),
      pace_(options.max_in_flight),
      digest_(options.digest),
      trouble_(stored.row.trouble),
      overflow_(options) {
  if (!held_until_) return;
  // A silence longer than any that is kept was recorded by a clock that was set back since.
  const Duration left = *held_until_ - now.wall;
  if (left > kDelayMax) {
    held_until_.reset();
  } else {
    pace_.hold(now.mono + std::max(left, Duration{}));
  }
}

void Outbox::configure(const WebhookOptions& options) {
  if (options.max_in_flight != options_.max_in_flight) pace_.configure(options.max_in_flight);
  digest_.configure(options.digest);
  overflow_.configure(options);
  options_ = options;
}

void Outbox::offer(const EventRecord& event, WallTime now, Batch& batch) {
  if (!receives(options_, event)) return;
  batch.deliveries.push_back({options_.name, event.seq, order_of(event), now});
  added();
}

void Outbox::added() {
  ++queued_;
  window_.look();
}

std::size_t Outbox::enough() const {
  return static_cast<std::size_t>(options_.max_in_flight) *
         static_cast<std::size_t>(digest_.most());
}

std::optional<MonoTime> Outbox::silent_until(MonoTime now) const {
  return std::max(pace_.held_until(now), digest_.held_until(now));
}

int Outbox::room(MonoTime now) const {
  if (!breaker_.sending() || digest_.held_until(now)) return 0;
  const int allowed = pace_.room(in_flight_.size(), now);
  return breaker_.probing() ? std::min(allowed, in_flight_.empty() ? 1 : 0) : allowed;
}

bool Outbox::wants_load(Now now) const {
  if (!breaker_.sending() || (breaker_.probing() && window_.held() > 0)) return false;
  return window_.wants_load(queued_, enough(), now.wall);
}

void Outbox::advance(Now now, std::uint64_t& next_id, std::vector<Command>& commands) {
  while (window_.ready() > 0 && room(now.mono) > 0) send(now, next_id, commands);
  load_due(now, next_id, commands);
  load_excess(next_id, commands);
}

void Outbox::send(Now now, std::uint64_t& next_id, std::vector<Command>& commands) {
  std::vector<DueDelivery> taken = window_.take(digest_);
  digest_.sent(now.mono);
  SentMessage message{{}, pace_.era(), now.mono};
  const DueDelivery& first = taken.front();
  if (first.early && first.due > now.wall) message.due = first.due;
  for (const DueDelivery& delivery : taken) {
    message.events.push_back({delivery.event.seq, delivery.event.id, delivery.attempts + 1,
                              delivery.refusals, delivery.early_tries, delivery.failed});
  }
  const CommandId id{++next_id};
  SendDelivery command{id, options_.name, std::move(taken.front().event),
                       message.events.front().attempt, now.mono + options_.timeout};
  for (std::size_t i = 1; i < taken.size(); ++i) command.more.push_back(std::move(taken[i].event));
  in_flight_.emplace(id, std::move(message));
  commands.push_back(std::move(command));
}

void Outbox::load_due(Now now, std::uint64_t& next_id, std::vector<Command>& commands) {
  if (!wants_load(now)) return;
  const bool single = breaker_.probing();
  const bool early = !single && !trouble_.row().unreachable;
  const CommandId id{++next_id};
  const std::size_t limit = window_.begin_load(id, single);
  commands.push_back(LoadDeliveries{id, options_.name, window_.due_until(now.wall),
                                    static_cast<int>(limit), single, early});
}

void Outbox::load_excess(std::uint64_t& next_id, std::vector<Command>& commands) {
  if (removing_) return;
  const auto excess = overflow_.next(queued_, dead_);
  if (!excess) return;
  const bool dead =
      excess->why == Removal::MaxDeadLetters || excess->why == Removal::DeadLetterRetention;
  // Deliveries in flight stay, so that many more are asked for.
  const std::size_t limit = static_cast<std::size_t>(excess->limit) + window_.in_flight();
  removing_ = Removing{CommandId{++next_id}, excess->why, limit, {}, false};
  commands.push_back(
      LoadOldest{removing_->id, options_.name, dead, static_cast<int>(limit), excess->before});
}

WebhookIncidents Outbox::on(const OldestLoaded& loaded, Now now, Batch& batch) {
  MACTIOND_ASSERT(removing_ && removing_->id == loaded.command);
  const Removing removing = std::move(*removing_);
  removing_.reset();
  if (removing.obsolete) return {};
  if (loaded.rows.size() < removing.limit) overflow_.none_left(removing.why);
  std::size_t count = 0;
  if (removing.why == Removal::MaxQueue || removing.why == Removal::QueueRetention) {
    count = bury(removing, loaded.rows, now, batch);
  } else {
    count = loaded.rows.size();
    for (const auto& row : loaded.rows) batch.deleted_letters.push_back({options_.name, row.seq});
    dead_ -= static_cast<std::int64_t>(count);
  }
  if (count == 0) return {};
  const std::string detail = std::to_string(loaded.rows.back().seq) + '@' +
                             std::to_string(now.wall.time_since_epoch().count());
  return {
      {EventType::WebhookDeadLettered, detail, describe(removing.why, count), removing.why, count}};
}

std::size_t Outbox::bury(const Removing& removing, const std::vector<OldestLoaded::Row>& rows,
                         Now now, Batch& batch) {
  std::set<std::uint64_t> staying = removing.answered;
  for (const auto& [id, message] : in_flight_) {
    for (const SentDelivery& delivery : message.events) staying.insert(delivery.seq);
  }
  std::set<std::uint64_t> gone;
  for (const auto& row : rows) {
    if (staying.contains(row.seq)) continue;
    end({row.seq, {}, row.attempts}, true, std::string(to_string(removing.why)), now.wall, batch);
    gone.insert(row.seq);
  }
  window_.removed(gone);
  return gone.size();
}

// It is sent before later events of its action, which may have been read already.
void Outbox::revived() {
  purged();
  added();
  window_.forget_ready();
}

void Outbox::retire() {
  if (removing_) removing_->obsolete = true;
}

void Outbox::purged() {
  --dead_;
  if (removing_) removing_->obsolete = true;
}

void Outbox::shift(Duration by) {
  window_.shift(by);
  if (held_until_) *held_until_ += by;
  trouble_.shift(by);
  for (auto& [id, message] : in_flight_) {
    if (message.due) *message.due += by;
    for (SentDelivery& delivery : message.events) {
      if (delivery.failed) *delivery.failed += by;
    }
  }
}

std::optional<MonoTime> Outbox::watch_at(Now now) const {
  return breaker_.state() == WebhookState::Ok ? trouble_.report_at(now) : std::nullopt;
}

std::optional<MonoTime> Outbox::wake_at(Now now) const {
  if (window_.loading() || !breaker_.sending()) return std::nullopt;
  if (queued_ <= static_cast<std::int64_t>(window_.in_flight())) return std::nullopt;
  // While no attempt may start, an answer is awaited, not a time.
  if (breaker_.probing() && !in_flight_.empty()) return std::nullopt;
  const auto silent = silent_until(now.mono);
  if (window_.ready() > 0 && silent) return silent;
  const auto due = window_.due_at(queued_, enough(), now);
  if (!due) return std::nullopt;
  return std::max(*due, silent.value_or(*due));
}

WebhookStatus Outbox::status() const {
  return {options_.name,
          breaker_.state(),
          queued_,
          dead_,
          static_cast<int>(in_flight_.size()),
          breaker_.reason().empty() ? trouble_.reason() : breaker_.reason(),
          breaker_.by_operator(),
          trouble_.row().reported};
}

}  // namespace mactiond::core

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "core/outbox/delivery_outcome.hpp"
#include "core/outbox/outbox.hpp"
#include "core/outbox/retry_schedule.hpp"

namespace mactiond::core {
namespace {

/// Tries before an attempt of the schedule is due. An event that makes its receiver unreachable has
/// them too, between deliveries of others.
constexpr int kEarlyTries = 3;

std::string incident_detail(const SentDelivery& delivery, WallTime now) {
  return delivery.event_id + '#' + std::to_string(delivery.attempt) + '@' +
         std::to_string(now.time_since_epoch().count());
}

}  // namespace

WebhookIncidents Outbox::on(const DeliveryAnswered& answered, Now now, Random& random,
                            Batch& batch) {
  const auto found = in_flight_.find(answered.command);
  MACTIOND_ASSERT(found != in_flight_.end());
  const SentMessage message = std::move(found->second);
  in_flight_.erase(found);
  for (const SentDelivery& delivery : message.events) {
    window_.answered(delivery.seq);
    if (removing_) removing_->answered.insert(delivery.seq);
  }

  WebhookIncidents incidents;
  const Outcome& outcome = answered.outcome;
  if (outcome.reason == Reason::Stopped) return incidents;
  if (outcome.ok()) {
    delivered(message, now, batch, incidents);
  } else {
    failed(message, outcome, now, random, batch, incidents);
  }
  return incidents;
}

void Outbox::delivered(const SentMessage& message, Now now, Batch& batch,
                       WebhookIncidents& incidents) {
  for (const SentDelivery& delivery : message.events) end(delivery, false, {}, now.wall, batch);
  pace_.succeeded();
  const WallTime since = trouble_.row().since.value_or(now.wall);
  const auto taken = trouble_.taken(now);
  if (taken == ReceiverTrouble::Taken::Recovered) {
    incidents.push_back(
        trouble_incident(EventType::WebhookRecovered, since, "an event was accepted"));
  }
  const auto change = breaker_.accepted();
  if (change == Breaker::Change::Resumed) {
    keep_state(batch);
    incidents.push_back({EventType::WebhookResumed,
                         incident_detail(message.events.front(), now.wall),
                         "the probe was accepted"});
  } else if (change != Breaker::Change::Nothing || taken != ReceiverTrouble::Taken::NothingNew) {
    keep(batch);
  }
}

void Outbox::failed(const SentMessage& message, const Outcome& outcome, Now now, Random& random,
                    Batch& batch, WebhookIncidents& incidents) {
  slow_down(message, outcome, now, random, batch);
  const bool gone = outcome.reason == Reason::Gone;
  if (!gone) record_trouble(message, outcome, now, batch);
  judge(message, outcome, now.wall, batch, incidents);
  // The events stay as they are until an operator resumes the webhook.
  if (gone) return;
  if (refuses_content(outcome)) {
    refused(message, outcome, now, random, batch, incidents);
  } else {
    retry(message, outcome, now, random, batch, incidents);
  }
}

void Outbox::record_trouble(const SentMessage& message, const Outcome& outcome, Now now,
                            Batch& batch) {
  const bool before = trouble_.row().unreachable;
  const SentDelivery& first = message.events.front();
  if (!trouble_.failed({first.seq, message.started, first.failed}, outcome, now)) return;
  keep(batch);
  // The loaded rows may include early tries: they are no longer wanted.
  if (trouble_.row().unreachable != before) window_.forget_ready();
}

// All get the same due time, so that they make one message again.
std::optional<WallTime> Outbox::next_attempt(const SentMessage& message, const Outcome& outcome,
                                             Now now, Random& random) const {
  const Duration least = outcome.retry_after.value_or(Duration{});
  const auto delay = delay_after(message.due ? 1 : message.events.front().attempt, random);
  if (!delay) return std::nullopt;
  const WallTime next = now.wall + std::max(*delay, least);
  return message.due ? std::max(next, *message.due) : next;
}

void Outbox::retry(const SentMessage& message, const Outcome& outcome, Now now, Random& random,
                   Batch& batch, WebhookIncidents& incidents) {
  const auto due = next_attempt(message, outcome, now, random);
  if (!due) return give_up(message, outcome, now.wall, batch, incidents);
  const Duration least = std::max(kRetryLeast, outcome.retry_after.value_or(Duration{}));
  const bool worth_it = is_unreachable(outcome) && *due - now.wall >= 2 * least;
  for (const SentDelivery& delivery : message.events) {
    DeliveryRetryRow row{options_.name, delivery.seq,      delivery.attempt,
                         *due,          describe(outcome), delivery.failed.value_or(now.wall)};
    row.refusals = delivery.refusals;
    if (message.due) {
      // The schedule stays where it was.
      --row.attempts;
      row.early_tries = delivery.early_tries + 1;
    }
    if (worth_it && row.early_tries < kEarlyTries) row.early_from = now.wall + least;
    wait(std::move(row), batch);
  }
}

void Outbox::wait(DeliveryRetryRow row, Batch& batch) {
  window_.waits_until(row.due);
  batch.retries.push_back(std::move(row));
}

void Outbox::refused(const SentMessage& message, const Outcome& outcome, Now now, Random& random,
                     Batch& batch, WebhookIncidents& incidents) {
  if (message.events.size() > 1) return halve(message, outcome, now, random, batch);
  const SentDelivery& delivery = message.events.front();
  const int refusals = delivery.refusals + 1;
  // If everything is refused, this event's content is not the reason: the backlog is kept.
  const bool own_fault = !breaker_.refuses_everything();
  if (own_fault && refusals >= kContentTries) {
    return give_up(message, outcome, now.wall, batch, incidents);
  }
  const auto delay = delay_after(own_fault ? refusals : delivery.attempt, random);
  if (!delay) return give_up(message, outcome, now.wall, batch, incidents);
  const WallTime due = now.wall + std::max(*delay, outcome.retry_after.value_or(Duration{}));
  DeliveryRetryRow row{options_.name, delivery.seq,      delivery.attempt,
                       due,           describe(outcome), delivery.failed.value_or(now.wall)};
  row.refusals = refusals;
  wait(std::move(row), batch);
}

// Different due times make two messages of them.
void Outbox::halve(const SentMessage& message, const Outcome& outcome, Now now, Random& random,
                   Batch& batch) {
  const Duration delay =
      std::max(delay_after(1, random).value(), outcome.retry_after.value_or(Duration{}));
  const std::size_t half = message.events.size() / 2;
  for (std::size_t i = 0; i < message.events.size(); ++i) {
    const SentDelivery& delivery = message.events[i];
    const WallTime due = now.wall + delay + (i < half ? Duration{} : Duration{1});
    DeliveryRetryRow row{options_.name, delivery.seq,      delivery.attempt,
                         due,           describe(outcome), delivery.failed.value_or(now.wall)};
    row.refusals = delivery.refusals;
    wait(std::move(row), batch);
  }
}

void Outbox::give_up(const SentMessage& message, const Outcome& outcome, WallTime now, Batch& batch,
                     WebhookIncidents& incidents) {
  for (const SentDelivery& delivery : message.events) {
    end(delivery, true, describe(outcome), now, batch);
    incidents.push_back({EventType::WebhookDeadLettered, incident_detail(delivery, now),
                         describe(outcome), Removal::Exhausted, 1});
  }
}

void Outbox::judge(const SentMessage& message, const Outcome& outcome, WallTime now, Batch& batch,
                   WebhookIncidents& incidents) {
  const SentDelivery& first = message.events.front();
  const auto change = breaker_.failed(first.seq, outcome);
  if (change == Breaker::Change::Nothing) return;
  if (change == Breaker::Change::Count) return keep(batch);
  keep_state(batch);
  const bool paused = change == Breaker::Change::Paused;
  incidents.push_back({paused ? EventType::WebhookPaused : EventType::WebhookDisabled,
                       incident_detail(first, now), describe(outcome)});
}

void Outbox::slow_down(const SentMessage& message, const Outcome& outcome, Now now, Random& random,
                       Batch& batch) {
  // A receiver that refuses content is not overloaded.
  if (refuses_content(outcome)) return;
  pace_.failed(message.era, outcome, now.mono, random);
  if (!outcome.retry_after || !is_overload(outcome)) return;
  const WallTime until = now.wall + *outcome.retry_after;
  if (held_until_ && *held_until_ >= until) return;
  pace_.hold(now.mono + *outcome.retry_after);
  held_until_ = until;
  keep(batch);
}

WebhookIncidents Outbox::watch(Now now, Batch& batch) {
  if (breaker_.state() != WebhookState::Ok || !trouble_.report(now)) return {};
  keep(batch);
  const TroubleRow& trouble = trouble_.row();
  return {trouble_incident(EventType::WebhookFailing, *trouble.since, trouble.reason)};
}

// The time of the beginning names both events, the beginning and the end.
WebhookIncident Outbox::trouble_incident(EventType type, WallTime since, std::string reason) const {
  WebhookIncident incident;
  incident.type = type;
  incident.detail = "since@" + std::to_string(since.time_since_epoch().count());
  incident.reason = std::move(reason);
  incident.waiting = queued_;
  return incident;
}

void Outbox::keep(Batch& batch) {
  WebhookRow row;
  row.webhook = options_.name;
  breaker_.keep_in(row);
  row.held_until = held_until_;
  row.trouble = trouble_.row();
  batch.webhooks.push_back(std::move(row));
}

// What was read may not be what is to be sent in the new state.
void Outbox::keep_state(Batch& batch) {
  keep(batch);
  window_.forget_ready();
}

void Outbox::end(const SentDelivery& delivery, bool dead, const std::string& reason, WallTime now,
                 Batch& batch) {
  batch.ends.push_back({options_.name, delivery.seq, delivery.attempt, dead, reason, now});
  --queued_;
  if (dead) ++dead_;
}

WebhookIncident Outbox::pause(Now now, Batch& batch) {
  breaker_.pause();
  keep_state(batch);
  return {EventType::WebhookPaused,
          "operator@" + std::to_string(now.wall.time_since_epoch().count()), breaker_.reason()};
}

WebhookIncident Outbox::resume(Now now, Batch& batch) {
  breaker_.resume();
  pace_.forget_failures();
  trouble_.forget();
  keep_state(batch);
  return {EventType::WebhookResumed,
          "operator@" + std::to_string(now.wall.time_since_epoch().count()), "by an operator"};
}

}  // namespace mactiond::core

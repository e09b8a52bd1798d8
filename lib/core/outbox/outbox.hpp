#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/outcome.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/batch.hpp"
#include "core/command.hpp"
#include "core/event.hpp"
#include "core/options.hpp"
#include "core/outbox/breaker.hpp"
#include "core/outbox/digest.hpp"
#include "core/outbox/due_window.hpp"
#include "core/outbox/overflow.hpp"
#include "core/outbox/pace.hpp"
#include "core/outbox/receiver_trouble.hpp"
#include "core/outbox/sent_message.hpp"
#include "core/outbox/webhook_incident.hpp"
#include "core/rows.hpp"
#include "core/snapshot.hpp"
#include "core/status.hpp"

namespace mactiond::core {

/// The deliveries of one webhook. The queue itself is in the store; here is only a bounded window
/// of deliveries that are due, and those in flight.
///
/// Order per action is kept by the store: it hands out a delivery only if it is the oldest open
/// one of its action. Different actions go out side by side, as many as the pace allows, or
/// together in one message (Digest); what becomes of a message becomes of each event in it.
///
/// Whether anything is sent, or a probe alone, is Breaker's decision.
///
/// An event that is refused for its content is given up after three tries, and the next of its
/// action follows. In a message of several events the one that is refused is found by halves.
///
/// An event that waits only because the receiver could not be reached is tried before it is due,
/// once the receiver accepts an event. Such tries keep to the pace. There are a few at most between
/// two attempts of the schedule, so that an event that takes its receiver down does little harm.
class Outbox {
 public:
  Outbox(const WebhookOptions& options, const StoredWebhook& stored, Now now);

  [[nodiscard]] const std::string& name() const { return options_.name; }
  void configure(const WebhookOptions& options);
  /// An event was recorded. If the webhook receives it, its delivery row goes to batch.
  void offer(const EventRecord& event, WallTime now, Batch& batch);
  /// Starts the deliveries that are due and may be sent. next_id numbers commands.
  void advance(Now now, std::uint64_t& next_id, std::vector<Command>& commands);
  void on(DeliveriesLoaded loaded) { window_.on(std::move(loaded)); }
  /// Removes what exceeds the limits; rows go to batch.
  [[nodiscard]] WebhookIncidents on(const OldestLoaded& loaded, Now now, Batch& batch);
  /// What is older than the limits allow will be looked for: Overflow::look_for_old.
  void look_for_old(WallTime today) { overflow_.look_for_old(today); }
  /// Decides what an answer means for the delivery; rows go to batch.
  [[nodiscard]] WebhookIncidents on(const DeliveryAnswered& answered, Now now, Random& random,
                                    Batch& batch);
  /// Reports trouble that has lasted long enough; rows go to batch.
  [[nodiscard]] WebhookIncidents watch(Now now, Batch& batch);
  /// By an operator: nothing is sent from here on; or everything is sent, whatever was in the way.
  /// Only a receiver's Retry-After is still respected.
  [[nodiscard]] WebhookIncident pause(Now now, Batch& batch);
  [[nodiscard]] WebhookIncident resume(Now now, Batch& batch);
  /// A dead letter waits again, or was deleted, by rows that are not the outbox's.
  void revived();
  void purged();
  /// Its webhook is no longer configured: nothing more is removed by the options it had.
  void retire();
  /// The wall clock jumped: waiting times move along.
  void shift(Duration by);

  /// When a waiting delivery becomes due; nothing if none does by time alone.
  [[nodiscard]] std::optional<MonoTime> wake_at(Now now) const;
  /// When watch() will have something to record.
  [[nodiscard]] std::optional<MonoTime> watch_at(Now now) const;
  [[nodiscard]] WebhookStatus status() const;

 private:
  struct Removing {
    CommandId id;
    Removal why = Removal::MaxQueue;
    std::size_t limit = 0;
    std::set<std::uint64_t> answered;
    bool obsolete = false;  ///< what it was asked for changed meanwhile
  };
  /// One more delivery waits.
  void added();
  [[nodiscard]] int room(MonoTime now) const;
  [[nodiscard]] bool wants_load(Now now) const;
  /// As many as can leave side by side.
  [[nodiscard]] std::size_t enough() const;
  /// Set while nothing may start; lies ahead of now.
  [[nodiscard]] std::optional<MonoTime> silent_until(MonoTime now) const;
  void send(Now now, std::uint64_t& next_id, std::vector<Command>& commands);
  void delivered(const SentMessage& message, Now now, Batch& batch, WebhookIncidents& incidents);
  void failed(const SentMessage& message, const Outcome& outcome, Now now, Random& random,
              Batch& batch, WebhookIncidents& incidents);
  void retry(const SentMessage& message, const Outcome& outcome, Now now, Random& random,
             Batch& batch, WebhookIncidents& incidents);
  [[nodiscard]] std::optional<WallTime> next_attempt(const SentMessage& message,
                                                     const Outcome& outcome, Now now,
                                                     Random& random) const;
  void refused(const SentMessage& message, const Outcome& outcome, Now now, Random& random,
               Batch& batch, WebhookIncidents& incidents);
  void halve(const SentMessage& message, const Outcome& outcome, Now now, Random& random,
             Batch& batch);
  void wait(DeliveryRetryRow row, Batch& batch);
  void record_trouble(const SentMessage& message, const Outcome& outcome, Now now, Batch& batch);
  [[nodiscard]] WebhookIncident trouble_incident(EventType type, WallTime since,
                                                 std::string reason) const;
  void keep(Batch& batch);
  void keep_state(Batch& batch);
  void give_up(const SentMessage& message, const Outcome& outcome, WallTime now, Batch& batch,
               WebhookIncidents& incidents);
  void judge(const SentMessage& message, const Outcome& outcome, WallTime now, Batch& batch,
             WebhookIncidents& incidents);
  void slow_down(const SentMessage& message, const Outcome& outcome, Now now, Random& random,
                 Batch& batch);
  void load_due(Now now, std::uint64_t& next_id, std::vector<Command>& commands);
  void load_excess(std::uint64_t& next_id, std::vector<Command>& commands);
  std::size_t bury(const Removing& removing, const std::vector<OldestLoaded::Row>& rows, Now now,
                   Batch& batch);
  void end(const SentDelivery& delivery, bool dead, const std::string& reason, WallTime now,
           Batch& batch);

  WebhookOptions options_;
  Breaker breaker_;
  std::optional<WallTime> held_until_;  ///< WebhookRow::held_until
  std::int64_t queued_ = 0;
  std::int64_t dead_ = 0;
  Pace pace_;
  Digest digest_;
  ReceiverTrouble trouble_;

  DueWindow window_;
  std::map<CommandId, SentMessage> in_flight_;
  Overflow overflow_;
  std::optional<Removing> removing_;
};

}  // namespace mactiond::core

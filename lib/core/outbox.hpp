#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/disposition.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "core/command.hpp"
#include "core/event.hpp"
#include "core/options.hpp"
#include "core/status.hpp"

namespace mactiond::core {

/// What the outbox wants done beside its rows: told to the log and to the other webhooks.
struct WebhookIncident {
  EventType type = EventType::WebhookDeadLettered;
  std::string detail;  ///< tells incidents of one type apart: the event id or the time
  std::string reason;
};

/// The deliveries of one webhook. The queue itself is in the store; here is only a bounded window
/// of deliveries that are due, and those in flight.
///
/// Order per action is kept by the store: it hands out a delivery only if it is the oldest open
/// one of its action. Different actions go out side by side, up to max_in_flight.
class Outbox {
 public:
  Outbox(const WebhookOptions& options, const StoredWebhook& stored);

  /// A delivery row was added for this webhook.
  void added();
  /// Starts what is due and free to go. next_id numbers commands.
  void advance(Now now, std::uint64_t& next_id, std::vector<Command>& commands);
  void on(DeliveriesLoaded loaded);
  /// Decides what an answer means for the delivery; rows go to batch.
  [[nodiscard]] std::optional<WebhookIncident> on(const DeliveryAnswered& answered, Now now,
                                                  Random& random, Batch& batch);
  /// The wall clock jumped: waiting times move along.
  void shift(Duration by);

  /// When a waiting delivery becomes due; nothing if none does by time alone.
  [[nodiscard]] std::optional<MonoTime> wake_at(Now now) const;
  [[nodiscard]] WebhookStatus status() const;

 private:
  struct InFlight {
    std::uint64_t seq = 0;
    std::string event_id;
    int attempt = 0;
  };
  /// A load under way. What it tells of deliveries that were answered meanwhile is out of date.
  struct Load {
    CommandId id;
    std::size_t limit = 0;
    std::set<std::uint64_t> answered;
  };
  [[nodiscard]] bool wants_load(WallTime now) const;
  [[nodiscard]] WallTime due_until(WallTime now) const;
  [[nodiscard]] std::size_t held() const { return ready_.size() + in_flight_.size(); }
  void end(const InFlight& delivery, bool dead, const std::string& reason, WallTime now,
           Batch& batch);
  [[nodiscard]] std::optional<WebhookIncident> retry(const InFlight& delivery,
                                                     const Disposition& outcome, Now now,
                                                     Random& random, Batch& batch);

  WebhookOptions options_;
  WebhookRow row_;
  std::int64_t queued_ = 0;
  std::int64_t dead_ = 0;

  std::deque<DueDelivery> ready_;
  std::map<CommandId, InFlight> in_flight_;
  std::set<std::uint64_t> held_seqs_;  ///< of ready_ and in_flight_
  std::optional<Load> load_;
  /// The store may hold due deliveries that are not here.
  bool look_ = true;
  std::optional<WallTime> next_due_;
};

/// "reason" or "reason 503" or "reason 503: detail".
[[nodiscard]] std::string describe(const Disposition& outcome);

}  // namespace mactiond::core

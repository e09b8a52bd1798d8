#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "action/machine_action.hpp"
#include "action/machine_facts.hpp"
#include "base/time.hpp"
#include "core/credential_mark.hpp"
#include "core/webhook_state.hpp"
#include "event/order_key.hpp"

namespace mactiond::core {

// What a step writes, kind by kind: core/batch.hpp puts it together.

/// The stored copy of an action: inserted or overwritten.
struct ActionRow {
  std::string region;
  MachineAction action;
  WallTime seen{};        ///< the later of our clock and the API's; retention counts from it
  WallTime first_seen{};  ///< kept from the first row of the action; see ActionFacts
  /// What later answers are ordered against, where it is not the action's own stamp.
  std::optional<WallTime> ordered_by{};
  std::optional<WallTime> ended_by{};  ///< the newest stamp that it was final with
};

/// A delivery to make. For each (webhook, order) the store hands out only the oldest open one.
struct DeliveryRow {
  std::string webhook;
  std::uint64_t seq = 0;
  OrderKey order;
  WallTime due{};
};

/// A failed attempt: when to try again.
struct DeliveryRetryRow {
  std::string webhook;
  std::uint64_t seq = 0;
  int attempts = 0;
  WallTime due{};
  std::string reason;  ///< of the last attempt, for operators
  WallTime failed{};   ///< when an attempt failed for the first time
  /// Set where the receiver could not be reached: the delivery may be tried from then on, before
  /// it is due, once the receiver accepts events.
  std::optional<WallTime> early_from{};
  int early_tries = 0;  ///< made before due, since the last attempt of the schedule
  int refusals = 0;     ///< answers so far that refused the event for its content
};

/// A delivery that ended: delivered, or dead with its reason (then it moves to the dead letters).
struct DeliveryEndRow {
  std::string webhook;
  std::uint64_t seq = 0;
  int attempts = 0;
  bool dead = false;
  std::string reason;
  WallTime ended{};  ///< our clock; kept with a dead letter
};

/// When a new region was called for the first time. What happened before is its backlog.
struct FirstCall {
  WallTime when{};
  bool by_server = false;  ///< by the API's clock, at the latest; else by ours
  bool operator==(const FirstCall&) const = default;
};

/// What a region must remember over a restart.
struct RegionRow {
  std::string region;
  std::optional<WallTime> watermark;  ///< newest last update seen in a complete poll
  /// Set while the last-update filter is refused: when to try it again.
  std::optional<WallTime> changes_refused_until;
  /// Set while the region is degraded: the reason reported.
  std::optional<std::string> degraded{};
  bool fresh = false;  ///< no sweep of it has been complete yet: see FirstCall
  std::optional<FirstCall> first_call{};
  std::optional<CredentialMark> credential{};
};

/// One quota window's state: see core/quota/call_meter.hpp. Valid within the named boot only.
struct QuotaRow {
  std::string region;  ///< RegionOptions::counted_by
  std::string window;
  std::string boot_id;
  MonoTime instant{};
  int count = 0;        ///< the limit that the instant was computed under; of the log: its calls
  std::string calls{};  ///< of the log alone: CallLog::Stored
};

/// What is kept of the trouble of a receiver: core/outbox/receiver_trouble.hpp.
struct TroubleRow {
  std::optional<WallTime> since{};  ///< when the first attempt began that failed since a delivery
  bool reported = false;            ///< webhook.failing is recorded, webhook.recovered is not
  std::string reason{};             ///< of a failure since then
  bool unreachable = false;         ///< no delivery was made since it could not be reached
  std::optional<WallTime> taken{};  ///< time of a delivery; there may be later ones
};

struct WebhookRow {
  std::string webhook;
  WebhookState state = WebhookState::Ok;
  int failures_in_a_row = 0;             ///< that need an operator: core/outbox/breaker.hpp
  bool by_operator = false;              ///< paused by hand: nothing is sent, not even a probe
  std::string reason{};                  ///< why it is not ok
  std::optional<WallTime> held_until{};  ///< the receiver asked for silence (Retry-After)
  std::vector<std::uint64_t> refused{};  ///< events refused for their content since a delivery
  TroubleRow trouble{};
};

/// A dead letter, and what its delivery keeps order by when it is replayed.
struct DeadLetterKey {
  std::string webhook;
  std::uint64_t seq = 0;
  OrderKey order{};
};

/// What last changed in a region before then is no event.
struct RegionQuiet {
  std::string region;
  WallTime before{};
  bool operator==(const RegionQuiet&) const = default;
};

/// The last recovery of the store. Written first in its batch.
struct RecoveryRow {
  std::uint64_t after_seq = 0;  ///< events are numbered from the next one on
  WallTime at{};
  std::string boot_id;
  MonoTime mono{};  ///< within that boot
};

/// What the API said about a machine.
struct MachineRow {
  std::string region;
  std::string machine;  ///< the API's id
  MachineFacts facts;
  WallTime read{};
};

/// What operators switched by hand.
struct SwitchRow {
  bool cancelling_suspended = false;
};

}  // namespace mactiond::core

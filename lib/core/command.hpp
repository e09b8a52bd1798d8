#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "action/machine_action.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "core/decision.hpp"
#include "core/event.hpp"
#include "core/event_record.hpp"
#include "core/query.hpp"

namespace mactiond::core {

struct FetchToken {
  CommandId id;
  std::string region;
  MonoTime deadline{};
};

struct ListActions {
  CommandId id;
  std::string region;
  Query query;
  Secret token;
  MonoTime deadline{};
  MonoTime send_by{};  ///< not sent at all after it: core/quota.hpp, kSendWithin
};

struct GetAction {
  CommandId id;
  std::string region;
  ActionId action;
  Secret token;
  MonoTime deadline{};
  MonoTime send_by{};  ///< not sent at all after it: core/quota.hpp, kSendWithin
};

/// POST …/cancel. Sent at most once per command, and only while its token is fresh.
struct CancelAction {
  CommandId id;
  std::string region;
  ActionId action;
  std::string comment;
  Secret token;
  MonoTime deadline{};
  MonoTime send_by{};  ///< not sent at all after it: core/quota.hpp, kSendWithin
};

/// Read from the store, not from the network: the oldest deliveries of a webhook that are due.
struct LoadDeliveries {
  CommandId id;
  std::string webhook;
  WallTime due_until{};
  int limit = 0;
  bool oldest = false;  ///< only the oldest event that waits, if it is due
  /// Also those not due that may be tried as soon as the receiver takes events:
  /// DeliveryRetryRow::early_from.
  bool early = false;
};

/// Read from the store too: the oldest that wait for a webhook, or its oldest dead letters.
struct LoadOldest {
  CommandId id;
  std::string webhook;
  bool dead = false;
  int limit = 0;
  std::optional<WallTime> before{};  ///< only those queued, or dead, since before then
};

struct SendDelivery {
  CommandId id;
  std::string webhook;
  EventRecord event;
  int attempt = 1;  ///< this one, counted from 1
  MonoTime deadline{};
  std::vector<EventRecord> more{};  ///< in the same message, of other actions, in the order of seq
};

using Command = std::variant<FetchToken, ListActions, GetAction, CancelAction, LoadDeliveries,
                             LoadOldest, SendDelivery>;

// Rows to write. The store commits all rows of a step in one transaction.

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

/// A delivery to make. The store keeps per (webhook, action) only the oldest open one attemptable.
struct DeliveryRow {
  std::string webhook;
  std::uint64_t seq = 0;
  ActionId action;  ///< what order is kept by; empty: no order
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
  /// it is due, once the receiver takes events.
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
  /// Set while the region is degraded: the reason told.
  std::string degraded;
  bool fresh = false;  ///< no sweep of it has been complete yet: see FirstCall
  std::optional<FirstCall> first_call{};
};

/// One quota window's state: see core/call_meter.hpp. Valid as it is within the named boot only.
struct QuotaRow {
  std::string region;  ///< RegionOptions::counted_by
  std::string window;
  std::string boot_id;
  MonoTime instant{};
  int count = 0;        ///< the limit that the instant was computed under; of the log: its calls
  std::string calls{};  ///< of the log alone: CallLog::Stored
};

/// What is kept of the trouble of a receiver: core/receiver_trouble.hpp.
struct TroubleRow {
  std::optional<WallTime> since{};  ///< when the first attempt began that failed since a delivery
  bool reported = false;            ///< webhook.failing is recorded, webhook.recovered is not
  std::string reason{};             ///< of a failure since then
  bool unreachable = false;         ///< no delivery was made since it could not be reached
  std::optional<WallTime> taken{};  ///< a delivery; later ones may have been made
};

struct WebhookRow {
  std::string webhook;
  std::string state = "ok";              ///< ok | paused | disabled
  int failures_in_a_row = 0;             ///< of the configuration's kind: core/outbox.hpp
  bool by_operator = false;              ///< paused by hand: nothing is sent, not even a probe
  std::string reason{};                  ///< why it is not ok
  std::optional<WallTime> held_until{};  ///< the receiver asked for silence (Retry-After)
  std::vector<std::uint64_t> refused{};  ///< events refused for their content since a delivery
  TroubleRow trouble{};
};

/// The last recovery of the store. Written first in its batch.
struct RecoveryRow {
  std::uint64_t after_seq = 0;  ///< events are numbered from the next one on
  WallTime at{};
  std::string boot_id;
  MonoTime mono{};  ///< within that boot
  std::optional<WallTime> quiet_before;
};

/// What operators switched by hand.
struct SwitchRow {
  bool cancelling_suspended = false;
};

struct Batch {
  std::vector<ActionRow> actions;
  std::vector<EventRecord> events;  ///< in seq order, without a gap after the last committed
  std::vector<DeliveryRow> deliveries;
  std::vector<DeliveryRetryRow> retries;
  std::vector<DeliveryEndRow> ends;
  std::vector<DeadLetterKey> deleted_letters;
  std::vector<RegionRow> regions;
  std::vector<QuotaRow> quotas;
  std::vector<WebhookRow> webhooks;
  std::optional<SwitchRow> switches;
  std::vector<Decision> decisions;
  std::vector<StaleRow> told_stale;
  std::vector<SuppressedRow> suppressed;
  std::optional<RecoveryRow> recovery;
  std::vector<std::string> recovering;  ///< regions that have not been read whole since
  std::vector<std::string> reread;      ///< regions that have been now
  /// Actions confirmed gone: no longer open, kept until retention takes them.
  std::vector<std::pair<std::string, ActionId>> vanished;
  /// The wall clock jumped by this much: due times of waiting deliveries move along.
  Duration shift_due{};
  /// Finished actions last seen before this, and events no longer needed, may go.
  std::optional<WallTime> prune_before;  ///< removed after the commit, a few rows at a time

  [[nodiscard]] bool empty() const { return ends.empty() && holds_only_ends(); }
  [[nodiscard]] bool holds_only_ends() const {
    return actions.empty() && events.empty() && deliveries.empty() && retries.empty() &&
           deleted_letters.empty() && regions.empty() && quotas.empty() && webhooks.empty() &&
           vanished.empty() && !switches && decisions.empty() && told_stale.empty() &&
           suppressed.empty() && !recovery && recovering.empty() && reread.empty() &&
           shift_due == Duration{} && !prune_before;
  }
};

/// Something an operator may want to read in the daemon's own log. Core itself never logs.
struct Note {
  enum class Level { Debug, Info, Warning, Error };
  Level level = Level::Info;
  std::string event;  ///< snake_case, stable
  std::vector<std::pair<std::string, std::string>> fields;
};

/// A transition as the metrics count it.
struct TransitionFact {
  std::string region;
  std::string to;
  /// Server's last update to now; nothing where it says nothing about us: the change is older
  /// than the first complete poll of this process.
  std::optional<Duration> lag;
};

/// A step of a cancel as the metrics count it.
struct CancelFact {
  std::string region;
  std::string policy;  ///< or "operator"
  std::string result;  ///< requested, confirmed, overtaken, failed, suppressed, stale
};

/// The answer to what an operator asked for. It holds once the step's writes are committed.
struct Reply {
  enum class Outcome : std::uint8_t {
    Done,
    NotFound,
    Refused,  ///< nothing was changed
  };
  Outcome outcome = Outcome::Done;
  std::string text;  ///< what was done; else why not, and what to do about it
};

/// Events that left the queue or the dead letters undelivered, as the metrics count them.
struct RemovalFact {
  std::string webhook;
  std::string reason;  ///< core::to_string(Removal)
  std::size_t count = 0;
};

/// What one event led to. The driver commits writes first, then starts commands.
struct Step {
  Batch writes;
  std::vector<Command> commands;
  std::vector<Note> notes;
  std::vector<TransitionFact> transitions;
  std::vector<CancelFact> cancels;
  std::optional<Reply> reply;  ///< set by what an operator asks for, by nothing else
  std::vector<RemovalFact> removals;
};

// What the store loads at start.

struct StoredAction {
  std::string region;
  ActionId id;
  ActionType type;
  ActionStatus status;
  bool vanished = false;
  std::optional<WallTime> created;
  std::optional<WallTime> last_update;
  std::uint64_t fingerprint = 0;
  WallTime seen{};
  WallTime first_seen{};
  std::optional<WallTime> ordered_by;
  std::optional<WallTime> ended_by;
  // Only for actions that are open:
  std::string machine_id;
  std::string computer_dns_name;
  std::string requestor;
  std::string requestor_comment;
  std::string request_source;
};

struct StoredWebhook {
  WebhookRow row;
  std::int64_t queued = 0;
  std::int64_t dead = 0;
};

struct Snapshot {
  std::uint64_t last_seq = 0;
  std::vector<RegionRow> regions;
  std::vector<QuotaRow> quotas;
  std::vector<StoredAction> actions;
  std::vector<StoredWebhook> webhooks;
  SwitchRow switches;
  std::vector<Decision> decisions;
  std::vector<StaleRow> told_stale;
  std::vector<SuppressedRow> suppressed;
  std::optional<RecoveryRow> recovery;
  std::vector<std::string> recovering;
  /// id_print() of events that the log holds, sorted; empty unless the store was recovered lately.
  std::vector<std::uint64_t> logged;
};

}  // namespace mactiond::core

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "action/machine_action.hpp"
#include "action/machine_facts.hpp"
#include "base/time.hpp"
#include "event/event_type.hpp"

namespace mactiond::core {

/// What an event is about beside its region and its action, for those who decide by it: filters,
/// alerts, the order of deliveries. An empty text: the event says nothing of it.
struct Subject {
  std::string webhook{};  ///< it does not get the event
  std::string type{};     ///< of the action, as ActionType has it
  std::string from{};     ///< of a transition: the former status; empty at first sight
  std::string to{};       ///< of a transition: the new status
  bool backlog = false;   ///< it happened before its region was first called
  std::optional<MachineMarks> machine{};  ///< of the action, where they are known
  bool operator==(const Subject&) const = default;
};

/// One event as it is stored, logged and sent. Immutable from the moment it has a seq.
struct EventRecord {
  std::uint64_t seq = 0;  ///< from 1; 0 where the event has none: EventType::WebhookTest
  std::string id;         ///< make_event_id
  EventType type = EventType::ActionTransition;
  WallTime time{};  ///< when it happened by the server's clock, else when it was decided
  std::string instance;
  std::string region;  ///< empty for webhook.* events
  ActionId action;     ///< empty where the event is not about an action
  /// The action's document as JSON text; empty where there is none. In a Batch it may be left
  /// empty for an event about an action: the commit puts in the stored document.
  std::string document;
  /// The event's own fields as JSON members without braces (JsonMembers::text).
  std::string fields;
  Subject subject{};  ///< not sent: what of it a receiver may know is in fields and document
};

/// Deterministic and instance-independent: "ma_" and the name-based UUID (version 5) of
/// `type|subject|detail`. subject is the action id, region or webhook; detail distinguishes two
/// events of one type about one subject, e.g. by the new status and the last-update ticks.
[[nodiscard]] std::string make_event_id(EventType type, std::string_view subject,
                                        std::string_view detail);

/// The webhook-id of a message with these events: of one its id; of several "ma_" and the
/// name-based UUID of their ids, so that it names the same events wherever they go together.
[[nodiscard]] std::string make_message_id(std::span<const EventRecord> events);

/// The members that the log line and the CloudEvents data share, without braces:
/// "instance":…,"region":…,"action":{…},own fields. Absent parts are left out.
[[nodiscard]] std::string event_members(const EventRecord& event);

/// The transition log's line in format json, with its newline. No "seq" where there is none.
[[nodiscard]] std::string log_line(const EventRecord& event);

}  // namespace mactiond::core

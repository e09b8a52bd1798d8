#include "core/cancel/cancel_events.hpp"

#include <variant>

#include "base/json_text.hpp"

namespace mactiond::core {
namespace {

std::string ticks(WallTime time) { return std::to_string(time.time_since_epoch().count()); }

}  // namespace

std::string make_decision_id(const Decision& decision) {
  const std::string* policy = decision.policy();
  const std::string what = (policy != nullptr ? *policy : std::string()) + '|' + decision.status +
                           '|' + ticks(decision.decided);
  std::string id = make_event_id(EventType::CancelRequested, decision.action.value, what);
  id.replace(0, 2, "md");
  return id;
}

std::string decided_by(const Decision& decision) {
  const std::string* policy = decision.policy();
  return policy != nullptr ? *policy : "operator";
}

EventRecord cancel_event(EventType type, const Decision& decision, int completed_commands,
                         WallTime server) {
  EventRecord event;
  event.type = type;
  event.id = make_event_id(type, decision.action.value, decision.id);
  event.time = server;
  event.region = decision.region;
  event.action = decision.action;
  event.subject.type = decision.type.text();
  JsonMembers fields;
  if (const std::string* policy = decision.policy()) {
    fields.add("policy", *policy);
  } else {
    add_operator(fields, std::get<Operator>(decision.by));
  }
  fields.add("decision_id", decision.id);
  if (type == EventType::CancelOvertaken) fields.add("status", decision.outcome);
  if (type == EventType::CancelFailed) fields.add("reason", decision.outcome);
  if (completed_commands > 0) fields.add("completed_commands", std::int64_t{completed_commands});
  event.fields = fields.text();
  return event;
}

EventRecord stale_event(const StaleRow& row, const ActionType& type, Duration age,
                        bool would_cancel, WallTime server) {
  EventRecord event;
  event.type = EventType::ActionStale;
  event.id = make_event_id(event.type, row.action.value, row.policy + '|' + row.status);
  event.time = server;
  event.region = row.region;
  event.action = row.action;
  event.subject.type = type.text();
  event.fields = JsonMembers()
                     .add("policy", row.policy)
                     .add("age_s", to_seconds(age))
                     .add("would_cancel", would_cancel)
                     .text();
  return event;
}

EventRecord suppressed_event(const SuppressedRow& row, const std::string& region,
                             std::string_view which, int limit, WallTime server) {
  EventRecord event;
  event.type = EventType::CancelSuppressed;
  event.id = make_event_id(event.type, row.policy, ticks(row.hour));
  event.time = server;
  event.region = region;
  event.fields = JsonMembers()
                     .add("policy", row.policy)
                     .add("limit", std::int64_t{limit})
                     .add("which", which)
                     .text();
  return event;
}

}  // namespace mactiond::core

#include "core/region/region_events.hpp"

#include "base/iso_time.hpp"
#include "base/json_text.hpp"

namespace mactiond::core {
namespace {

std::string ticks(WallTime time) { return std::to_string(time.time_since_epoch().count()); }

}  // namespace

EventRecord transition_event(const std::string& region, const MachineAction& action,
                             const Observation& seen, const TransitionTime& shown) {
  EventRecord event;
  event.type = EventType::ActionTransition;
  // As it was sent, possible or not: what can be true depends on when it was asked.
  const WallTime named_by = action.impossible_stamp.value_or(action.stamp());
  event.id = make_event_id(event.type, action.id.value,
                           std::string(action.status.text()) + "|" + ticks(named_by));
  event.time = shown.time;
  event.region = region;
  event.action = action.id;
  event.document = action.document;
  event.subject.type = action.type.text();
  if (seen.from) event.subject.from = seen.from->text();
  event.subject.to = action.status.text();
  event.subject.backlog = shown.backlog;
  JsonMembers fields;
  if (seen.from) {
    fields.add("from", seen.from->text());
  } else {
    fields.add_raw("from", "null");
  }
  fields.add("to", action.status.text());
  if (shown.lag) {
    fields.add("lag_ms", to_milliseconds(*shown.lag));
  } else {
    fields.add_raw("lag_ms", "null");
  }
  if (shown.backlog) fields.add("backlog", true);
  if (seen.correction) fields.add("correction", true);
  if (!shown.submission.empty()) fields.add("submission_id", shown.submission);
  event.fields = fields.text();
  return event;
}

EventRecord vanished_event(const std::string& region, const ActionId& action,
                           const ActionType& type, WallTime stamp, WallTime server) {
  EventRecord event;
  event.type = EventType::ActionVanished;
  event.id = make_event_id(event.type, action.value, ticks(stamp));
  event.time = server;
  event.region = region;
  event.action = action;
  event.subject.type = type.text();
  return event;
}

EventRecord baseline_event(const std::string& region, const Baseline& baseline, WallTime first_call,
                           WallTime server) {
  EventRecord event;
  event.type = EventType::RegionBaseline;
  event.id = make_event_id(event.type, region, ticks(first_call));
  event.time = server;
  event.region = region;
  JsonMembers fields;
  fields.add("open", baseline.open).add("finished", baseline.finished);
  if (baseline.oldest_open) {
    fields.add("oldest_open_s", to_seconds(*baseline.oldest_open));
  } else {
    fields.add_raw("oldest_open_s", "null");
  }
  event.fields = fields.text();
  return event;
}

EventRecord credential_event(const std::string& region, const CredentialMark& mark,
                             WallTime server) {
  EventRecord event;
  event.type = EventType::CredentialExpiring;
  event.id = make_event_id(event.type, region, ticks(mark.end) + "|" + std::to_string(mark.days));
  event.time = server;
  event.region = region;
  event.fields = JsonMembers()
                     .add("days", std::int64_t{mark.days})
                     .add("expires", format_iso_time(mark.end))
                     .text();
  return event;
}

EventRecord region_event(EventType type, const std::string& region, const std::string& reason,
                         WallTime server) {
  EventRecord event;
  event.type = type;
  event.time = server;
  event.id = make_event_id(type, region, ticks(server));
  event.region = region;
  event.fields = JsonMembers().add("reason", reason).text();
  return event;
}

}  // namespace mactiond::core

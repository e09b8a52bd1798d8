#include "core/region_events.hpp"

#include "base/json_text.hpp"

namespace mactiond::core {
namespace {

std::string ticks(WallTime time) { return std::to_string(time.time_since_epoch().count()); }

}  // namespace

EventRecord transition_event(const std::string& region, const MachineAction& action,
                             const Observation& seen, std::optional<Duration> lag,
                             WallTime server) {
  EventRecord event;
  event.type = EventType::ActionTransition;
  event.id = make_event_id(event.type, action.id.value,
                           std::string(action.status.text()) + "|" + ticks(action.stamp()));
  event.time = action.last_update || action.created ? action.stamp() : server;
  event.region = region;
  event.action = action.id;
  event.document = action.document;
  JsonMembers fields;
  if (seen.from) {
    fields.add("from", seen.from->text());
  } else {
    fields.add_raw("from", "null");
  }
  fields.add("to", action.status.text());
  if (lag) {
    fields.add("lag_ms", to_milliseconds(*lag));
  } else {
    fields.add_raw("lag_ms", "null");
  }
  if (seen.correction) fields.add("correction", true);
  event.fields = fields.text();
  return event;
}

EventRecord vanished_event(const std::string& region, const ActionId& action, WallTime stamp,
                           WallTime server) {
  EventRecord event;
  event.type = EventType::ActionVanished;
  event.id = make_event_id(event.type, action.value, ticks(stamp));
  event.time = server;
  event.region = region;
  event.action = action;
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

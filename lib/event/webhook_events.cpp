#include "event/webhook_events.hpp"

#include "base/json_text.hpp"

namespace mactiond::core {

EventRecord webhook_event(EventType type, const std::string& webhook, const std::string& detail,
                          const std::string& reason, WallTime now,
                          std::optional<std::int64_t> waiting, const Operator& by) {
  EventRecord event;
  event.type = type;
  event.id = make_event_id(type, webhook, detail);
  event.time = now;
  event.subject.webhook = webhook;
  JsonMembers fields;
  fields.add("webhook", webhook).add("reason", reason);
  if (waiting) fields.add("waiting", *waiting);
  add_operator(fields, by);
  event.fields = fields.text();
  return event;
}

EventRecord webhook_test_event(const std::string& webhook, const std::string& instance,
                               WallTime now) {
  const std::string detail = "test@" + std::to_string(now.time_since_epoch().count());
  EventRecord event = webhook_event(EventType::WebhookTest, webhook, detail,
                                    "a test by an operator: nothing has happened", now);
  event.instance = instance;
  return event;
}

}  // namespace mactiond::core

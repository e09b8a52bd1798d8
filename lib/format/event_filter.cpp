#include "format/event_filter.hpp"

#include <string>

#include "core/recorder.hpp"
#include "format/facts.hpp"

namespace mactiond::format {

bool is_backlog(const core::EventRecord& event) {
  // The members are our own text: inside a string the quotes would be escaped.
  return event.type == core::EventType::ActionTransition &&
         event.fields.find(R"("backlog":true)") != std::string::npos;
}

bool passes(const core::WebhookFilter& filter, const core::EventRecord& event) {
  if (filter == core::WebhookFilter{}) return true;
  const Facts facts(event);
  core::Subject subject;
  subject.type = facts.of_action("type");
  subject.to = facts.of_event("to");
  return core::passes(filter, event, subject);
}

}  // namespace mactiond::format

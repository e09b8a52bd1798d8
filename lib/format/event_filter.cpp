#include "format/event_filter.hpp"

#include <string>

#include "core/recorder.hpp"
#include "format/facts.hpp"

namespace mactiond::format {

bool passes(const core::WebhookFilter& filter, const core::EventRecord& event) {
  if (filter == core::WebhookFilter{}) return true;
  const Facts facts(event);
  core::Subject subject;
  subject.type = facts.of_action("type");
  subject.to = facts.of_event("to");
  return core::passes(filter, event, subject);
}

}  // namespace mactiond::format

#include "core/event_filter.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/glob.hpp"
#include "event/alert.hpp"

namespace mactiond::core {
namespace {

/// What is known of a machine may be nothing: that fits `*` only.
bool fits_known(const std::vector<std::string>& patterns, std::string_view text) {
  if (patterns.empty()) return true;
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return glob_match(pattern, text); });
}

bool fits(const std::vector<std::string>& patterns, std::string_view text) {
  return text.empty() || fits_known(patterns, text);
}

bool fits_tags(const std::vector<std::string>& patterns, const std::vector<std::string>& tags) {
  if (tags.empty()) return fits_known(patterns, {});
  return std::any_of(tags.begin(), tags.end(),
                     [&](const std::string& tag) { return fits_known(patterns, tag); });
}

bool fits_machine(const WebhookFilter& filter, const std::optional<MachineMarks>& machine) {
  if (!machine) return true;
  return fits_known(filter.machine_group, machine->group) &&
         fits_tags(filter.machine_tag, machine->tags);
}

/// All keys but those of machines. status: what the key `to` is applied to.
bool fits_action(const WebhookFilter& filter, const EventRecord& event, std::string_view status) {
  if (event.subject.backlog && !filter.backlog) return false;
  return fits(filter.event, to_string(event.type)) && fits(filter.region, event.region) &&
         fits(filter.type, event.subject.type) && fits(filter.to, status);
}

}  // namespace

bool passes(const WebhookFilter& filter, const EventRecord& event) {
  return fits_action(filter, event, event.subject.to) &&
         fits_machine(filter, event.subject.machine);
}

bool receives(const WebhookOptions& webhook, const EventRecord& event) {
  if (event.subject.webhook == webhook.name) return false;
  // Missing events concern every receiver, whatever its filter.
  if (event.type == EventType::StoreRecovered) return true;
  if (!webhook.alerts_only) return passes(webhook.filter, event);
  const Alert alert = alert_of(event);
  if (alert == Alert::None) return false;
  if (alert == Alert::Trigger) return passes(webhook.filter, event);
  // Its machine may not have been known when the problem went out.
  return fits_action(webhook.filter, event, event.subject.from);
}

}  // namespace mactiond::core

#include "core/event_filter.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/glob.hpp"
#include "event/alert.hpp"

namespace mactiond::core {
namespace {

bool fits(const std::vector<std::string>& patterns, std::string_view text) {
  if (patterns.empty() || text.empty()) return true;
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return glob_match(pattern, text); });
}

/// status: what the key `to` is applied to.
bool passes(const WebhookFilter& filter, const EventRecord& event, std::string_view status) {
  if (event.subject.backlog && !filter.backlog) return false;
  return fits(filter.event, to_string(event.type)) && fits(filter.region, event.region) &&
         fits(filter.type, event.subject.type) && fits(filter.to, status);
}

}  // namespace

bool passes(const WebhookFilter& filter, const EventRecord& event) {
  return passes(filter, event, event.subject.to);
}

bool receives(const WebhookOptions& webhook, const EventRecord& event) {
  if (event.subject.webhook == webhook.name) return false;
  // Missing events concern every receiver, whatever its filter.
  if (event.type == EventType::StoreRecovered) return true;
  if (!webhook.alerts_only) return passes(webhook.filter, event);
  const Alert alert = alert_of(event);
  if (alert == Alert::None) return false;
  const bool ends = alert == Alert::Resolve;
  return passes(webhook.filter, event, ends ? event.subject.from : event.subject.to);
}

}  // namespace mactiond::core

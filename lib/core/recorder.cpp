#include "core/recorder.hpp"

#include <algorithm>
#include <utility>

#include "base/glob.hpp"
#include "core/recovery.hpp"
#include "event/alert.hpp"
#include "event/delivery_order.hpp"

namespace mactiond::core {
namespace {

bool fits(const std::vector<std::string>& patterns, std::string_view text) {
  if (patterns.empty() || text.empty()) return true;
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return glob_match(pattern, text); });
}

}  // namespace

bool passes(const WebhookFilter& filter, const EventRecord& event, const Subject& subject) {
  return fits(filter.event, to_string(event.type)) && fits(filter.region, event.region) &&
         fits(filter.type, subject.type) && fits(filter.to, subject.to);
}

bool receives(const WebhookOptions& webhook, const EventRecord& event, const Subject& subject) {
  // Missing events concern every receiver, whatever its filter.
  if (event.type == EventType::StoreRecovered) return true;
  if (subject.backlog && !webhook.backlog) return false;
  if (!webhook.alerts_only) return passes(webhook.filter, event, subject);
  const Alert alert = alert_of(event.type, subject.from, subject.to);
  if (alert == Alert::None) return false;
  Subject asked = subject;
  if (alert == Alert::Resolve) asked.to = subject.from;
  return passes(webhook.filter, event, asked);
}

Recorder::Recorder(std::string instance, const std::vector<WebhookOptions>& webhooks,
                   std::uint64_t last_seq)
    : instance_(std::move(instance)), webhooks_(webhooks), last_seq_(last_seq) {}

bool Recorder::knows(const EventRecord& event) const {
  if (std::binary_search(logged_.begin(), logged_.end(), id_hash(event.id))) return true;
  return is_recorded_ && !event.action.value.empty() && is_recorded_(event.action, event.id);
}

std::vector<std::size_t> Recorder::record(EventRecord event, const Subject& subject, WallTime now,
                                          Batch& batch) {
  if (knows(event)) return {};
  event.seq = ++last_seq_;
  event.instance = instance_;
  const ActionId order = order_of(event, subject.webhook);
  std::vector<std::size_t> receivers;
  for (std::size_t i = 0; i < webhooks_.size(); ++i) {
    const WebhookOptions& webhook = webhooks_[i];
    if (webhook.name == subject.webhook || !receives(webhook, event, subject)) continue;
    batch.deliveries.push_back({webhook.name, event.seq, order, now});
    receivers.push_back(i);
  }
  batch.events.push_back(std::move(event));
  return receivers;
}

}  // namespace mactiond::core

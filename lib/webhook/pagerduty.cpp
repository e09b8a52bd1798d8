#include "webhook/pagerduty.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstddef>
#include <string_view>
#include <utility>

#include "base/iso_time.hpp"
#include "event/alert.hpp"
#include "format/summary.hpp"
#include "format/text.hpp"

namespace mactiond::webhook {
namespace {

namespace json = boost::json;
using core::Alert;
using core::EventType;

constexpr std::size_t kKeyMax = 255;
constexpr std::size_t kSourceBytes = 255;

std::string_view severity_word(format::Severity severity) {
  switch (severity) {
    case format::Severity::Error:
      return "error";
    case format::Severity::Warning:
      return "warning";
    default:
      return "info";
  }
}

/// A cancel that failed, a submission that is lost, a webhook that fails, an event that could not
/// be delivered and a test are of their own: the end of another problem must not resolve them.
std::string subject_of(const core::EventRecord& event) {
  if (!event.action.value.empty()) {
    const bool cancel = event.type == EventType::CancelFailed;
    return event.region + ':' + event.action.value + (cancel ? ":cancel" : "");
  }
  if (event.type == EventType::SubmissionLost) return event.region + ":lost:" + event.id;
  if (event.type == EventType::StoreRecovered) return event.instance + ":store";
  if (event.subject.webhook.empty()) return event.region;
  std::string subject = event.instance + ":webhook:" + event.subject.webhook;
  if (event.type == EventType::WebhookDeadLettered) subject += ":dead_letter";
  const bool failing =
      event.type == EventType::WebhookFailing || event.type == EventType::WebhookRecovered;
  if (failing) subject += ":failing";
  if (event.type == EventType::WebhookTest) subject += ":test";
  return subject;
}

std::string dedup_key(const core::EventRecord& event) {
  const std::string subject = subject_of(event);
  std::string key = "mactiond:" + subject;
  if (key.size() <= kKeyMax) return key;
  // Only the name-based id is wanted of it: short, and the same for the same subject.
  return "mactiond:" + core::make_event_id(EventType::ActionTransition, subject, "dedup_key");
}

std::string source_of(const core::EventRecord& event, const format::Facts& facts) {
  for (const std::string_view name :
       {facts.of_action("computerDnsName"), facts.of_action("machineId"),
        std::string_view(event.region), std::string_view(event.instance)}) {
    if (!name.empty()) return format::clip_line(name, kSourceBytes);
  }
  return "mactiond";
}

/// Milliseconds: what their documentation shows.
std::string timestamp_of(WallTime time) {
  constexpr std::size_t kToMilliseconds = 23;
  return format_iso_time(time).substr(0, kToMilliseconds) + 'Z';
}

json::object payload_of(const core::EventRecord& event, const format::Facts& facts, Alert alert) {
  const format::Summary summary = format::summarize(event, facts);
  json::object details;
  for (const format::Line& line : summary.lines) details[line.label] = line.value;
  json::object payload{{"summary", summary.title},
                       {"source", source_of(event, facts)},
                       {"severity", alert == Alert::Trigger ? severity_word(summary.severity)
                                                            : std::string_view("info")},
                       {"timestamp", timestamp_of(event.time)},
                       {"class", core::to_string(event.type)}};
  if (!event.region.empty()) payload["component"] = event.region;
  const std::string_view type = facts.of_action("type");
  if (!type.empty()) payload["group"] = type;
  payload["custom_details"] = std::move(details);
  return payload;
}

}  // namespace

std::string pagerduty_body(const core::EventRecord& event, const Secret& routing_key) {
  const format::Facts facts(event);
  const Alert alert = core::alert_of(event);
  const bool resolve = alert == Alert::Resolve;
  json::object body{{"routing_key", routing_key.reveal()},
                    {"event_action", resolve ? "resolve" : "trigger"},
                    {"dedup_key", dedup_key(event)},
                    {"client", "mactiond"}};
  if (!resolve) body["payload"] = payload_of(event, facts, alert);
  return json::serialize(body);
}

}  // namespace mactiond::webhook

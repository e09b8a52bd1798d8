#include "webhook/payload.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/iso_time.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"
#include "webhook/pagerduty.hpp"
#include "webhook/slack.hpp"
#include "webhook/splunk.hpp"
#include "webhook/teams.hpp"

namespace mactiond::webhook {
namespace {

constexpr const char* kJson = "application/json";

std::string data_json(const core::EventRecord& event) {
  return '{' + core::event_members(event) + '}';
}

// A URN's name is ASCII and has colons of its own, so both parts are percent-encoded.
std::string source_of(const core::EventRecord& event) {
  std::string source = "urn:mactiond:" + percent_encode(event.instance);
  if (!event.region.empty()) source += ':' + percent_encode(event.region);
  return source;
}

std::string subject_of(const core::EventRecord& event) {
  if (!event.action.value.empty()) return event.action.value;
  return event.region.empty() ? event.subject.webhook : event.region;
}

// "; charset=utf-8" in just this spelling: the official JavaScript SDK refuses an upper-case one.
Payload cloud_event(const core::EventRecord& event) {
  JsonMembers members;
  members.add("specversion", "1.0")
      .add("id", event.id)
      .add("source", source_of(event))
      .add("type", fmt::format("io.mactiond.{}.v1", core::to_string(event.type)));
  if (const std::string subject = subject_of(event); !subject.empty()) {
    members.add("subject", subject);
  }
  members.add("time", format_iso_time(event.time)).add("datacontenttype", "application/json");
  if (event.seq != 0) members.add("sequence", fmt::format("{:020}", event.seq));
  if (!event.action.value.empty()) members.add("partitionkey", event.action.value);
  members.add_raw("data", data_json(event));
  return {"application/cloudevents+json; charset=utf-8", '{' + members.text() + '}'};
}

Payload standard(const core::EventRecord& event) {
  JsonMembers members;
  members.add("type", core::to_string(event.type))
      .add("timestamp", format_iso_time(event.time))
      .add_raw("data", data_json(event));
  return {kJson, '{' + members.text() + '}'};
}

}  // namespace

Payload render(const Rendering& rendering, const core::EventRecord& event) {
  switch (rendering.format) {
    case Format::CloudEvents:
      break;
    case Format::Standard:
      return standard(event);
    case Format::Slack:
      return {kJson, slack_body(event)};
    case Format::Teams:
      return {kJson, teams_body(event)};
    case Format::PagerDuty:
      return {kJson, pagerduty_body(event, rendering.token)};
    case Format::SplunkHec:
      return {kJson, splunk_body(event, rendering.splunk_index, rendering.splunk_sourcetype)};
    case Format::Template:
      MACTIOND_ASSERT(rendering.body_template);
      return {kJson, rendering.body_template->render(event)};
  }
  return cloud_event(event);
}

std::size_t digest_max(Format format) { return format == Format::Teams ? kTeamsDigestMax : 1; }

Payload render(const Rendering& rendering, std::span<const core::EventRecord> events) {
  MACTIOND_ASSERT(!events.empty() && events.size() <= digest_max(rendering.format));
  if (events.size() == 1) return render(rendering, events.front());
  return {kJson, teams_digest(events)};
}

}  // namespace mactiond::webhook

#include "webhook/payload.hpp"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "base/iso_time.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"

namespace mactiond::webhook {
namespace {

constexpr std::string_view kCloudEvents = "cloudevents";
constexpr std::string_view kStandard = "standard";

std::string data_json(const core::EventRecord& event) {
  return '{' + core::event_members(event) + '}';
}

// A URN's name is ASCII and has colons of its own, so both parts are percent-encoded.
std::string source_of(const core::EventRecord& event) {
  std::string source = "urn:mactiond:" + percent_encode(event.instance);
  if (!event.region.empty()) source += ':' + percent_encode(event.region);
  return source;
}

// The webhook that the event's own fields name.
std::string webhook_of(const core::EventRecord& event) {
  boost::system::error_code error;
  const boost::json::value fields = boost::json::parse('{' + event.fields + '}', error);
  if (error || !fields.is_object()) return {};
  const boost::json::value* name = fields.get_object().if_contains("webhook");
  return name != nullptr && name->is_string() ? std::string(name->get_string()) : std::string();
}

std::string subject_of(const core::EventRecord& event) {
  if (!event.action.value.empty()) return event.action.value;
  if (!event.region.empty()) return event.region;
  return webhook_of(event);
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
  members.add("time", format_iso_time(event.time))
      .add("datacontenttype", "application/json")
      .add("sequence", fmt::format("{:020}", event.seq));
  if (!event.action.value.empty()) members.add("partitionkey", event.action.value);
  members.add_raw("data", data_json(event));
  return {"application/cloudevents+json; charset=utf-8", '{' + members.text() + '}'};
}

Payload standard(const core::EventRecord& event) {
  JsonMembers members;
  members.add("type", core::to_string(event.type))
      .add("timestamp", format_iso_time(event.time))
      .add_raw("data", data_json(event));
  return {"application/json", '{' + members.text() + '}'};
}

}  // namespace

std::optional<Format> parse_format(std::string_view text) {
  if (text == kCloudEvents) return Format::CloudEvents;
  if (text == kStandard) return Format::Standard;
  return std::nullopt;
}

std::string_view to_string(Format format) {
  switch (format) {
    case Format::CloudEvents:
      return kCloudEvents;
    case Format::Standard:
      return kStandard;
  }
  return kCloudEvents;
}

Payload render(Format format, const core::EventRecord& event) {
  switch (format) {
    case Format::CloudEvents:
      return cloud_event(event);
    case Format::Standard:
      return standard(event);
  }
  return cloud_event(event);
}

}  // namespace mactiond::webhook

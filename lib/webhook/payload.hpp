#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "event/event_record.hpp"
#include "webhook/body_template.hpp"

namespace mactiond::webhook {

enum class Format : std::uint8_t {
  CloudEvents,
  Standard,
  Slack,
  Teams,
  PagerDuty,
  SplunkHec,
  Template
};

[[nodiscard]] constexpr std::string_view to_string(Format format) {
  switch (format) {
    case Format::CloudEvents:
      return "cloudevents";
    case Format::Standard:
      return "standard";
    case Format::Slack:
      return "slack";
    case Format::Teams:
      return "teams";
    case Format::PagerDuty:
      return "pagerduty";
    case Format::SplunkHec:
      return "splunk_hec";
    case Format::Template:
      return "template";
  }
  return "";
}

/// What a format needs beside the event.
struct Rendering {
  Format format = Format::CloudEvents;
  Secret token{};                               ///< PagerDuty's routing key; Splunk's token
  std::string splunk_index{};                   ///< empty: the token's default
  std::string splunk_sourcetype{};              ///< empty: the token's default
  std::string splunk_channel{};                 ///< set: the indexer acknowledges
  std::optional<BodyTemplate> body_template{};  ///< set for Format::Template
};

struct Payload {
  std::string content_type;
  std::string body;
};

/// Renders one event. A pure function: every attempt sends the same bytes.
[[nodiscard]] Payload render(const Rendering& rendering, const core::EventRecord& event);

/// How many events one message of a format may hold.
[[nodiscard]] std::size_t digest_max(Format format);
/// One message of up to digest_max events; none is left out.
[[nodiscard]] Payload render(const Rendering& rendering, std::span<const core::EventRecord> events);

}  // namespace mactiond::webhook

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/event_record.hpp"

namespace mactiond::webhook {

enum class Format : std::uint8_t { CloudEvents, Standard };

[[nodiscard]] std::optional<Format> parse_format(std::string_view text);
[[nodiscard]] std::string_view to_string(Format format);

struct Payload {
  std::string content_type;
  std::string body;
};

/// Renders one event. A pure function of the event: every attempt sends the same bytes.
[[nodiscard]] Payload render(Format format, const core::EventRecord& event);

}  // namespace mactiond::webhook

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "event/event_record.hpp"

namespace mactiond::format {

/// [transition_log] format
enum class LineFormat : std::uint8_t { Json, Ecs, Ocsf, Cef };

/// As configured.
[[nodiscard]] constexpr std::string_view to_string(LineFormat format) {
  switch (format) {
    case LineFormat::Json:
      return "json";
    case LineFormat::Ecs:
      return "ecs";
    case LineFormat::Ocsf:
      return "ocsf";
    case LineFormat::Cef:
      return "cef";
  }
  return "";
}

/// One event as one line without its newline. A raw newline may be between JSON tokens, where the
/// API's own document has one. Every line carries its seq near its beginning, so that a log can be
/// read back whatever format it was written in.
[[nodiscard]] std::string render_line(LineFormat format, const core::EventRecord& event);

/// This much of a line's beginning is enough for the two functions below.
inline constexpr std::size_t kLineHead = 256;

/// The seq of a line of ours in any format; nothing for the line of another program.
[[nodiscard]] std::optional<std::uint64_t> seq_of_line(std::string_view line);

/// What a whole line of ours says about its event, in any format.
struct LineFacts {
  std::uint64_t seq = 0;
  std::string_view id;           ///< empty if it cannot be found
  std::optional<WallTime> time;  ///< to the millisecond at least
  std::string_view type;         ///< core::EventType, in words
  std::string_view region;       ///< empty where the event is not about one
};

/// Nothing for the line of another program.
[[nodiscard]] std::optional<LineFacts> facts_of_line(std::string_view line);

/// Whether torn, the beginning of a line, may be that of event seq in any format.
[[nodiscard]] bool may_begin_line(std::string_view torn, std::uint64_t seq);

}  // namespace mactiond::format

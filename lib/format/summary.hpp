#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "event/event_record.hpp"
#include "format/facts.hpp"

namespace mactiond::format {

enum class Severity : std::uint8_t { Good, Info, Warning, Error };

struct Line {
  std::string label;
  std::string value;
};

/// An event as people read it, without any markup.
struct Summary {
  std::string
      title;  ///< one line, at most 250 bytes: what, on which machine, and what became of it
  Severity severity = Severity::Info;
  std::vector<Line> lines;  ///< the most important first; each value at most 1,000 bytes
};

[[nodiscard]] Summary summarize(const core::EventRecord& event, const Facts& facts);

[[nodiscard]] Severity severity_of(const core::EventRecord& event, const Facts& facts);

/// From the action's creation to the event; nothing where the creation is not known.
[[nodiscard]] std::optional<Duration> age_of(const core::EventRecord& event, const Facts& facts);

}  // namespace mactiond::format

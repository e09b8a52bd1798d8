#pragma once

#include <cstddef>
#include <string>

#include "core/event_record.hpp"

namespace mactiond::webhook {

/// Larger messages do not arrive: Teams' own limit is about 28 KB, and some saw failures earlier.
inline constexpr std::size_t kTeamsBytes = 24'000;

/// A message with one Adaptive Card, version 1.4, at most kTeamsBytes long; a card that had to be
/// cut says so. The event's texts are text runs, which Teams does not read as Markdown.
[[nodiscard]] std::string teams_body(const core::EventRecord& event);

}  // namespace mactiond::webhook

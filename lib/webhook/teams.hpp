#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "event/event_record.hpp"

namespace mactiond::webhook {

/// Larger messages do not arrive: Teams' own limit is about 28 KB, and some saw failures earlier.
inline constexpr std::size_t kTeamsBytes = 24'000;

/// This many events fit in one message, each with its title and some of its facts.
inline constexpr std::size_t kTeamsDigestMax = 25;

/// A message with one Adaptive Card, version 1.4, at most kTeamsBytes long; a card that had to be
/// cut says so. The event's texts are text runs, which Teams does not read as Markdown.
[[nodiscard]] std::string teams_body(const core::EventRecord& event);

/// The same for 2 to kTeamsDigestMax events of one instance: every event's title, and as many of
/// its facts as its part of the message holds.
[[nodiscard]] std::string teams_digest(std::span<const core::EventRecord> events);

}  // namespace mactiond::webhook

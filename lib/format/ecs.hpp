#pragma once

#include <string>
#include <string_view>

#include "event/event_record.hpp"

namespace mactiond::format {

/// The line's beginning up to the seq.
inline constexpr std::string_view kEcsHead = "{\"event\":{\"sequence\":";

/// Elastic Common Schema 8.11, with the fields that Elastic's integration for Defender machine
/// actions fills (packages/microsoft_defender_endpoint, data stream machine_action), so that what
/// was built on those works here. Different on purpose: event.id names the event and not the
/// action, TimeOut and Cancelled have an outcome, externalId is there, and `mactiond` has more.
[[nodiscard]] std::string ecs_line(const core::EventRecord& event);

}  // namespace mactiond::format

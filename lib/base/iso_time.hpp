#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace mactiond {

/// Reads "YYYY-MM-DDThh:mm:ss[.f…][Z|±hh:mm]" as the API prints it: 0 to 7 fraction digits, more
/// are cut off; a missing zone is UTC. Nothing for anything else, or a date that does not exist.
[[nodiscard]] std::optional<WallTime> parse_iso_time(std::string_view text);

/// Seven fraction digits, always: "2026-11-20T10:00:00.1234567Z". Sorts as text.
[[nodiscard]] std::string format_iso_time(WallTime time);

/// As the API prints it: trailing zeros and a bare point cut off. For query filters.
[[nodiscard]] std::string format_iso_time_short(WallTime time);

}  // namespace mactiond

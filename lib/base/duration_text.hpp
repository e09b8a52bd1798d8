#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace mactiond {

/// "500ms", "30s", "5m", "4h", "3d".
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);
/// In the largest unit that fits exactly.
[[nodiscard]] std::string duration_text(Duration value);

}  // namespace mactiond

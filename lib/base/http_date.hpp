#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace mactiond {

/// Reads the three forms of RFC 9110 5.6.7: IMF-fixdate, RFC 850 and asctime. An RFC 850 year of
/// two digits is taken as 1970 to 2069.
[[nodiscard]] std::optional<WallTime> parse_http_date(std::string_view text);

/// IMF-fixdate: "Fri, 20 Nov 2026 10:00:00 GMT".
[[nodiscard]] std::string format_http_date(WallTime time);

}  // namespace mactiond

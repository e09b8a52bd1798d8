#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace mactiond::format {

/// At most bytes bytes; what is cut ends at a whole UTF-8 sequence and shows "…".
[[nodiscard]] std::string clip(std::string_view text, std::size_t bytes);

/// The same on one line: control characters become blanks.
[[nodiscard]] std::string clip_line(std::string_view text, std::size_t bytes);

/// "45 s", "2 h 14 min", "3 d 1 h": the two largest units, cut off. A negative one is "0 s".
[[nodiscard]] std::string duration_words(Duration duration);

/// An HRESULT as operators look it up: -2145844840 is "0x80190198".
[[nodiscard]] std::string hresult_text(std::int64_t value);

}  // namespace mactiond::format

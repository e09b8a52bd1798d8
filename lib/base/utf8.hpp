#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mactiond {

/// Length of the well-formed sequence of several bytes (Unicode 15, table 3-7) that text begins
/// with; 0 if it begins with none. text is not empty; ASCII is not for here and gives 0.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

/// The beginning of text in whole characters, with at most this many bytes.
[[nodiscard]] std::string_view cut_utf8(std::string_view text, std::size_t bytes_max);

[[nodiscard]] bool is_utf8(std::string_view text);
/// How many characters (code points) well-formed text has.
[[nodiscard]] std::size_t count_characters(std::string_view text);
/// Each byte that belongs to no well-formed character becomes U+FFFD, as in JSON that we write.
[[nodiscard]] std::string repair_utf8(std::string_view text);

}  // namespace mactiond

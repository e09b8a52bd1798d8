#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mactiond {

[[nodiscard]] bool iequals(std::string_view a, std::string_view b);
[[nodiscard]] std::string to_lower(std::string_view text);
/// Whether c is one of C0 or DEL.
[[nodiscard]] constexpr bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
}
/// Without leading and trailing blanks (space, tab, CR, LF).
[[nodiscard]] std::string_view trim(std::string_view text);

/// RFC 4648 base64 with padding.
[[nodiscard]] std::string base64_encode(std::string_view bytes);
/// Accepts the standard alphabet, with or without padding; nothing else.
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);
/// RFC 4648 base64url without padding.
[[nodiscard]] std::string base64url_encode(std::string_view bytes);
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

/// Encodes all but RFC 3986 unreserved characters: fit for a path segment, a query value or a
/// form field.
[[nodiscard]] std::string percent_encode(std::string_view text);
/// "%41" -> "A"; plus_is_space for form and query data. Nothing on a broken escape.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

}  // namespace mactiond

#pragma once

#include <string>
#include <string_view>

namespace mactiond {

/// Text as a terminal or a log may show it, whoever wrote it. Control characters (C0, DEL, C1) and
/// line and paragraph separators become a blank. Invisible characters (zero-width, bidirectional
/// controls, tags) and bytes that are not UTF-8 become U+FFFD: with them one name could look like
/// another, or a line could read backwards.
[[nodiscard]] std::string printable(std::string_view text);

/// The same for text of several lines: line feeds stay.
[[nodiscard]] std::string printable_lines(std::string_view text);

/// JSON that says the same, with every character that printable() would replace as an escape. Line
/// feeds stay: JSON has them only between its parts.
[[nodiscard]] std::string printable_json(std::string_view text);
/// The same for TOML.
[[nodiscard]] std::string printable_toml(std::string_view text);

/// Whether text has a control character (C0, DEL, C1) or a line or paragraph separator.
[[nodiscard]] bool has_controls(std::string_view text);

/// Whether text begins or ends with a blank of any kind (also of Unicode, also invisible ones) or
/// with a control character.
[[nodiscard]] bool has_blank_ends(std::string_view text);

}  // namespace mactiond

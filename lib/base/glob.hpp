#pragma once

#include <string>
#include <string_view>

namespace mactiond {

/// Whether text fits pattern by fnmatch(3), letter case ignored. A slash is an ordinary character.
[[nodiscard]] bool glob_match(const std::string& pattern, const std::string& text);

/// Whether the pattern has a character that fnmatch treats specially.
[[nodiscard]] bool is_glob(std::string_view pattern);

}  // namespace mactiond

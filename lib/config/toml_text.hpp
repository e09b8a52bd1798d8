#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mactiond::config {

/// As a TOML basic string, without characters that a terminal obeys.
[[nodiscard]] std::string toml_text(std::string_view text);
/// As a TOML array of such strings.
[[nodiscard]] std::string toml_list(const std::vector<std::string>& items);

}  // namespace mactiond::config

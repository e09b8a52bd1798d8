#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mactiond::config {

/// The 32 digits of a GUID in lower case; it may be written without hyphens and in braces.
[[nodiscard]] std::optional<std::string> guid_digits(std::string_view text);

/// In the form that the portal shows, with hyphens and without braces.
[[nodiscard]] bool is_guid_with_hyphens(std::string_view text);

}  // namespace mactiond::config

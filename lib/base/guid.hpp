#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mactiond {

/// The 32 digits of a GUID in lower case; it may be written without hyphens and in braces.
[[nodiscard]] std::optional<std::string> guid_digits(std::string_view text);

/// In the form that the portal shows, with hyphens and without braces.
[[nodiscard]] bool is_guid_with_hyphens(std::string_view text);

/// The first one of that form in the text, in lower case.
[[nodiscard]] std::optional<std::string> find_guid(std::string_view text);

}  // namespace mactiond

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "http/message.hpp"

namespace mactiond::http {

/// A number of digits only, as headers have it.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);

/// How many bytes the body has; nothing where the header does not say so.
[[nodiscard]] std::optional<std::uint64_t> content_length(const Response& head);

}  // namespace mactiond::http

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include "admin/endpoints.hpp"

namespace mactiond::admin {

/// Characters of an id that suffice where it is unique among all stored actions.
inline constexpr std::size_t kReadingMin = 4;
inline constexpr std::size_t kChangingMin = 8;

/// The action under an id as people type it: whole or its beginning, in any letter case, with or
/// without braces; of the region, or of the only configured one that knows it. Or the answer that
/// says why there is none, or which ones it could be.
[[nodiscard]] std::variant<core::ActionView, http::Response> find_action_of(
    const Call& call, const std::string& written, std::size_t least,
    const std::optional<std::string>& region);

}  // namespace mactiond::admin

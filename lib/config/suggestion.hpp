#pragma once

#include <string_view>
#include <vector>

namespace mactiond::config {

/// The candidate a slip of the keyboard away from word (letters wrong, missing, doubled, swapped);
/// empty if none is near.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       const std::vector<std::string_view>& candidates);

}  // namespace mactiond::config

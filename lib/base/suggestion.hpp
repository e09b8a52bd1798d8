#pragma once

#include <string_view>
#include <vector>

namespace mactiond {

/// The candidate a slip of the keyboard away from word (letters wrong, missing, doubled, swapped);
/// empty if none is near. Letter case does not matter.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       const std::vector<std::string_view>& candidates);

/// The same, else the candidate of which word is a shortened form, or with which it begins alike
/// ("avscan", "success"): for words that people type from memory.
[[nodiscard]] std::string_view closest(std::string_view word,
                                       const std::vector<std::string_view>& candidates);

}  // namespace mactiond

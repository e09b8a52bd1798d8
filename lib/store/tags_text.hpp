#pragma once

#include <string>
#include <vector>

namespace mactiond::store {

using Tags = std::vector<std::string>;

/// A list in JSON.
[[nodiscard]] std::string tags_text(const Tags& tags);
/// What is no text there is left out.
[[nodiscard]] Tags read_tags(const std::string& text);

}  // namespace mactiond::store

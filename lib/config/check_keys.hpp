#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/document.hpp"
#include "config/option.hpp"
#include "config/reader.hpp"

namespace mactiond::config {

using Keys = std::vector<std::string_view>;

template <class Section>
[[nodiscard]] Keys keys_of(const std::vector<Option<Section>>& options) {
  Keys keys;
  for (const auto& option : options) keys.push_back(option.key);
  return keys;
}

/// Reports each key of the table that section, which has keys, does not have, and where it belongs.
/// Keys of defaults are reported where they are.
void check_keys(const Node& table, const std::string& section, const Keys& keys, Reader& reader);

/// Reports what is no section of a file.
void check_sections(const Node& root, Reader& reader);

}  // namespace mactiond::config

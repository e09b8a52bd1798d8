#pragma once

#include <string>
#include <vector>

#include "base/json_text.hpp"

namespace mactiond {

/// A JSON list of strings.
[[nodiscard]] inline std::string json_texts(const std::vector<std::string>& texts) {
  std::string list = "[";
  for (const std::string& text : texts) {
    if (list.size() > 1) list += ',';
    append_json_string(list, text);
  }
  return list + ']';
}

}  // namespace mactiond

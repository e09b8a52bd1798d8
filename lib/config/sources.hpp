#pragma once

#include <string>
#include <variant>
#include <vector>

#include "config/loader.hpp"

namespace mactiond::config {

/// The file at path, then the files conf.d/*.toml beside it in the order of their names; or what
/// cannot be read, one problem for each file.
[[nodiscard]] std::variant<std::vector<SourceText>, std::vector<Problem>> read_sources(
    const std::string& path);

}  // namespace mactiond::config

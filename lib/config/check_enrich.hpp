#pragma once

#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"

namespace mactiond::config {

/// Refuses keys that ask for facts of machines where those are not read. tables are the ones of
/// section; group is the table in them that has the keys.
void check_machine_keys(const Node& root, const std::vector<const Node*>& tables,
                        std::string_view section, std::string_view group, const Config& config,
                        Reader& reader);

}  // namespace mactiond::config

#pragma once

#include <vector>

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"

namespace mactiond::config {

/// How regions are registered and addressed, and whether their values fit each other. tables are
/// what config.regions was read from, in the same order.
void check_regions(const Node& root, const std::vector<const Node*>& tables, const Config& config,
                   Reader& reader);

}  // namespace mactiond::config

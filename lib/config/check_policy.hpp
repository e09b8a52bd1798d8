#pragma once

#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"

namespace mactiond::config {

/// The safety rules of policies. tables are what config.policies was read from, in the same order.
void check_policies(const std::vector<const Node*>& tables, const Config& config, Reader& reader);

/// Warns of each glob under table.path that fits none of the regions.
void check_region_globs(const Node& table, std::string_view section, std::string_view path,
                        const Config& config, Reader& reader);

}  // namespace mactiond::config

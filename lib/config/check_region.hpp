#pragma once

#include <vector>

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"

namespace mactiond::config {

/// What is wrong with how regions are registered and addressed. tables are what config.regions was
/// read from, in the same order.
void check_registrations(const std::vector<const Node*>& tables, const Config& config,
                         Reader& reader);

}  // namespace mactiond::config

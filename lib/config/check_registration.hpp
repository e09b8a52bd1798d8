#pragma once

#include <vector>

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"

namespace mactiond::config {

/// Two regions of one registration are an error, two of one tenant a warning. tables are what
/// config.regions was read from, in the same order.
void check_registrations(const std::vector<const Node*>& tables, const Config& config,
                         Reader& reader);

}  // namespace mactiond::config

#pragma once

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"

namespace mactiond::config {

/// Warns of a known address in another cloud than the region's. table is what region was read from.
void check_cloud(const Node& table, const Region& region, Reader& reader);

}  // namespace mactiond::config

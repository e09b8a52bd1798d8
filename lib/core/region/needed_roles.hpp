#pragma once

#include <vector>

#include "action/needed_role.hpp"
#include "core/options.hpp"

namespace mactiond::core {

/// In the order in which an operator may grant them. The first is the one to follow the region.
[[nodiscard]] std::vector<NeededRole> needed_roles(const Options& options,
                                                   const RegionOptions& region);

}  // namespace mactiond::core

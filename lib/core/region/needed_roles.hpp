#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/options.hpp"

namespace mactiond::core {

/// An application permission that the configuration needs of a region.
struct NeededRole {
  std::string_view role;
  std::string_view instead;        ///< is enough too; empty: nothing else is
  std::vector<std::string> lacks;  ///< what does not work without it, one sentence each
};

/// In the order in which an operator may grant them. The first is the one to follow the region.
[[nodiscard]] std::vector<NeededRole> needed_roles(const Options& options,
                                                   const RegionOptions& region);

[[nodiscard]] bool has_role(const std::vector<std::string>& roles, const NeededRole& needed);

}  // namespace mactiond::core

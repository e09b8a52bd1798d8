#pragma once

#include <vector>

#include "config/config.hpp"
#include "config/option.hpp"

namespace mactiond::config {

/// The rows of [region.auth].
void add_auth(std::vector<Option<Region>>& options);

}  // namespace mactiond::config

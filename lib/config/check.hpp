#pragma once

#include <vector>

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"

namespace mactiond::config {

/// What no option can check alone: names that must be unique, values that must fit each other.
/// regions, policies, webhooks and syslogs are the tables that config was read from, in the same
/// order.
void check(const Node& root, const std::vector<const Node*>& regions,
           const std::vector<const Node*>& policies, const std::vector<const Node*>& webhooks,
           const std::vector<const Node*>& syslogs, const Config& config, Reader& reader);

}  // namespace mactiond::config

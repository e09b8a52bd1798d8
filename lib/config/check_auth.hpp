#pragma once

#include <string_view>

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"

namespace mactiond::config {

/// What a workload identity leaves out is in the variables that Kubernetes sets.
void complete_auth(const Node& table, Region& region);

/// The variable that gave the option its value, if it is not in a file; empty if none did.
[[nodiscard]] std::string_view variable_behind(std::string_view key, const Region& region);

/// Whether [region.auth] has what its kind needs and nothing of another kind. table is what region
/// was read from.
void check_auth(const Node& table, const Region& region, Reader& reader);

}  // namespace mactiond::config

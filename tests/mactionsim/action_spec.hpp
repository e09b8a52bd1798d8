#pragma once

#include <string_view>
#include <vector>

#include "sim/defender_model.hpp"

namespace mactiond::sim {

/// Reads what POST /_sim/actions carries: one action, or a list of them. The refusal's message
/// names the first mistake; then none of them is added.
[[nodiscard]] Answer<std::vector<Spec>> read_action_specs(std::string_view body);

}  // namespace mactiond::sim

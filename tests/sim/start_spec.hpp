#pragma once

#include <string>

#include "action/action_request.hpp"
#include "sim/traits.hpp"

namespace mactiond::sim {

/// The action that a client's POST asks for, without the way over text.
[[nodiscard]] Spec to_spec(const ActionRequest& request, const std::string& machine_id,
                           const std::string& comment);

}  // namespace mactiond::sim

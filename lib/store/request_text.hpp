#pragma once

#include <optional>
#include <string>

#include "core/submission.hpp"

namespace mactiond::store {

/// What an action request has beside its type, as JSON.
[[nodiscard]] std::string request_text(const ActionRequest& request);

/// Nothing for what no program of ours wrote. What the text lacks is as in a new request.
[[nodiscard]] std::optional<ActionRequest> read_request(const std::string& type,
                                                        const std::string& text);

}  // namespace mactiond::store

#pragma once

#include <string_view>
#include <vector>

namespace mactiond {

// What the API is known to send. Both sets are open: it may send others.

[[nodiscard]] std::vector<std::string_view> known_action_types();
[[nodiscard]] std::vector<std::string_view> known_action_statuses();

}  // namespace mactiond

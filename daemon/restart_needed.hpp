#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"

namespace mactiond::daemon {

/// One sentence for each key that differs and takes effect only at a start; empty: next may be
/// taken over while running.
[[nodiscard]] std::vector<std::string> restart_needed(const config::Config& running,
                                                      const config::Config& next);

}  // namespace mactiond::daemon

#pragma once

#include "config/config.hpp"
#include "core/options.hpp"

namespace mactiond::daemon {

/// What the engine takes of a configuration.
[[nodiscard]] core::Options engine_options(const config::Config& config);

}  // namespace mactiond::daemon

#pragma once

#include <string>

#include "config/config.hpp"
#include "doctor/check.hpp"

namespace mactiond::daemon {

/// The room on the disks of the store and of the transition log.
[[nodiscard]] doctor::Checks check_space(const config::Config& config);

}  // namespace mactiond::daemon

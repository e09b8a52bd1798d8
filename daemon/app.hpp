#pragma once

#include "config/config.hpp"
#include "config/loader.hpp"

namespace mactiond::daemon {

/// Runs the daemon until it is told to stop; returns the process's exit code (contract section 1).
/// What cannot be used at start (store, log, sockets) is told on stderr and ends it at once.
/// config_path: where config came from; read again at a reload.
[[nodiscard]] int run(config::Config config, const std::string& config_path,
                      const config::Environment& environment);

}  // namespace mactiond::daemon

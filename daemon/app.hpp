#pragma once

#include <string>
#include <vector>

#include "config/loader.hpp"

namespace mactiond::daemon {

/// One line on stderr for each.
void print_problems(const std::vector<config::Problem>& problems);

/// Runs the daemon until it is asked to stop; returns the process's exit code (mactiond(8)). What
/// cannot be used at start (store, log, sockets) is reported on stderr and ends it at once.
/// config_path: where loaded came from; read again at a reload. loaded is ok().
[[nodiscard]] int run(config::LoadResult loaded, const std::string& config_path,
                      const config::Environment& environment);

}  // namespace mactiond::daemon

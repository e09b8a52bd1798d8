#pragma once

#include "config/config.hpp"
#include "config/loader.hpp"
#include "probe_options.hpp"

namespace mactiond::daemon {

/// Examines what the daemon would reach, before it runs; the report is on stdout. 0, 1 if something
/// is not ok, 69 while a daemon holds the store, 78 where the configuration cannot be used. What it
/// calls is counted in the store, as the daemon's calls are.
[[nodiscard]] int probe(config::LoadResult loaded, const config::Environment& environment,
                        const ProbeOptions& options);

}  // namespace mactiond::daemon

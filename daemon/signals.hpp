#pragma once

namespace mactiond::daemon {

/// Delivers the signals that the daemon answers (SIGTERM, SIGINT, SIGHUP, SIGUSR1). They are held
/// back from before main() on: without its handler each would end the process. One that arrives
/// meanwhile is delivered now.
void release_signals();

}  // namespace mactiond::daemon

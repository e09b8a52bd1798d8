#pragma once

#include "commands.hpp"
#include "pace.hpp"
#include "progress.hpp"
#include "submit_choice.hpp"

namespace mactiond::ctl {

/// Starts an action on one machine, or on each of a file. The exit code: of what was waited for, or
/// that the daemon took it; of several the worst.
[[nodiscard]] int submit(const Session& session, const SubmitChoice& choice, const Pace& pace,
                         Progress& progress);

/// Waits for one that exists already. until nothing: as long as it takes.
[[nodiscard]] int wait_for_submission(const Session& session, const std::string& id,
                                      std::optional<MonoTime> until, const Pace& pace,
                                      Progress& progress);

}  // namespace mactiond::ctl

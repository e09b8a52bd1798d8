#pragma once

#include <string>

#include "commands.hpp"
#include "pace.hpp"
#include "progress.hpp"
#include "time_flag.hpp"

namespace mactiond::ctl {

struct CancelChoice {
  std::string id{};
  std::string comment{};
  std::string region{};
  TimeFlag wait{"--wait"};
};

/// The exit code of a wait: 0 confirmed, 1 failed, 3 overtaken, 4 neither yet.
[[nodiscard]] int cancel(const Session& session, const CancelChoice& choice, const Pace& pace,
                         Progress& progress);

}  // namespace mactiond::ctl

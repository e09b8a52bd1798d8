#pragma once

#include <string>
#include <vector>

#include "commands.hpp"
#include "pace.hpp"
#include "progress.hpp"
#include "time_flag.hpp"

namespace mactiond::ctl {

struct SubmissionsChoice {
  std::string id{};  ///< this one alone
  bool open = false;
  // Each may hold several words between commas.
  std::vector<std::string> states{};
  std::vector<std::string> regions{};
  int limit = 100;
  TimeFlag wait{"--wait"};
};

/// The exit code of a wait is that of submit.
[[nodiscard]] int show_submissions(const Session& session, const SubmissionsChoice& choice,
                                   const Pace& pace, Progress& progress);
/// The machine of an alert.
[[nodiscard]] int show_alert(const Session& session, const std::string& alert,
                             const std::string& region);

}  // namespace mactiond::ctl

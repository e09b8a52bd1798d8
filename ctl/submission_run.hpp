#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "base/exit_code.hpp"
#include "commands.hpp"
#include "pace.hpp"
#include "progress.hpp"
#include "submission_post.hpp"
#include "submit_choice.hpp"

namespace mactiond::ctl {

/// One submission, as far as this run of the program knows it.
struct SubmissionRun {
  std::string machine{};  ///< as it was typed; empty for an alert's
  std::string key{};
  /// What the operator repeats the command with, so that it makes no second one.
  std::string command_key{};
  bool is_random_key = false;        ///< nobody chose it
  boost::json::object submission{};  ///< the newest of it; empty: there is none
  bool is_new = true;                ///< no earlier request made it
  boost::json::object problem{};     ///< why there is none, as the daemon or we say it
  std::string text{};                ///< what became of it, for a person; perhaps several lines
  int exit_code = kExitDone;
  bool is_busy = false;  ///< the daemon answered only that it cannot answer now
};

/// What the steps of a run need.
struct RunTools {
  const Session& session;
  const Pace& pace;
  Progress& progress;
};

/// Asks the daemon for run.machine, or for the alert of the choice.
void post(SubmissionRun& run, const SubmitChoice& choice, const Persistence& how,
          const RunTools& tools);

/// Follows the submission of run to its end or until the time is up. label: before each step that
/// is shown.
void await_end(SubmissionRun& run, std::optional<MonoTime> until, const std::string& label,
               const RunTools& tools);

}  // namespace mactiond::ctl

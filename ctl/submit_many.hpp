#pragma once

#include <string>
#include <vector>

#include "submission_run.hpp"
#include "submit_choice.hpp"

namespace mactiond::ctl {

/// Submits for each machine, one after another, and reports on each: a line for a person, or one
/// JSON object a line, and for a person a summary. The exit code: the worst of all.
[[nodiscard]] int submit_many(std::vector<SubmissionRun> runs, const SubmitChoice& choice,
                              const RunTools& tools);

/// The one that asks for most attention: what may have happened unknown to us comes first.
[[nodiscard]] int worse_of(int one, int other);

/// "3 machines: 2 queued, 1 refused".
[[nodiscard]] std::string summary_of(const std::vector<SubmissionRun>& runs);

}  // namespace mactiond::ctl

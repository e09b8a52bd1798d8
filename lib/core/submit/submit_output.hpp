#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"
#include "core/operator_requests.hpp"
#include "core/submission.hpp"

namespace mactiond::core {

/// What is reported of a submission beside its action's transitions: that it is submitted, refused,
/// lost or expired.
struct SubmissionReport {
  Submission submission;  ///< in that state
  WallTime when{};
};

/// What is in the way of a submission is to be cancelled.
struct BlockerCancel {
  std::string submission;
  AskCancel ask;
};

/// What one step does to submissions. The rows are stored, each over the one before of its id,
/// before anything else of the step takes effect.
struct SubmitOutput {
  std::vector<Submission> rows;
  std::vector<SubmissionReport> reports;
  std::vector<BlockerCancel> cancels;
};

}  // namespace mactiond::core

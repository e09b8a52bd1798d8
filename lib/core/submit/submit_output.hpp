#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "core/operator_requests.hpp"
#include "core/submission.hpp"

namespace mactiond::core {

/// What is reported of a submission beside its action's transitions.
enum class SubmissionNews : std::uint8_t { Submitted, Refused, Lost, Expired };

/// Empty for no enumerator.
[[nodiscard]] constexpr std::string_view to_string(SubmissionNews news) {
  switch (news) {
    case SubmissionNews::Submitted:
      return "submitted";
    case SubmissionNews::Refused:
      return "refused";
    case SubmissionNews::Lost:
      return "lost";
    case SubmissionNews::Expired:
      return "expired";
  }
  return {};
}

struct SubmissionReport {
  SubmissionNews news = SubmissionNews::Submitted;
  Submission submission;  ///< as it was then
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

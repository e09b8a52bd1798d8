#pragma once

#include "core/submit/submit_output.hpp"
#include "event/event_record.hpp"

namespace mactiond::core {

/// submission.submitted, submission.refused, submission.lost or submission.expired.
[[nodiscard]] EventRecord submission_event(const SubmissionReport& report);

}  // namespace mactiond::core

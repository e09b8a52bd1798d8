#pragma once

#include "core/submit/submit_output.hpp"
#include "event/event_record.hpp"

namespace mactiond::core {

/// submission.submitted, submission.refused, submission.lost or submission.expired; type is the one
/// of the report's news.
[[nodiscard]] EventRecord submission_event(EventType type, const SubmissionReport& report);

}  // namespace mactiond::core

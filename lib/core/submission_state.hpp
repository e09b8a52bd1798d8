#pragma once

#include <cstdint>
#include <string_view>

namespace mactiond::core {

/// How far a submission has come. Operators read the names.
enum class SubmissionState : std::uint8_t {
  Queued,     ///< nothing was sent, or what was sent certainly had no effect
  Waiting,    ///< another action of the machine has to end first
  Sent,       ///< a POST may have left; what became of it is not known
  Submitted,  ///< the API has the action
  Succeeded,  ///< the action ended so, as the next three
  Failed,
  TimedOut,
  Cancelled,
  Refused,  ///< the API or a guard said no
  Lost,     ///< no answer came, and a complete list shows no action of it
  Expired,  ///< not sent in time
};

/// Empty for no enumerator.
[[nodiscard]] constexpr std::string_view to_string(SubmissionState state) {
  switch (state) {
    case SubmissionState::Queued:
      return "queued";
    case SubmissionState::Waiting:
      return "waiting";
    case SubmissionState::Sent:
      return "sent";
    case SubmissionState::Submitted:
      return "submitted";
    case SubmissionState::Succeeded:
      return "succeeded";
    case SubmissionState::Failed:
      return "failed";
    case SubmissionState::TimedOut:
      return "timed_out";
    case SubmissionState::Cancelled:
      return "cancelled";
    case SubmissionState::Refused:
      return "refused";
    case SubmissionState::Lost:
      return "lost";
    case SubmissionState::Expired:
      return "expired";
  }
  return {};
}

[[nodiscard]] constexpr bool is_final(SubmissionState state) {
  return state >= SubmissionState::Succeeded;
}

/// Whether its POST may yet leave.
[[nodiscard]] constexpr bool may_send(SubmissionState state) {
  return state <= SubmissionState::Waiting;
}

/// Whether a submission in from may be in to next. No other change is ever made.
[[nodiscard]] constexpr bool may_follow(SubmissionState from, SubmissionState to) {
  using enum SubmissionState;
  switch (from) {
    case Queued:
      return to == Waiting || to == Sent || to == Submitted || to == Refused || to == Expired;
    case Waiting:
      return to == Sent || to == Submitted || to == Refused || to == Expired;
    case Sent:
      return to == Queued || to == Waiting || to == Submitted || to == Refused || to == Lost;
    case Submitted:
      return to == Succeeded || to == Failed || to == TimedOut || to == Cancelled;
    default:
      return false;
  }
}

}  // namespace mactiond::core

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "core/batch.hpp"
#include "core/cancel_result.hpp"
#include "core/command.hpp"
#include "core/log_entry.hpp"
#include "core/question/question.hpp"
#include "core/reply.hpp"
#include "core/submission_state.hpp"

namespace mactiond::core {

/// A transition as the metrics count it.
struct TransitionFact {
  std::string region;
  std::string to;
  /// Server's last update to now; nothing where it says nothing about us: the change is older
  /// than the first complete poll of this process.
  std::optional<Duration> lag;
};

/// A step of a cancel as the metrics count it.
struct CancelFact {
  std::string region;
  std::string policy;  ///< or "operator"
  CancelResult result = CancelResult::Requested;
};

/// A state that a submission has reached, as the metrics count it: queued, submitted, or its end.
struct SubmissionFact {
  std::string region;
  std::string type;  ///< of its action
  SubmissionState state = SubmissionState::Queued;
};

/// Events that left the queue or the dead letters undelivered, as the metrics count them.
struct RemovalFact {
  std::string webhook;
  std::string reason;  ///< core::to_string(Removal)
  std::size_t count = 0;
};

/// What one event led to. The driver commits writes first, then starts commands.
struct Step {
  Batch writes;
  std::vector<Command> commands;
  std::vector<LogEntry> log_entries;
  std::vector<TransitionFact> transitions;
  std::vector<CancelFact> cancels;
  std::vector<SubmissionFact> submissions;
  std::optional<Reply> reply;  ///< set by what an operator asks for, by nothing else
  std::vector<RemovalFact> removals;
  std::vector<AnsweredQuestion> answers;
};

}  // namespace mactiond::core

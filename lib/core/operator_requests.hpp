#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "action/machine_action.hpp"
#include "base/time.hpp"
#include "core/question/question.hpp"
#include "core/rows.hpp"
#include "core/submission.hpp"
#include "event/operator.hpp"

namespace mactiond::core {

// What an operator asks for. Its step carries the answer: core/reply.hpp.

/// All cancelling stops, or is resumed; survives a restart.
struct SuspendCancelling {
  bool suspended = true;
  Operator by{};
};

/// One action is to be cancelled.
struct AskCancel {
  std::string region;
  ActionId action;
  std::string comment;  ///< not empty: the API wants one
  Operator by{};
};

/// An action is to be started on a machine.
struct AskSubmission {
  SubmissionOrder order;
  /// Makes the id one that nobody can foresee: the engine's own numbers follow from those before.
  std::array<std::uint64_t, 2> chance{};
};

/// The API is to be asked. This one has no reply: its end is in the Step::answers of some later
/// step, exactly once.
struct AskQuestion {
  std::uint64_t number = 0;  ///< of no other question
  std::string region;
  Question question;
  Duration patience{};  ///< how long somebody waits for the answer
};

/// A webhook sends nothing until it is resumed, over restarts too; or it sends at once, also one
/// that paused itself or was disabled by a 410.
struct PauseWebhook {
  std::string webhook;
  bool paused = true;
  Operator by{};
};

/// A region is to be tried now, with a new token.
struct RetryRegion {
  std::string region;
  Operator by{};
};

/// Dead letters wait for their webhook again, with all their attempts before them. Each must be
/// there: the caller has just read them from the store. All or none.
struct ReplayDeadLetters {
  std::vector<DeadLetterKey> letters;
  Operator by{};
};

/// Dead letters are deleted for good; read from the store just before, as above.
struct PurgeDeadLetters {
  std::vector<DeadLetterKey> letters;
  Operator by{};
};

}  // namespace mactiond::core

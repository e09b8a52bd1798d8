#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "action/machine_action.hpp"
#include "base/time.hpp"
#include "core/cancel/cancel_guard.hpp"
#include "core/submit/submit_guard.hpp"

namespace mactiond::core {

// The answer to what an operator asked for. It holds once the step's writes are committed. Only
// admin/refusals puts it into words.

/// It is done; with what the operator cannot know.
struct Done {
  std::optional<std::string> decision{};     ///< AskCancel: the decision's id
  std::optional<std::int64_t> next_try_s{};  ///< RetryRegion: 0 while an attempt is in progress
};

/// The action, region or webhook that was named is not known.
struct NotFound {};

/// AskSubmission: it is stored and will be sent.
struct SubmissionAccepted {
  std::string id;
  bool is_new = true;  ///< false: the key stood for it before
};

/// AskSubmission: the key came with another body before.
struct KeyConflict {
  std::string id;  ///< the submission of the key
};

/// An operator's cancel is held back.
struct CancelRefused {
  CancelGuard guard = CancelGuard::NotOpen;
  ActionType type;                        ///< of the action, where it is open
  std::optional<std::string> decision{};  ///< that has not ended
};

/// Nothing can be submitted now.
struct SubmissionHeld {
  SubmitGuard guard = SubmitGuard::Disabled;
  Duration retry_after{};  ///< see SubmitLedger::passes_in
};

/// The receiver said 410: there is nothing to pause.
struct WebhookDisabled {
  std::string webhook;
  std::string reason;
};

/// Dead letters of a webhook that is not configured are not replayed.
struct NoWebhookToReplay {
  std::string webhook;
};

/// A webhook is tested once at a time.
struct TestInProgress {
  std::string webhook;
};

/// One configuration is explained at a time.
struct ExplainInProgress {};

/// The daemon cannot do anything now.
struct Unavailable {
  std::string why;
};

using Refusal = std::variant<CancelRefused, SubmissionHeld, WebhookDisabled, NoWebhookToReplay,
                             TestInProgress, ExplainInProgress, Unavailable>;

/// Nothing was changed.
struct Refused {
  Refusal reason;
};

using Reply = std::variant<Done, NotFound, Refused, SubmissionAccepted, KeyConflict>;

[[nodiscard]] inline bool is_done(const Reply& reply) {
  return std::holds_alternative<Done>(reply);
}

}  // namespace mactiond::core

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "action/machine_action.hpp"
#include "action/start_answer.hpp"
#include "action/token_claims.hpp"
#include "base/outcome.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "core/operator_requests.hpp"
#include "core/question/question.hpp"
#include "core/rows.hpp"
#include "event/event_record.hpp"

namespace mactiond::core {

/// Names a started command; every started command is answered by exactly one event.
struct CommandId {
  std::uint64_t value = 0;
  auto operator<=>(const CommandId&) const = default;
};

/// Time passed: wake_at() was reached.
struct Tick {};

/// Answers FetchToken.
struct TokenFetched {
  CommandId command;
  Outcome outcome;
  Secret token;                              ///< if outcome is ok
  Duration lifetime{};                       ///< from the answer's expires_in
  std::optional<Duration> refresh_in{};      ///< the answer asks to renew it then, not earlier
  std::optional<TokenClaims> claims{};       ///< nothing: the token cannot be read
  std::optional<WallTime> credential_end{};  ///< of what the token was asked with, if known
};

/// Answers ListActions.
struct ActionsListed {
  CommandId command;
  Outcome outcome;
  std::vector<MachineAction> actions;
  int unusable = 0;  ///< rows of the page that were left out: no action can be made of them
  /// The answer carried an @odata.nextLink: there is more than this page. The link itself is
  /// never followed.
  bool has_next_link = false;
  std::optional<WallTime> server_date;
};

/// Answers CancelAction. Ok says that the API took it, no more (docs/defender-api.md 9).
struct CancelAnswered {
  CommandId command;
  Outcome outcome;
  std::optional<WallTime> server_date;
};

/// Answers StartAction.
struct ActionStarted {
  CommandId command;
  StartAnswer answer;
  std::optional<WallTime> server_date;
};

/// Answers AskApi. answer has a value if outcome is ok.
struct QuestionAnswered {
  CommandId command;
  Outcome outcome;
  Answer answer;
  std::optional<WallTime> server_date;
};

/// Answers GetAction. NotFound is an outcome like any other.
struct ActionRead {
  CommandId command;
  Outcome outcome;
  std::optional<MachineAction> action;
  std::optional<WallTime> server_date;
};

/// One stored delivery that may be attempted: the oldest of its (webhook, action).
struct DueDelivery {
  EventRecord event;
  int attempts = 0;  ///< made so far
  WallTime due{};
  std::optional<WallTime> failed{};  ///< when an attempt failed for the first time
  int refusals = 0;                  ///< answers so far that refused the event for its content
  int early_tries = 0;               ///< made before due, since the last attempt of the schedule
  bool early = false;                ///< handed out by LoadDeliveries::early
};

/// Answers LoadDeliveries.
struct DeliveriesLoaded {
  CommandId command;
  std::vector<DueDelivery> due;
  /// When the next one after these becomes due; nothing if none waits.
  std::optional<WallTime> next_due;
};

/// Answers LoadOldest: in order of seq, dead letters in order of their death.
struct OldestLoaded {
  struct Row {
    std::uint64_t seq = 0;
    int attempts = 0;
  };
  CommandId command;
  std::vector<Row> rows;
};

/// Answers SendDelivery.
struct DeliveryAnswered {
  CommandId command;
  Outcome outcome;
};

/// The daemon was asked to stop: nothing new is started from here on.
struct StopRequested {};

/// The store was lost, damaged or older than the transition log: core/recovery.hpp. Comes first.
struct StoreRecovered {
  std::string reason;
  std::uint64_t after_seq = 0;             ///< events are numbered from the next one on
  std::vector<RegionQuiet> quiet{};        ///< of the regions that were followed before
  bool suspend = false;                    ///< whether cancelling was suspended is not known
  std::int64_t kept = 0;                   ///< rows that are still there
  std::int64_t lost = 0;                   ///< rows known to be gone
  std::optional<std::string> set_aside{};  ///< where the damaged file is now, if there is one
};

using Event =
    std::variant<Tick, TokenFetched, ActionsListed, ActionRead, DeliveriesLoaded, OldestLoaded,
                 DeliveryAnswered, StopRequested, CancelAnswered, ActionStarted, QuestionAnswered,
                 AskQuestion, SuspendCancelling, AskCancel, AskSubmission, PauseWebhook,
                 ReplayDeadLetters, PurgeDeadLetters, RetryRegion, StoreRecovered>;

}  // namespace mactiond::core

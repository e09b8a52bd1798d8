#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "action/action_request.hpp"
#include "action/machine_action.hpp"
#include "action/query.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "core/event.hpp"
#include "core/question/question.hpp"
#include "event/event_record.hpp"

namespace mactiond::core {

// What the engine asks its driver to do; each ends in one event.

struct FetchToken {
  CommandId id;
  std::string region;
  MonoTime deadline{};
};

struct ListActions {
  CommandId id;
  std::string region;
  Query query;
  Secret token;
  MonoTime deadline{};
  MonoTime send_by{};  ///< not sent at all after it: core/quota/token_bucket.hpp, kSendWithin
};

struct GetAction {
  CommandId id;
  std::string region;
  ActionId action;
  Secret token;
  MonoTime deadline{};
  MonoTime send_by{};  ///< not sent at all after it: core/quota/token_bucket.hpp, kSendWithin
};

/// POST …/cancel. Sent at most once per command, and only while its token is fresh.
struct CancelAction {
  CommandId id;
  std::string region;
  ActionId action;
  std::string comment;
  Secret token;
  MonoTime deadline{};
  MonoTime send_by{};  ///< not sent at all after it: core/quota/token_bucket.hpp, kSendWithin
};

/// The POST that starts an action on a machine. Sent at most once per command.
struct StartAction {
  CommandId id;
  std::string region;
  std::string machine;  ///< the API's id of it
  ActionRequest request;
  std::string comment;  ///< with the tag
  Secret token;
  MonoTime deadline{};
  MonoTime send_by{};  ///< not sent at all after it: core/quota/token_bucket.hpp, kSendWithin
};

/// A GET that answers what an operator asked.
struct AskApi {
  CommandId id;
  std::string region;
  Question question;
  Secret token;
  MonoTime deadline{};
  MonoTime send_by{};  ///< not sent at all after it: core/quota/token_bucket.hpp, kSendWithin
};

/// Read from the store, not from the network: the oldest deliveries of a webhook that are due.
struct LoadDeliveries {
  CommandId id;
  std::string webhook;
  WallTime due_until{};
  int limit = 0;
  bool oldest = false;  ///< only the oldest event that waits, if it is due
  /// Also those not due that may be tried as soon as the receiver accepts events:
  /// DeliveryRetryRow::early_from.
  bool early = false;
};

/// Read from the store too: the oldest that wait for a webhook, or its oldest dead letters.
struct LoadOldest {
  CommandId id;
  std::string webhook;
  bool dead = false;
  int limit = 0;
  std::optional<WallTime> before{};  ///< only those queued, or dead, since before then
};

struct SendDelivery {
  CommandId id;
  std::string webhook;
  EventRecord event;
  int attempt = 1;  ///< this one, counted from 1
  MonoTime deadline{};
  std::vector<EventRecord> more{};  ///< in the same message, of other actions, in the order of seq
};

using Command = std::variant<FetchToken, ListActions, GetAction, CancelAction, StartAction, AskApi,
                             LoadDeliveries, LoadOldest, SendDelivery>;

}  // namespace mactiond::core

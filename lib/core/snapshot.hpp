#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "action/machine_action.hpp"
#include "base/time.hpp"
#include "core/decision.hpp"
#include "core/rows.hpp"
#include "core/submission.hpp"

namespace mactiond::core {

// What the store loads at start.

struct StoredAction {
  std::string region;
  ActionId id;
  ActionType type;
  ActionStatus status;
  bool vanished = false;
  std::optional<WallTime> created;
  std::optional<WallTime> last_update;
  std::uint64_t fingerprint = 0;
  WallTime seen{};
  WallTime first_seen{};
  std::optional<WallTime> ordered_by;
  std::optional<WallTime> ended_by;
  // Only for actions that are open:
  std::string machine_id;
  std::string computer_dns_name;
  std::string requestor;
  std::string requestor_comment;
  std::string request_source;
};

struct StoredWebhook {
  WebhookRow row;
  std::int64_t queued = 0;
  std::int64_t dead = 0;
};

struct Snapshot {
  std::uint64_t last_seq = 0;
  std::vector<RegionRow> regions;
  std::vector<QuotaRow> quotas;
  std::vector<StoredAction> actions;
  std::vector<StoredWebhook> webhooks;
  SwitchRow switches;
  std::vector<Decision> decisions;
  std::vector<StaleRow> reported_stale;
  std::vector<SuppressedRow> suppressed;
  std::vector<Submission> submissions;  ///< in the order in which they were asked for
  std::vector<MachineRow> machines;
  std::optional<RecoveryRow> recovery;
  std::vector<RegionQuiet> recovering;
  /// id_hash() of events that the log holds, sorted; empty unless the store was recovered lately.
  std::vector<std::uint64_t> logged;
};

}  // namespace mactiond::core

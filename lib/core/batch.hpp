#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "action/machine_action.hpp"
#include "base/time.hpp"
#include "core/decision.hpp"
#include "core/rows.hpp"
#include "core/submission.hpp"
#include "event/event_record.hpp"

namespace mactiond::core {

/// All that a step writes. The store commits it in one transaction.
struct Batch {
  std::vector<ActionRow> actions;
  std::vector<EventRecord> events;  ///< in seq order, without a gap after the last committed
  std::vector<DeliveryRow> deliveries;
  std::vector<DeliveryRetryRow> retries;
  std::vector<DeliveryEndRow> ends;
  std::vector<DeadLetterKey> deleted_letters;
  std::vector<RegionRow> regions;
  std::vector<QuotaRow> quotas;
  std::vector<WebhookRow> webhooks;
  std::optional<SwitchRow> switches;
  std::vector<Decision> decisions;
  std::vector<StaleRow> reported_stale;
  std::vector<SuppressedRow> suppressed;
  std::vector<Submission> submissions;  ///< each over the one before of its id
  std::vector<MachineRow> machines;
  std::optional<RecoveryRow> recovery;
  std::vector<RegionQuiet> recovering;  ///< regions that have not been read whole since
  std::vector<std::string> reread;      ///< regions that have been now
  /// Actions confirmed gone: no longer open, kept until retention takes them.
  std::vector<std::pair<std::string, ActionId>> vanished;
  /// The wall clock jumped by this much: due times of waiting deliveries move along.
  Duration shift_due{};
  /// Finished actions last seen before this, and events no longer needed, may go.
  std::optional<WallTime> prune_before;  ///< removed after the commit, a few rows at a time

  [[nodiscard]] bool empty() const { return ends.empty() && holds_only_ends(); }
  [[nodiscard]] bool holds_only_ends() const;
};

}  // namespace mactiond::core

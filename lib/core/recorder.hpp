#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/batch.hpp"
#include "core/options.hpp"
#include "event/event_record.hpp"

namespace mactiond::core {

/// What a webhook filter looks at beside the event's record.
struct Subject {
  std::string_view type;     ///< the action's type; empty where there is none
  std::string_view to;       ///< the new status of a transition; else empty
  std::string_view webhook;  ///< the webhook the event is about: it does not get the event
  std::string_view from{};   ///< the former status of a transition; else empty
  bool backlog = false;      ///< it happened before its region was first called
};

/// Whether an event passes. A key that the event has nothing to say about does not hold it back.
[[nodiscard]] bool passes(const WebhookFilter& filter, const EventRecord& event,
                          const Subject& subject);
/// The same for one webhook. Where only alerts are sent, the end of a problem goes wherever the
/// problem went: the filter is applied to the former status.
[[nodiscard]] bool receives(const WebhookOptions& webhook, const EventRecord& event,
                            const Subject& subject);

/// Whether the store holds an event about this action with this id.
using IsRecorded = std::function<bool(const ActionId& action, const std::string& id)>;

/// Numbers events and addresses them: each becomes one event row and one delivery row per webhook
/// whose filter it passes.
class Recorder {
 public:
  Recorder(std::string instance, const std::vector<WebhookOptions>& webhooks,
           std::uint64_t last_seq);

  /// Fills seq and instance, unless the event is known already. Adds the rows to batch and returns
  /// the indexes of the webhooks that get it.
  std::vector<std::size_t> record(EventRecord event, const Subject& subject, WallTime now,
                                  Batch& batch);

  /// Events from now on go to these webhooks.
  void set_webhooks(const std::vector<WebhookOptions>& webhooks) { webhooks_ = webhooks; }

  [[nodiscard]] std::uint64_t last_seq() const { return last_seq_; }

  /// Events with these ids were recorded already, by a store that was lost since: they are not
  /// recorded a second time. id_hash() of each, sorted.
  void skip_logged(std::vector<std::uint64_t> logged) { logged_ = std::move(logged); }
  /// Nor are events that the store holds: the row of an action may be gone or out of date.
  void look_up_by(IsRecorded is_recorded) { is_recorded_ = std::move(is_recorded); }
  void continue_after(std::uint64_t seq) { last_seq_ = std::max(last_seq_, seq); }

 private:
  [[nodiscard]] bool knows(const EventRecord& event) const;

  std::string instance_;
  std::vector<WebhookOptions> webhooks_;
  std::uint64_t last_seq_;
  std::vector<std::uint64_t> logged_;
  IsRecorded is_recorded_;
};

}  // namespace mactiond::core

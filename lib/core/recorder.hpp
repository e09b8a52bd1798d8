#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/batch.hpp"
#include "event/event_record.hpp"

namespace mactiond::core {

/// Whether the store holds an event about this action with this id.
using IsRecorded = std::function<bool(const ActionId& action, const std::string& id)>;

/// Numbers events, and knows which were recorded before.
class Recorder {
 public:
  Recorder(std::string instance, std::uint64_t last_seq);

  /// Fills seq and instance and adds the event to batch. False if it was recorded before.
  bool record(EventRecord event, Batch& batch);

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
  std::uint64_t last_seq_;
  std::vector<std::uint64_t> logged_;
  IsRecorded is_recorded_;
};

}  // namespace mactiond::core

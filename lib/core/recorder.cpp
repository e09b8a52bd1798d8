#include "core/recorder.hpp"

#include <algorithm>
#include <utility>

#include "core/recovery.hpp"

namespace mactiond::core {

Recorder::Recorder(std::string instance, std::uint64_t last_seq)
    : instance_(std::move(instance)), last_seq_(last_seq) {}

bool Recorder::knows(const EventRecord& event) const {
  if (std::binary_search(logged_.begin(), logged_.end(), id_hash(event.id))) return true;
  return is_recorded_ && !event.action.value.empty() && is_recorded_(event.action, event.id);
}

bool Recorder::record(EventRecord event, Batch& batch) {
  if (knows(event)) return false;
  event.seq = ++last_seq_;
  event.instance = instance_;
  batch.events.push_back(std::move(event));
  return true;
}

}  // namespace mactiond::core

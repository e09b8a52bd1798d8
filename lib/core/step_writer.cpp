#include "core/step_writer.hpp"

#include <utility>

#include "core/outbox/outbox.hpp"

namespace mactiond::core {

bool StepWriter::record(EventRecord event, WallTime now, const std::string& machine) {
  if (describe_ != nullptr) (*describe_)(event, machine);
  if (!recorder_.record(std::move(event), batch())) return false;
  for (auto& [serial, outbox] : outboxes_) outbox.offer(batch().events.back(), now, batch());
  return true;
}

}  // namespace mactiond::core

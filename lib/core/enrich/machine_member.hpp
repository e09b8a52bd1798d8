#pragma once

#include "action/machine_facts.hpp"
#include "event/event_record.hpp"

namespace mactiond::core {

/// Says in the event what is known of its machine: `machine` with the API's keys, and its subject.
void add_machine(EventRecord& event, const MachineFacts& facts);

}  // namespace mactiond::core

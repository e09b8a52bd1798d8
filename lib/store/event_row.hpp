#pragma once

#include "core/event_record.hpp"
#include "store/statement.hpp"

namespace mactiond::store {

/// The event in columns 0 to 8: seq, id, type, time, instance, region, action_id, fields,
/// document. Throws SQLite::Exception if it is none of ours.
[[nodiscard]] core::EventRecord to_event(const Rows& row);

}  // namespace mactiond::store

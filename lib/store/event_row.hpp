#pragma once

#include <optional>
#include <string>

#include "event/event_record.hpp"
#include "store/statement.hpp"

namespace mactiond::store {

/// The columns of an event come first in each query: seq, id, type, time, instance, region,
/// action_id, fields, document, webhook, action_type, from_status, to_status, backlog,
/// machine_group, machine_tags.
inline constexpr int kEventColumns = 16;

/// The event in the first columns. Nothing if no program of ours wrote it: an unknown type, or text
/// that is no JSON.
[[nodiscard]] std::optional<core::EventRecord> to_event(const Rows& row);

/// The same for the log, which needs a line of every event: text that is no JSON is left out.
/// Nothing only for an unknown type.
[[nodiscard]] std::optional<core::EventRecord> to_logged_event(const Rows& row);

[[nodiscard]] bool is_json(const std::string& text);

/// Why to_event() gives nothing.
[[nodiscard]] std::string wrong_with_event(const Rows& row);

}  // namespace mactiond::store

#pragma once

#include "core/options.hpp"
#include "event/event_record.hpp"

namespace mactiond::format {

/// core::passes for an event as it is stored: its action's type and new status are read from it.
[[nodiscard]] bool passes(const core::WebhookFilter& filter, const core::EventRecord& event);
/// Whether it happened before its region was first called: for those only who asked for it.
[[nodiscard]] bool is_backlog(const core::EventRecord& event);

}  // namespace mactiond::format

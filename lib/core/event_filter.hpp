#pragma once

#include "core/options.hpp"
#include "event/event_record.hpp"

namespace mactiond::core {

/// Whether an event passes. A key that the event says nothing about does not hold it back, such as
/// the group of a machine that is not known. A known machine without a group fits only `*` as a
/// group, and one without tags only `*` as a tag.
[[nodiscard]] bool passes(const WebhookFilter& filter, const EventRecord& event);

/// Whether a webhook receives an event. Where only alerts are sent, the end of a problem goes
/// wherever the problem went: the filter is applied to the former status, and its keys of machines
/// are not.
[[nodiscard]] bool receives(const WebhookOptions& webhook, const EventRecord& event);

}  // namespace mactiond::core

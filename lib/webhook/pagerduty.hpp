#pragma once

#include <string>

#include "base/secret.hpp"
#include "event/event_record.hpp"

namespace mactiond::webhook {

/// An event of PagerDuty's Events API v2. Its dedup_key is the same for all that is about one
/// action, region or webhook, so that a later resolve finds its trigger. An event that is no alert
/// (core::alert_of) is rendered as a trigger of severity info: a test of the way there.
[[nodiscard]] std::string pagerduty_body(const core::EventRecord& event, const Secret& routing_key);

}  // namespace mactiond::webhook

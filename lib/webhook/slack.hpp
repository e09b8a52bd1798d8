#pragma once

#include <string>

#include "event/event_record.hpp"

namespace mactiond::webhook {

/// A Slack message: header, fields and context blocks, with a text for notifications. Nothing in
/// it is read as markup, a mention or a link that the event's own texts hold.
[[nodiscard]] std::string slack_body(const core::EventRecord& event);

}  // namespace mactiond::webhook

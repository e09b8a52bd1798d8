#pragma once

#include <string>

#include "base/time.hpp"
#include "core/event_record.hpp"

namespace mactiond::core {

/// The record of what is told about a webhook; seq and instance are the recorder's. detail tells
/// events of one type about one webhook apart. now: our clock, the only one there is.
[[nodiscard]] EventRecord webhook_event(EventType type, const std::string& webhook,
                                        const std::string& detail, const std::string& reason,
                                        WallTime now);

/// What an operator's test of a webhook sends: webhook.test, without a seq, new each time.
[[nodiscard]] EventRecord webhook_test_event(const std::string& webhook,
                                             const std::string& instance, WallTime now);

}  // namespace mactiond::core

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "event/event_record.hpp"
#include "event/operator.hpp"

namespace mactiond::core {

/// The record of what happened to a webhook; seq and instance are the recorder's. detail
/// distinguishes events of one type about one webhook. now: our clock, the only one there is.
/// waiting: how many events wait for the webhook, where the type has that field.
[[nodiscard]] EventRecord webhook_event(EventType type, const std::string& webhook,
                                        const std::string& detail, const std::string& reason,
                                        WallTime now,
                                        std::optional<std::int64_t> waiting = std::nullopt,
                                        const Operator& by = {});

/// What an operator's test of a webhook sends: webhook.test, without a seq, new each time.
[[nodiscard]] EventRecord webhook_test_event(const std::string& webhook,
                                             const std::string& instance, WallTime now);

}  // namespace mactiond::core

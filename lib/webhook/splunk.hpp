#pragma once

#include <string>

#include "event/event_record.hpp"

namespace mactiond::webhook {

/// An event of Splunk's HTTP Event Collector: the transition log's object with its time, and
/// the instance as host. index and sourcetype are left to the token where they are empty.
[[nodiscard]] std::string splunk_body(const core::EventRecord& event, const std::string& index,
                                      const std::string& sourcetype);

}  // namespace mactiond::webhook

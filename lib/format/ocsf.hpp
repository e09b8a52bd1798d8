#pragma once

#include <string>
#include <string_view>

#include "event/event_record.hpp"

namespace mactiond::format {

/// The line's beginning up to the seq.
inline constexpr std::string_view kOcsfHead = "{\"metadata\":{\"sequence\":";

/// OCSF 1.8: File Remediation Activity (7002) for a quarantined file, Remediation Activity (7001)
/// for every other machine action, Base Event (0) for what is about none. With the host profile.
[[nodiscard]] std::string ocsf_line(const core::EventRecord& event);

}  // namespace mactiond::format

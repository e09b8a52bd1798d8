#pragma once

#include <string>
#include <string_view>

#include "event/event_record.hpp"

namespace mactiond::format {

/// The line's beginning, and the text before the seq.
inline constexpr std::string_view kCefHead = "CEF:0|mactiond|mactiond|";
inline constexpr std::string_view kCefSeqKey = "cn1=";

/// ArcSight's Common Event Format, version 0. Values are cut at 1,000 bytes.
[[nodiscard]] std::string cef_line(const core::EventRecord& event);

}  // namespace mactiond::format

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "event/event_record.hpp"
#include "format/line.hpp"

namespace mactiond::format {

/// How events are put into syslog messages.
struct SyslogStyle {
  LineFormat format = LineFormat::Json;
  int facility = 16;  ///< RFC 5424, table 1: 16 is local0
  bool operator==(const SyslogStyle&) const = default;
};

/// The event as an RFC 5424 message, framed by its length in octets (RFC 5425). HOSTNAME is the
/// daemon's instance, MSGID the event's type, and meta's sequenceId its seq, which starts again
/// after 2147483647. The line is MSG, without a byte order mark, for what reads JSON does not
/// expect one.
[[nodiscard]] std::string syslog_frame(const SyslogStyle& style, const core::EventRecord& event);

}  // namespace mactiond::format

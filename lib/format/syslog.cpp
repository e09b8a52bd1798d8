#include "format/syslog.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/iso_time.hpp"
#include "format/facts.hpp"
#include "format/summary.hpp"

namespace mactiond::format {
namespace {

constexpr std::uint64_t kSequenceIdMax = 2'147'483'647;

/// RFC 5424, table 2.
int severity_number(Severity severity) {
  switch (severity) {
    case Severity::Error:
      return 3;
    case Severity::Warning:
      return 4;
    case Severity::Info:
    case Severity::Good:
      break;
  }
  return 6;
}

/// Six fraction digits are the most a receiver must take.
std::string timestamp_of(WallTime time) {
  constexpr std::size_t kToMicroseconds = 26;
  return format_iso_time(time).substr(0, kToMicroseconds) + 'Z';
}

}  // namespace

std::string syslog_frame(const SyslogStyle& style, const core::EventRecord& event) {
  const Facts facts(event);
  const int severity = severity_number(severity_of(event, facts));
  std::string line = render_line(style.format, event);
  std::replace(line.begin(), line.end(), '\n', ' ');
  const std::string message = fmt::format(
      "<{}>1 {} {} mactiond - {} [meta sequenceId=\"{}\"] {}", style.facility * 8 + severity,
      timestamp_of(event.time), event.instance.empty() ? "-" : event.instance,
      core::to_string(event.type), (event.seq - 1) % kSequenceIdMax + 1, line);
  return fmt::format("{} {}", message.size(), message);
}

}  // namespace mactiond::format

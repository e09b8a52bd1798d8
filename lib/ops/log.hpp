#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "core/log_entry.hpp"
#include "ops/journal.hpp"

namespace mactiond::ops {

/// The daemon's own diagnostics. On stderr, one line of key=value pairs each:
/// `level=info event=started version=0.1.0`. Where stderr is the journal's ($JOURNAL_STREAM),
/// entries of the journal instead, with PRIORITY, MACTIOND_EVENT and a field MACTIOND_… for each
/// pair; what the journal does not take goes to stderr, with its <priority> prefix.
///
/// Below level debug, repeated trouble is logged once and then counted (Repetitions).
void start_log(core::LogEntry::Level level, const std::string& journal_socket = Journal::kSocket);
/// Sets the log's time, and logs the counts of repetitions whose period has ended.
void flush_repetitions(MonoTime now);
/// Logs everything that is only counted so far.
void finish_log();

using Fields = std::vector<std::pair<std::string, std::string>>;

/// Values with blanks, quotes or control characters are quoted and escaped.
void log(core::LogEntry::Level level, std::string_view event, const Fields& fields = {});
void log(const core::LogEntry& log_entry);

/// The key=value text of a line, without level. Pure, for tests.
[[nodiscard]] std::string format_fields(std::string_view event, const Fields& fields);

}  // namespace mactiond::ops

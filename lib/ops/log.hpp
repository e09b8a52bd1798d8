#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/command.hpp"

namespace mactiond::ops {

/// The daemon's own diagnostics on stderr, one line of key=value pairs each:
/// `level=info event=started version=0.1.0`. With JOURNAL_STREAM set the lines carry the
/// journal's <priority> prefix.
void start_log(std::string_view level);

using Fields = std::vector<std::pair<std::string, std::string>>;

/// Values with blanks, quotes or control characters are quoted and escaped.
void log(core::Note::Level level, std::string_view event, const Fields& fields = {});
void log(const core::Note& note);

/// The key=value text of a line, without level. Pure, for tests.
[[nodiscard]] std::string format_fields(std::string_view event, const Fields& fields);

}  // namespace mactiond::ops

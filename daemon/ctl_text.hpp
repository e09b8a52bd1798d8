#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mactiond::ctl {

/// Rows of cells under a heading, each column as wide as its widest cell. Control characters are
/// replaced: cells may quote servers, and the reader is a terminal.
[[nodiscard]] std::string format_table(const std::vector<std::vector<std::string>>& rows);

/// "42s", "5m 10s", "3h 12m", "4d 1h".
[[nodiscard]] std::string format_age(long long seconds);

/// The answer of /v1/status for a reader; nothing if it is no such answer.
[[nodiscard]] std::optional<std::string> format_status(std::string_view body);

/// What a problem+json answer says.
[[nodiscard]] std::string format_problem(int status, std::string_view body);

}  // namespace mactiond::ctl

#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mactiond::ctl {

/// How to write for the reader.
struct Style {
  std::size_t width = 0;  ///< columns of the terminal; 0: no limit
  bool colour = false;
};

/// Rows of cells under a heading, each column as wide as its widest cell; where that is too wide,
/// the widest columns are cut with "…", but none of the first `whole` ones. Cells become printable:
/// they may quote servers, and the reader is a terminal.
[[nodiscard]] std::string format_table(const std::vector<std::vector<std::string>>& rows,
                                       const Style& style = {}, std::size_t whole = 0);

/// Cut with "…" where it needs more columns than width.
[[nodiscard]] std::string cut_to(std::string text, std::size_t width);

/// The state of a webhook of /v1/webhooks or /v1/status: ok | failing | paused | disabled.
[[nodiscard]] std::string webhook_state(const boost::json::object& webhook);

/// "42s", "5m 10s", "3h 12m", "4d 1h".
[[nodiscard]] std::string format_age(long long seconds);

/// The answer of /v1/status for a reader; nothing if it is no such answer.
[[nodiscard]] std::optional<std::string> format_status(std::string_view body,
                                                       const Style& style = {});

/// What a problem+json answer says; the errors of a configuration one a line.
[[nodiscard]] std::string format_problem(int status, std::string_view body);

}  // namespace mactiond::ctl

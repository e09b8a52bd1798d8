#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/message.hpp"

namespace mactiond::admin {

/// What a request asks for: the segments of its path and the parameters of its query, decoded.
struct Target {
  std::vector<std::string> path;
  std::vector<std::pair<std::string, std::string>> query;

  /// The first value under name; nothing where it is not given.
  [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
};

/// Nothing where an escape is broken or hides a NUL. A parameter without "=" has an empty value.
[[nodiscard]] std::optional<Target> parse_target(std::string_view text);

/// A 400 if a parameter is not among allowed (separated by blanks), or is given twice without a "*"
/// behind its name there.
[[nodiscard]] std::optional<http::Response> check_query(const Target& target,
                                                        std::string_view allowed);

/// A whole number of digits alone.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);

/// The parameter "limit": 1 to 1000, 100 where it is not given; nothing for anything else.
[[nodiscard]] std::optional<int> parse_limit(const Target& target);
[[nodiscard]] http::Response bad_limit();

}  // namespace mactiond::admin

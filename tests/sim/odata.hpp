#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "action/query.hpp"
#include "sim/entity.hpp"
#include "sim/filter.hpp"

namespace mactiond::sim {

struct OrderKey {
  Property property = Property::CreationDateTimeUtc;
  bool descending = false;
};

/// What a list request asks.
struct ListOptions {
  std::optional<Filter> filter;
  std::vector<OrderKey> order;
  std::optional<std::size_t> top;
  std::size_t skip = 0;
  bool count = false;
  KeySelection select;
  /// The options other than $skip as they came, decoded: what a next link repeats.
  std::vector<std::pair<std::string, std::string>> text;
};

inline constexpr std::size_t kTopMax = 10'000;

/// Reads the query part of a list URL, without the question mark. Options without `$` are
/// ignored; unknown ones with it, and doubled ones, are refused.
[[nodiscard]] QueryResult<ListOptions> parse_list_options(
    std::string_view query, const Vocabulary& words = kMachineActionWords);

/// What the client's query means, without the way over text.
[[nodiscard]] ListOptions to_list_options(const core::Query& query);

}  // namespace mactiond::sim

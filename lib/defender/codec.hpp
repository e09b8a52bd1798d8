#pragma once

#include <string_view>
#include <vector>

#include "action/machine_action.hpp"
#include "base/error.hpp"

namespace mactiond::defender {

/// One page of the list.
struct Page {
  std::vector<MachineAction> actions;
  int unusable = 0;  ///< entries without a usable id or beyond the limits, left out
  bool has_next_link = false;
};

/// Reads a list answer. Tolerates absent, null and unknown keys, unknown enum values and the
/// lastUpdateTimeUtc spelling (kept in the document as lastUpdateDateTimeUtc). An object
/// without a usable id, or beyond the limits of one action, is left out and counted. MalformedJson
/// for text that is not JSON or cut off; UnexpectedDocument for JSON without a `value` array, or
/// with one that holds anything but objects.
[[nodiscard]] Result<Page> parse_page(std::string_view body);

/// Reads a single entity, with the same tolerance.
[[nodiscard]] Result<MachineAction> parse_action(std::string_view body);

}  // namespace mactiond::defender

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "action/machine_action.hpp"
#include "base/time.hpp"

namespace mactiond::core {

/// Creation times from the oldest to the newest.
struct CreationSpan {
  WallTime oldest{};
  WallTime newest{};
};

/// What a page of a list call was like; all that paging is decided on.
struct PageFacts {
  int rows = 0;  ///< also those of which no action can be made
  bool has_next_link = false;
  std::optional<WallTime> newest_update;  ///< greatest last update among the rows
  std::uint64_t fingerprint = 0;          ///< of the actions' ids in their order; 0 without any
  /// Set where the rows came in order of creation: whatever the list holds between is on the page.
  std::optional<CreationSpan> span = std::nullopt;
  /// One for each action, of its id and last update: a row that was read before has its print.
  std::vector<std::uint64_t> prints{};
  bool out_of_order = false;  ///< the last updates do not ascend
};

/// unusable: rows of the page beside the actions.
[[nodiscard]] PageFacts facts_of(const std::vector<MachineAction>& actions, int unusable,
                                 bool has_next_link);

}  // namespace mactiond::core

#pragma once

#include <cstdint>
#include <vector>

#include "action/machine_action.hpp"
#include "base/time.hpp"

namespace mactiond::core {

/// What one list call asks. defender::api turns it into an OData query.
struct Query {
  enum class Kind : std::uint8_t {
    /// lastUpdateDateTimeUtc ge since, ascending by it. The field works in the field but is not
    /// documented; a 400 means that the tenant does not have it.
    ChangedSince,
    /// status Pending or InProgress, or creationDateTimeUtc ge since. Documented properties only.
    OpenOrCreatedSince,
    /// creationDateTimeUtc ge since. Documented properties only.
    CreatedSince,
    /// id in (…).
    IdIn,
    /// id eq … or id eq …: for servers without `in`.
    IdEq,
  };
  Kind kind = Kind::ChangedSince;
  WallTime since{};
  std::vector<ActionId> ids;
  int top = 10000;
  int skip = 0;
  bool operator==(const Query&) const = default;
};

}  // namespace mactiond::core

#pragma once

#include <SQLiteCpp/Database.h>

#include <vector>

#include "core/rows.hpp"
#include "core/snapshot.hpp"

namespace mactiond::store {

// What the start reads of the tables of regions, quotas and actions. Throws
// SQLite::Exception.

[[nodiscard]] std::vector<core::RegionRow> read_regions(SQLite::Database& database);
[[nodiscard]] std::vector<core::QuotaRow> read_quotas(SQLite::Database& database);
[[nodiscard]] std::vector<core::StoredAction> read_actions(SQLite::Database& database);

}  // namespace mactiond::store

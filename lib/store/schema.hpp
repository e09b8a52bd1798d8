#pragma once

#include <SQLiteCpp/Database.h>

#include <span>

#include "base/error.hpp"

namespace mactiond::store {

/// Step n brings a store from version n to version n + 1 (`user_version`). Released steps never
/// change; a new version is one more of them.
[[nodiscard]] std::span<const char* const> migrations();

/// Brings the store to the newest version, each step in a transaction of its own. Errc::StoreTooNew
/// if it is beyond that already, StoreCorrupt if the file is someone else's database. `where` holds
/// the cause. May throw SQLite::Exception.
[[nodiscard]] Result<void> migrate(SQLite::Database& database,
                                   std::span<const char* const> steps = migrations());

}  // namespace mactiond::store

#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>

#include "core/batch.hpp"
#include "core/recovery.hpp"
#include "core/snapshot.hpp"
#include "store/statement.hpp"

namespace mactiond::store {

/// How many deliveries, dead letters, decisions and events there are.
[[nodiscard]] std::int64_t count_kept(SQLite::Database& database);

/// The last recovery of the store, and the regions that have not been read whole since. Inside a
/// transaction that the caller holds. Throws SQLite::Exception.
class RecoveryTables {
 public:
  explicit RecoveryTables(SQLite::Database& database);

  /// Before the events of the batch, which are numbered from after_seq on.
  void write(const core::Batch& batch);
  void load(core::Snapshot& snapshot);
  /// What was carried over from a damaged file; found stays as it is if nothing was.
  void load(core::StoreFound& found);

 private:
  Statement upsert_recovery_;
  Statement delete_regions_;
  Statement insert_region_;
  Statement delete_region_;
  Statement delete_carried_;
  Statement select_carried_;
  Statement select_recovery_;
  Statement select_regions_;
};

}  // namespace mactiond::store

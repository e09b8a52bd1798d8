#pragma once

#include <SQLiteCpp/Database.h>

#include "core/batch.hpp"
#include "core/snapshot.hpp"
#include "store/statement.hpp"

namespace mactiond::store {

/// The facts of machines, inside a transaction that the caller holds. Throws SQLite::Exception.
///
/// They count for a day. A row that is written takes some older ones with it, so that the table
/// does not grow.
class MachineTable {
 public:
  explicit MachineTable(SQLite::Database& database);

  void write(const core::Batch& batch);
  /// Deletes the next rows that were read before cutoff. True if there are no more.
  [[nodiscard]] bool prune(WallTime cutoff);
  void load(core::Snapshot& snapshot);

 private:
  Statement upsert_;
  Statement delete_old_;
  Statement select_all_;
};

}  // namespace mactiond::store

#pragma once

#include <SQLiteCpp/Database.h>

#include <string>
#include <vector>

#include "core/command.hpp"
#include "store/statement.hpp"

namespace mactiond::store {

/// Decisions to cancel and what was told about stale actions, inside a transaction that the caller
/// holds. Throws SQLite::Exception.
class CancelTables {
 public:
  explicit CancelTables(SQLite::Database& database);

  void write(const core::Batch& batch);
  /// Forgets ended decisions, and what was told, about actions that are no longer stored.
  void prune();
  void load(core::Snapshot& snapshot);
  /// Of one action, oldest first.
  [[nodiscard]] std::vector<core::Decision> decisions(const std::string& region,
                                                      const ActionId& action);
  /// Rows that load() could not understand.
  [[nodiscard]] int left_out() const { return left_out_; }

 private:
  void write(const core::Decision& decision);

  Statement upsert_decision_;
  Statement insert_stale_;
  Statement upsert_suppressed_;
  Statement upsert_switch_;
  Statement prune_decisions_;
  Statement prune_stale_;
  Statement select_decisions_;
  Statement select_of_action_;
  Statement select_stale_;
  Statement select_suppressed_;
  Statement select_switch_;
  int left_out_ = 0;
};

}  // namespace mactiond::store

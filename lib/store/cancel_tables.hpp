#pragma once

#include <SQLiteCpp/Database.h>

#include <string>
#include <utility>
#include <vector>

#include "core/batch.hpp"
#include "core/snapshot.hpp"
#include "store/statement.hpp"

namespace mactiond::store {

/// Decisions to cancel and reports of stale actions, inside a transaction that the caller holds.
/// Throws SQLite::Exception.
class CancelTables {
 public:
  explicit CancelTables(SQLite::Database& database);

  void write(const core::Batch& batch);
  /// The last rows that prune() looked at.
  struct Place {
    std::string decision;
    std::pair<std::string, std::string> stale;  ///< region and action
  };
  /// Forgets ended decisions, and what was reported as stale, about actions that are no longer
  /// stored: looks at a bounded number of rows behind place and moves it. True at the end.
  [[nodiscard]] bool prune(Place& place);
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
  Statement select_ended_;
  Statement delete_decision_;
  Statement select_reported_;
  Statement delete_reported_;
  Statement select_decisions_;
  Statement select_of_action_;
  Statement select_stale_;
  Statement select_suppressed_;
  Statement select_switch_;
  int left_out_ = 0;
};

}  // namespace mactiond::store

#pragma once

#include <SQLiteCpp/Database.h>

#include <optional>
#include <string>

#include "core/batch.hpp"
#include "core/snapshot.hpp"
#include "core/submission_view.hpp"
#include "store/statement.hpp"

namespace mactiond::store {

/// The submissions, inside a transaction that the caller holds. Throws SQLite::Exception.
class SubmissionTable {
 public:
  explicit SubmissionTable(SQLite::Database& database);

  void write(const core::Batch& batch);
  /// Deletes the next rows that ended before cutoff. True if there are no more.
  [[nodiscard]] bool prune(WallTime cutoff);
  void load(core::Snapshot& snapshot);
  /// Rows that load() could not understand.
  [[nodiscard]] int left_out() const { return left_out_; }

  // What operators read: a bounded part, whatever the table holds. Rows that no program of ours
  // wrote are left out.
  [[nodiscard]] core::SubmissionPage page(const core::SubmissionFilter& filter);
  [[nodiscard]] std::optional<core::Submission> find(const std::string& id);

 private:
  void write(const core::Submission& submission);

  Statement upsert_;
  Statement delete_ended_;
  Statement select_all_;
  Statement select_page_;
  Statement select_open_page_;
  Statement select_one_;
  int left_out_ = 0;
};

}  // namespace mactiond::store

#pragma once

#include <SQLiteCpp/Database.h>
#include <sqlite3.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace mactiond::store {

/// Notices that something other than SQLite wrote over the store's file, such as `cp`: the name
/// still leads to the same file then. While there is a write-ahead log, SQLite writes the file in
/// checkpoints alone, and each of them, whoever runs it, leaves a trace in the index of that log.
class OverwriteCheck {
 public:
  /// Of a file in WAL mode that has been read from. Throws SQLite::Exception.
  explicit OverwriteCheck(SQLite::Database& database);

  /// Whether the beginning of the file, its size or its event counter changed since the last call
  /// and no checkpoint did it. The first call only looks.
  [[nodiscard]] bool overwritten();

 private:
  /// From the WAL-index: the log's two salts, how many of its frames are in the file, and how many
  /// a checkpoint began to write.
  using Trace = std::array<std::uint32_t, 4>;

  [[nodiscard]] std::optional<Trace> read_trace();
  [[nodiscard]] std::optional<std::string> read_fingerprint();
  [[nodiscard]] bool append(std::string& fingerprint, std::size_t bytes, std::int64_t offset);

  sqlite3_file* file_ = nullptr;  ///< SQLite's own: to open another would end its locks
  std::int64_t counter_at_ = 0;
  std::size_t page_ = 0;
  Trace trace_{};
  std::optional<std::string> fingerprint_;  ///< nothing: not looked at yet
};

}  // namespace mactiond::store

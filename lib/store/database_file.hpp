#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <memory>
#include <string>

#include "base/error.hpp"

namespace mactiond::store {

/// Holds `<state_dir>/mactiond.lock` until destroyed or the process ends, however it ends.
class LockFile {
 public:
  /// Errc::StoreInUse if another process holds it.
  [[nodiscard]] static Result<LockFile> take(const std::string& state_dir);

  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&& other) noexcept;
  ~LockFile();

 private:
  explicit LockFile(int fd) : fd_(fd) {}
  int fd_ = -1;
};

/// Opens or creates a database file, mode 0600 if created, and sets it up: WAL, synchronous FULL.
[[nodiscard]] Result<std::unique_ptr<SQLite::Database>> open_database(const std::string& path);
[[nodiscard]] Result<std::unique_ptr<SQLite::Database>> open_memory_database();

/// Finds damage at start instead of at some later commit. Errc::StoreCorrupt with what to do.
/// Reads the whole file only while it is small: a start must not take minutes.
[[nodiscard]] Result<void> check_database(SQLite::Database& database, const std::string& path);

/// StoreCorrupt where SQLite says so, else StoreFailed; path and SQLite's words in `where`.
[[nodiscard]] Error to_error(const SQLite::Exception& failure, const std::string& path);
/// StoreCorrupt, and what an operator can do about it.
[[nodiscard]] Error corrupt(const std::string& path, const std::string& cause);

}  // namespace mactiond::store

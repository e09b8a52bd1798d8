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

  /// Whether the lock's name still leads to the file that is locked.
  [[nodiscard]] bool in_place(const std::string& state_dir) const;

  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&& other) noexcept;
  ~LockFile();

 private:
  explicit LockFile(int fd) : fd_(fd) {}
  int fd_ = -1;
};

/// While the store is opened, a statement waits this long for another program's write lock.
inline constexpr int kOpenBusyMs = 2000;
/// The same while the loop runs, which tries the commit again.
inline constexpr int kLoopBusyMs = 40;

/// A damaged store is left as it is; one that is in use is written into its file at its end.
void checkpoint_at_close(SQLite::Database& database, bool on);

/// Opens or creates a database file, mode 0600 if created, and sets it up: WAL, synchronous FULL.
[[nodiscard]] Result<std::unique_ptr<SQLite::Database>> open_database(const std::string& path);
[[nodiscard]] Result<std::unique_ptr<SQLite::Database>> open_memory_database();

/// Finds damage at start instead of at some later commit. Errc::StoreCorrupt with what to do.
/// Reads the whole file only while it is small: a start must not take minutes.
/// Whether it was read whole.
[[nodiscard]] Result<bool> check_database(SQLite::Database& database, const std::string& path);

/// StoreCorrupt where SQLite says so or the file cannot be read, else StoreFailed; path and
/// SQLite's words in `where`.
[[nodiscard]] Error to_error(const SQLite::Exception& failure, const std::string& path);
/// The same while the store is opened: a table that is missing or cannot be read is damage too.
[[nodiscard]] Error to_open_error(const SQLite::Exception& failure, const std::string& path);
/// StoreCorrupt with its cause in `where`.
[[nodiscard]] Error corrupt(const std::string& path, const std::string& cause);

}  // namespace mactiond::store

#include "store/database_file.hpp"

#include <SQLiteCpp/Statement.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include "base/sync_directory.hpp"

namespace mactiond::store {
namespace {

/// More events than that are not numbered in a thousand years.
constexpr std::int64_t kSeqMax = 1LL << 50;
constexpr std::int64_t kFullCheckBytesMax = 64LL * 1024 * 1024;

Error path_error(const std::string& path, int code) {
  return {Errc::PathNotUsable, path + " (" + std::generic_category().message(code) + ")"};
}

/// SQLite would create it with mode 0644; its -wal and -shm files take over the mode found.
Result<void> create_private(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return path_error(path, errno);
  ::close(fd);
  sync_directory_of(path);
  return {};
}

void set_up(SQLite::Database& database) {
  database.setBusyTimeout(kOpenBusyMs);
  database.exec("PRAGMA foreign_keys = OFF");
  database.exec("PRAGMA synchronous = FULL");
  database.exec("PRAGMA temp_store = MEMORY");
  database.exec("PRAGMA cache_size = -16384");
  database.exec("PRAGMA journal_size_limit = 67108864");
}

/// The file does not hold what SQLite wrote, or its disk does not give it back. Trying again gives
/// the same.
bool is_damage(const SQLite::Exception& failure) {
  switch (failure.getExtendedErrorCode()) {
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_SHORT_READ:
    case SQLITE_IOERR_CORRUPTFS:
      return true;
    default:
      break;
  }
  const int code = failure.getErrorCode() & 0xff;
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

Result<void> use_wal(SQLite::Database& database, const std::string& path) {
  const std::string mode = database.execAndGet("PRAGMA journal_mode = WAL").getString();
  if (mode == "wal") return {};
  return Error{Errc::StoreFailed, path + " (the file system has no shared memory for WAL)"};
}

}  // namespace

Result<LockFile> LockFile::take(const std::string& state_dir) {
  const std::string path = state_dir + "/mactiond.lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return path_error(path, errno);
  LockFile lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) return Error{Errc::StoreInUse, path};
  return path_error(path, errno);
}

bool LockFile::in_place(const std::string& state_dir) const {
  struct stat own {};
  struct stat named {};
  if (::fstat(fd_, &own) != 0) return false;
  if (::stat((state_dir + "/mactiond.lock").c_str(), &named) != 0) return false;
  return own.st_ino == named.st_ino && own.st_dev == named.st_dev;
}

LockFile::LockFile(LockFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

LockFile& LockFile::operator=(LockFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

LockFile::~LockFile() {
  if (fd_ >= 0) ::close(fd_);
}

void checkpoint_at_close(SQLite::Database& database, bool on) {
  ::sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, on ? 0 : 1, nullptr);
}

Result<std::unique_ptr<SQLite::Database>> open_database(const std::string& path) {
  if (const auto created = create_private(path); !created) return created.error();
  try {
    auto database =
        std::make_unique<SQLite::Database>(path, SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX);
    checkpoint_at_close(*database, false);
    set_up(*database);
    if (const auto wal = use_wal(*database, path); !wal) return wal.error();
    return database;
  } catch (const SQLite::Exception& failure) {
    return to_open_error(failure, path);
  }
}

Result<std::unique_ptr<SQLite::Database>> open_memory_database() {
  try {
    auto database = std::make_unique<SQLite::Database>(
        ":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX);
    set_up(*database);
    return database;
  } catch (const SQLite::Exception& failure) {
    return to_error(failure, ":memory:");
  }
}

Result<bool> check_database(SQLite::Database& database, const std::string& path) {
  const std::int64_t bytes = database.execAndGet("PRAGMA page_count").getInt64() *
                             database.execAndGet("PRAGMA page_size").getInt64();
  if (bytes <= kFullCheckBytesMax) {
    const std::string verdict = database.execAndGet("PRAGMA quick_check(1)").getString();
    if (verdict != "ok") return corrupt(path, verdict);
  }
  // A store has none; one that somebody made may refuse every commit.
  const int foreign =
      database.execAndGet("SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view')")
          .getInt();
  if (foreign > 0) return corrupt(path, "it has triggers or views");
  SQLite::Statement counter(database, "SELECT last_seq FROM counter");
  SQLite::Statement newest(database, "SELECT coalesce(max(seq), 0) FROM event");
  if (!counter.executeStep() || !newest.executeStep()) return corrupt(path, "no event counter");
  if (counter.getColumn(0).getInt64() < 0 || counter.getColumn(0).getInt64() > kSeqMax) {
    return corrupt(path, "the event counter is impossibly large");
  }
  if (counter.getColumn(0).getInt64() != newest.getColumn(0).getInt64()) {
    return corrupt(path, "the event counter does not fit the events");
  }
  return bytes <= kFullCheckBytesMax;
}

Error corrupt(const std::string& path, const std::string& cause) {
  return {Errc::StoreCorrupt, path + " (" + cause + ")"};
}

Error to_open_error(const SQLite::Exception& failure, const std::string& path) {
  const int code = failure.getErrorCode() & 0xff;
  switch (code) {
    case SQLITE_ERROR:
    case SQLITE_SCHEMA:
    case SQLITE_TOOBIG:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_FORMAT:
    case SQLITE_RANGE:
    case SQLITE_INTERNAL:
      return corrupt(path, failure.what());
    case SQLITE_READONLY:
      // The file may be written: its header says that only a newer SQLite may.
      if (::access(path.c_str(), W_OK) == 0) return corrupt(path, failure.what());
      break;
    default:
      // A wrapper's own complaint, e.g. that a row which every store has is missing.
      if (failure.getErrorCode() < 0) return corrupt(path, failure.what());
  }
  return to_error(failure, path);
}

Error to_error(const SQLite::Exception& failure, const std::string& path) {
  const int code = failure.getErrorCode() & 0xff;
  if (is_damage(failure)) return corrupt(path, failure.what());
  if (code == SQLITE_CANTOPEN || code == SQLITE_READONLY || code == SQLITE_PERM) {
    return {Errc::PathNotUsable, path + " (" + failure.what() + ")"};
  }
  return {Errc::StoreFailed, path + " (" + failure.what() + ")"};
}

}  // namespace mactiond::store

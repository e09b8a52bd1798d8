#include <SQLiteCpp/Backup.h>
#include <gmock/gmock.h>

#include <fstream>
#include <string>

#include "io/store/stored_in_file.hpp"

namespace mactiond::store {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class OverwriteChecking : public StoredInFile {
 protected:
  /// More than SQLite lets a log grow to before it writes the file.
  void commit_much(Store& store, std::uint64_t first) {
    core::Batch rows;
    for (std::uint64_t seq = first; seq < first + 2500; ++seq) {
      auto event = event_of(seq, "A1");
      event.document = '"' + std::string(3000, 'x') + '"';
      rows.events.push_back(event);
    }
    ASSERT_TRUE(store.commit(rows));
    ASSERT_TRUE(store.keep_syslog_position("siem", first));
  }
  static void copy_in_place(const std::string& with, const std::string& over) {
    std::ifstream from(with, std::ios::binary);
    std::ofstream(over, std::ios::binary | std::ios::trunc) << from.rdbuf();
  }
  void overwrite_in_place(const std::string& with) { copy_in_place(with, path_); }
  void commit_event(Store& store, std::uint64_t seq) {
    core::Batch rows;
    rows.events = {event_of(seq, "A1")};
    ASSERT_TRUE(store.commit(rows));
  }
  /// As of `sqlite3 store.db ".restore FILE"`: a commit like any other for SQLite.
  void restore(const std::string& backup) {
    SQLite::Database from(backup, SQLite::OPEN_READONLY);
    SQLite::Database to(path_, SQLite::OPEN_READWRITE);
    SQLite::Backup(to, from).executeStep();
  }
  void expect_recovery_after(std::uint64_t seq) {
    logged_ = seq;
    Store store = open();
    EXPECT_TRUE(store.found()->damaged);
    EXPECT_THAT(store.found()->damage, HasSubstr("replaced its content"));
  }
};

TEST_F(OverwriteChecking, NoticesABackupCopiedOverTheFile) {
  fill(20);
  fs::copy_file(path_, directory_ + "/backup");
  logged_ = 2520;
  {
    Store store = open();
    commit_much(store, 21);
    sql("PRAGMA wal_checkpoint");
    EXPECT_EQ(store.check_files(), std::nullopt);
    overwrite_in_place(directory_ + "/backup");
    EXPECT_EQ(store.check_files(), path_);
  }
  Store store = open();
  EXPECT_TRUE(store.found()->damaged) << "part of it is in the -wal of another store";
  EXPECT_THAT(store.found()->damage, HasSubstr("replaced its content"));
}

TEST_F(OverwriteChecking, NoticesAFileThatWasCutOrFilledWithSomethingElse) {
  fill(20);
  Store store = open();
  EXPECT_EQ(store.check_files(), std::nullopt);
  std::ofstream(path_, std::ios::trunc) << "hello";
  EXPECT_EQ(store.check_files(), path_);
}

TEST_F(OverwriteChecking, NoticesOlderCopiesOfAllFiles) {
  fill(20);
  {
    Store store = open();
    commit_event(store, 21);
    EXPECT_EQ(store.check_files(), std::nullopt);
    for (const char* end : {"", "-wal", "-shm"}) {
      fs::copy_file(path_ + end, directory_ + "/backup" + end);
    }
    commit_event(store, 22);
    EXPECT_EQ(store.check_files(), std::nullopt);
    for (const char* end : {"", "-wal", "-shm"}) {
      copy_in_place(directory_ + "/backup" + end, path_ + end);
    }
    EXPECT_EQ(store.check_files(), path_);
  }
  expect_recovery_after(22);
}

TEST_F(OverwriteChecking, NoticesABackupRestoredIntoTheFile) {
  fill(20);
  fs::copy_file(path_, directory_ + "/backup");
  {
    Store store = open();
    commit_event(store, 21);
    EXPECT_EQ(store.check_files(), std::nullopt);
    restore(directory_ + "/backup");
    EXPECT_EQ(store.check_files(), path_);
    EXPECT_EQ(store.check_files(), path_) << "for good";
  }
  expect_recovery_after(21);
}

TEST_F(OverwriteChecking, NothingIsStoredInOlderContent) {
  fill(20);
  fs::copy_file(path_, directory_ + "/backup");
  {
    Store store = open();
    commit_event(store, 21);
    restore(directory_ + "/backup");
    core::Batch rows;
    rows.events = {event_of(22, "A1")};
    EXPECT_FALSE(store.commit(rows));
    EXPECT_TRUE(store.replaced());
    EXPECT_FALSE(store.locked_out());
    EXPECT_FALSE(store.commit({}, LogPosition{1, 2, 3, 23})) << "also without an event";
    EXPECT_FALSE(store.keep_syslog_position("siem", 23));
    EXPECT_EQ(store.check_files(), path_);
  }
  EXPECT_EQ(SQLite::Database(path_).execAndGet("SELECT last_seq FROM counter").getInt(), 20);
  expect_recovery_after(21);
}

TEST_F(OverwriteChecking, NothingThatSqliteDoesIsTakenForIt) {
  fill(20);
  Store store = open();
  std::uint64_t next = 21;
  const auto expect_nothing = [&](const char* what) {
    EXPECT_EQ(store.check_files(), std::nullopt) << what;
    ASSERT_TRUE(store.keep_syslog_position("siem", ++next));
    EXPECT_EQ(store.check_files(), std::nullopt) << what << ", then a commit";
  };
  expect_nothing("nothing at all");
  commit_much(store, 21);
  expect_nothing("our own checkpoint");
  sql("SELECT count(*) FROM event");
  expect_nothing("a reader");
  {
    SQLite::Database from(path_, SQLite::OPEN_READONLY);
    SQLite::Database to(directory_ + "/backup", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    SQLite::Backup(to, from).executeStep();
  }
  expect_nothing("a backup");
  for (const char* kind : {"PASSIVE", "FULL", "RESTART", "TRUNCATE"}) {
    sql(std::string("PRAGMA wal_checkpoint(") + kind + ")");
    expect_nothing(kind);
  }
  sql("UPDATE webhook SET reason = 'by another program'; PRAGMA wal_checkpoint(TRUNCATE)");
  expect_nothing("a foreign commit and checkpoint");
  sql("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
  expect_nothing("a foreign VACUUM");
  fs::last_write_time(path_, fs::file_time_type::clock::now());
  expect_nothing("touch");
}

}  // namespace
}  // namespace mactiond::store

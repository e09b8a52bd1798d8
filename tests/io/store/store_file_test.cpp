#include <SQLiteCpp/Database.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

#include "store/store.hpp"
#include "unit/store/rows.hpp"

namespace mactiond::store {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class StoreFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "/store_file_XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    path_ = directory_ + "/store.db";
  }
  void TearDown() override { fs::remove_all(directory_); }

  Store open() const {
    auto store = Store::open(directory_);
    EXPECT_TRUE(store) << store.error().message();
    return std::move(store).value();
  }
  Error open_fails() const {
    const auto store = Store::open(directory_);
    EXPECT_FALSE(store);
    return store ? Error{} : store.error();
  }
  static mode_t mode_of(const std::string& path) {
    struct stat found {};
    EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
    return found.st_mode & 07777U;
  }
  /// One event, its action, and the quota row that is written after them.
  static core::Batch batch(std::uint64_t seq) {
    core::Batch rows;
    rows.actions = {action_row("A" + std::to_string(seq), ActionStatus::Known::Pending)};
    rows.events = {event_of(seq, "A" + std::to_string(seq))};
    rows.quotas = {{"eu", "minute", "boot", MonoTime(Duration(seq))}};
    return rows;
  }

  std::string directory_;
  std::string path_;
};

TEST_F(StoreFile, KeepsEverythingOverAReopen) {
  {
    Store store = open();
    ASSERT_TRUE(store.commit(batch(1), LogPosition{1, 2, 3, 1}));
  }
  Store store = open();
  const auto snapshot = store.load();
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->last_seq, 1U);
  EXPECT_EQ(snapshot->actions.size(), 1U);
  EXPECT_EQ(store.load_log_position().value()->offset, 3U);
  EXPECT_TRUE(store.commit(batch(2)));
}

TEST_F(StoreFile, IsPrivate) {
  const mode_t before = ::umask(0);
  Store store = open();
  ASSERT_TRUE(store.commit(batch(1)));
  ::umask(before);
  EXPECT_EQ(mode_of(path_), 0600U);
  EXPECT_EQ(mode_of(path_ + "-wal"), 0600U);
  EXPECT_EQ(mode_of(directory_ + "/mactiond.lock"), 0600U);
}

TEST_F(StoreFile, IsForOneProcessAtATime) {
  {
    const Store store = open();
    const Error error = open_fails();
    EXPECT_EQ(error.code, make_error_code(Errc::StoreInUse));
    EXPECT_THAT(error.where, HasSubstr("mactiond.lock"));
  }
  open();
}

TEST_F(StoreFile, KeepsTheLockThroughAMove) {
  Store first = open();
  const Store second = std::move(first);
  EXPECT_EQ(open_fails().code, make_error_code(Errc::StoreInUse));
}

TEST_F(StoreFile, NamesADirectoryThatIsMissing) {
  directory_ += "/missing";
  const Error error = open_fails();
  EXPECT_EQ(error.code, make_error_code(Errc::PathNotUsable));
  EXPECT_THAT(error.message(), HasSubstr("/missing"));
  EXPECT_THAT(error.message(), HasSubstr("No such file or directory"));
}

TEST_F(StoreFile, RefusesAFileThatIsNoDatabase) {
  std::ofstream(path_) << std::string(8192, 'x');
  const Error error = open_fails();
  EXPECT_EQ(error.code, make_error_code(Errc::StoreCorrupt));
  EXPECT_THAT(error.where, HasSubstr(path_));
}

TEST_F(StoreFile, FindsADamagedPageAtStart) {
  {
    Store store = open();
    for (std::uint64_t seq = 1; seq <= 200; ++seq) ASSERT_TRUE(store.commit(batch(seq)));
  }
  ASSERT_FALSE(fs::exists(path_ + "-wal"));
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    const auto size = static_cast<std::streamoff>(fs::file_size(path_));
    for (std::streamoff page = 3 * 4096; page < size; page += 4096) {
      file.seekp(page);
      file << std::string(64, '\xee');
    }
  }
  EXPECT_EQ(open_fails().code, make_error_code(Errc::StoreCorrupt));
}

TEST_F(StoreFile, FindsEventsThatWereTakenOut) {
  {
    Store store = open();
    ASSERT_TRUE(store.commit(batch(1)));
    ASSERT_TRUE(store.commit(batch(2)));
  }
  SQLite::Database(path_, SQLite::OPEN_READWRITE).exec("DELETE FROM event WHERE seq = 2");
  EXPECT_EQ(open_fails().code, make_error_code(Errc::StoreCorrupt));
}

TEST_F(StoreFile, RefusesASchemaFromTheFuture) {
  open();
  SQLite::Database(path_, SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 1000");
  const Error error = open_fails();
  EXPECT_EQ(error.code, make_error_code(Errc::StoreTooNew));
  EXPECT_THAT(error.where, HasSubstr(path_));
}

TEST_F(StoreFile, LeavesNothingOfACommitThatFailsHalfway) {
  Store store = open();
  ASSERT_TRUE(store.commit(batch(1)));
  SQLite::Database other(path_, SQLite::OPEN_READWRITE);
  other.exec("CREATE TRIGGER full BEFORE INSERT ON quota BEGIN SELECT raise(ABORT, 'full'); END");
  const auto failed = store.commit(batch(2), LogPosition{1, 1, 1, 2});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, make_error_code(Errc::StoreFailed));
  EXPECT_THAT(failed.error().where, HasSubstr("full"));

  const auto snapshot = store.load();
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->last_seq, 1U);
  EXPECT_EQ(snapshot->actions.size(), 1U);
  EXPECT_EQ(store.load_events(1, 10).value().size(), 1U);
  EXPECT_FALSE(store.load_log_position().value());

  other.exec("DROP TRIGGER full");
  EXPECT_TRUE(store.commit(batch(2)));
}

TEST_F(StoreFile, FailsACommitThatAnotherWriterBlocks) {
  Store store = open();
  SQLite::Database other(path_, SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  EXPECT_FALSE(store.commit(batch(1)));
  other.exec("ROLLBACK");
  EXPECT_TRUE(store.commit(batch(1)));
}

TEST_F(StoreFile, ContinuesAfterTheDiskWasFull) {
  Store store = open();
  ASSERT_TRUE(store.commit(batch(1)));
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  auto* const handler = ::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{fs::file_size(path_ + "-wal") + 4096, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  const auto failed = store.commit(batch(2));
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, handler);

  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, make_error_code(Errc::StoreFailed));
  EXPECT_EQ(store.load().value().last_seq, 1U);
  EXPECT_TRUE(store.commit(batch(2)));
  EXPECT_EQ(store.load_events(1, 10).value().size(), 2U);
}

TEST_F(StoreFile, DoesNotHandItsLockToPrograms) {
  Store store = open();
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::execl("/bin/sh", "sh", "-c", "ls -l /proc/self/fd | grep -c -e mactiond.lock -e store.db",
            static_cast<char*>(nullptr));
    ::_exit(127);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  // grep found nothing.
  EXPECT_EQ(WEXITSTATUS(status), 1);
}

}  // namespace
}  // namespace mactiond::store

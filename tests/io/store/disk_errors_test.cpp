#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <string>
#include <vector>

#include "io/store/stored_in_file.hpp"

namespace {

bool g_reads_fail = false;
int g_writes_until_failure = -1;  ///< 0: the next one; below 0: none
int g_write_error = EIO;

// In place of the system's, as far as SQLite calls them.
ssize_t failing_pread(int fd, void* bytes, size_t count, off_t offset) {
  if (g_reads_fail) {
    errno = EIO;
    return -1;
  }
  return ::pread(fd, bytes, count, offset);
}

ssize_t failing_pwrite(int fd, const void* bytes, size_t count, off_t offset) {
  if (g_writes_until_failure >= 0 && g_writes_until_failure-- == 0) {
    errno = g_write_error;
    return -1;
  }
  return ::pwrite(fd, bytes, count, offset);
}

template <class Function>
void replace(const char* name, Function* function) {
  sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
  const auto call = reinterpret_cast<sqlite3_syscall_ptr>(function);
  system->xSetSystemCall(system, name, call);
}

std::vector<std::string> g_calls;

}  // namespace

// Taken by the linker in place of the library's.
extern "C" int rename(const char* from, const char* to) {
  g_calls.push_back(std::string("rename ") + from);
  return static_cast<int>(::syscall(SYS_rename, from, to));
}

extern "C" int fsync(int fd) {
  std::array<char, 512> name{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  if (::readlink(link.c_str(), name.data(), name.size() - 1) > 0) {
    g_calls.push_back(std::string("sync ") + name.data());
  }
  return static_cast<int>(::syscall(SYS_fsync, fd));
}

namespace mactiond::store {
namespace {

using ::testing::HasSubstr;

class DiskErrors : public StoredInFile {
 protected:
  void SetUp() override {
    StoredInFile::SetUp();
    for (const char* name : {"pread", "pread64"}) replace(name, failing_pread);
    for (const char* name : {"pwrite", "pwrite64"}) replace(name, failing_pwrite);
  }
  void TearDown() override {
    g_reads_fail = false;
    g_writes_until_failure = -1;
    g_write_error = EIO;
    for (const char* name : {"pread", "pread64", "pwrite", "pwrite64"}) {
      replace<void()>(name, nullptr);
    }
    StoredInFile::TearDown();
  }
};

TEST_F(DiskErrors, APartOfTheFileThatCannotBeReadIsDamage) {
  fill(20);
  {
    Store store = open();
    // Another program's commit: what was read before is read again.
    sql("UPDATE webhook SET reason = 'x'");
    g_reads_fail = true;
    const auto found = store.find_events({0, 1000});
    g_reads_fail = false;
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, make_error_code(Errc::StoreCorrupt));
    EXPECT_TRUE(store.damaged());
  }
  Store store = open();
  EXPECT_TRUE(store.found()->damaged);
  EXPECT_THAT(store.found()->damage, HasSubstr("met while the daemon ran: "));
}

core::Batch ended_decisions() {
  core::Batch rows;
  for (int number = 100; number < 400; ++number) {
    core::Decision decision;
    decision.id = "d" + std::to_string(number);
    decision.region = "eu";
    decision.action.value = "gone";
    decision.ended = at(1);
    rows.decisions.push_back(decision);
  }
  rows.prune_before = at(100);
  return rows;
}

TEST_F(DiskErrors, AFullDiskEndsACleanUpAndNothingElse) {
  Store store = open();
  ASSERT_TRUE(store.commit(ended_decisions()));
  g_write_error = ENOSPC;
  for (int step = 0; !store.is_pruned(); ++step) {
    ASSERT_LT(step, 1000);
    g_writes_until_failure = 0;
    EXPECT_TRUE(store.prune_some());
    g_writes_until_failure = -1;
  }
  EXPECT_FALSE(store.load()->decisions.empty());
  ASSERT_TRUE(store.commit(ended_decisions()));
  while (!store.is_pruned()) ASSERT_TRUE(store.prune_some());
  EXPECT_TRUE(store.load()->decisions.empty());
}

TEST_F(DiskErrors, ACleanUpThatFailsSaysSoAndLooksAtTheSameRowsAgain) {
  Store store = open();
  ASSERT_TRUE(store.commit(ended_decisions()));
  int failures = 0;
  for (int step = 0; !store.is_pruned(); ++step) {
    ASSERT_LT(step, 1000);
    if (step % 3 == 2) g_writes_until_failure = 0;
    if (!store.prune_some()) ++failures;
    g_writes_until_failure = -1;
  }
  EXPECT_GT(failures, 1);
  EXPECT_TRUE(store.load()->decisions.empty());
}

TEST_F(DiskErrors, ASalvageSyncsTheDirectoryAfterItsRenames) {
  fill(20);
  sql("DROP TABLE region");
  g_calls.clear();
  { const Store store = open(); }
  const auto index = [](const std::string& call) {
    const auto found = std::find(g_calls.begin(), g_calls.end(), call);
    EXPECT_NE(found, g_calls.end()) << call;
    return found - g_calls.begin();
  };
  const std::string sync = "sync " + std::filesystem::canonical(directory_).string();
  const auto aside = index("rename " + path_);
  const auto placed = index("rename " + path_ + ".new");
  ASSERT_LT(aside, placed);
  EXPECT_EQ(std::count(g_calls.begin() + aside, g_calls.begin() + placed, sync), 1);
  EXPECT_GE(std::count(g_calls.begin() + placed, g_calls.end(), sync), 1);
}

}  // namespace
}  // namespace mactiond::store

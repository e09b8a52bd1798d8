#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "ops/transition_log.hpp"

namespace {
// Which of the next calls of fdatasync fail: 0 the next one, and how many of them.
int g_until_failure = -1;
int g_failures = 0;
}  // namespace

// Taken by the linker in place of the library's.
extern "C" int fdatasync(int fd) {
  if (g_failures > 0 && g_until_failure-- <= 0) {
    --g_failures;
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

namespace mactiond::ops {
namespace {

namespace fs = std::filesystem;

std::vector<core::EventRecord> events(std::uint64_t first, std::uint64_t last) {
  std::vector<core::EventRecord> made;
  for (std::uint64_t seq = first; seq <= last; ++seq) {
    core::EventRecord event;
    event.seq = seq;
    event.id = "ma_" + std::to_string(seq);
    event.instance = "soc1";
    made.push_back(event);
  }
  return made;
}

std::string lines(std::uint64_t first, std::uint64_t last) {
  std::string text;
  for (const auto& event : events(first, last)) text += core::log_line(event);
  return text;
}

class TransitionLogDurability : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "/log_durability_XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    path_ = directory_ + "/transitions.jsonl";
  }
  void TearDown() override {
    g_failures = 0;
    fs::remove_all(directory_);
  }
  TransitionLog open(LogSync sync = LogSync::Batch) {
    auto log = TransitionLog::open({path_, sync});
    EXPECT_TRUE(log) << log.error().message();
    return std::move(log).value();
  }
  static Result<TransitionLog> open_alone(const std::string& path) {
    return TransitionLog::open({path});
  }
  [[nodiscard]] std::string read() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string directory_;
  std::string path_;
};

TEST_F(TransitionLogDurability, AFailedSyncTakesItsLinesBackAndTheyAreWrittenAgain) {
  auto log = open();
  ASSERT_TRUE(log.append(events(1, 1)));
  g_until_failure = 0;
  g_failures = 1;
  EXPECT_FALSE(log.append(events(2, 4)));
  EXPECT_EQ(log.position().first_seq, 2U);
  EXPECT_EQ(log.position().offset, lines(1, 1).size());
  EXPECT_EQ(read(), lines(1, 1));
  ASSERT_TRUE(log.append(events(2, 5)));
  EXPECT_EQ(read(), lines(1, 5));
}

TEST_F(TransitionLogDurability, LinesSyncedBeforeTheFailureStay) {
  auto log = open(LogSync::Every);
  g_until_failure = 2;
  g_failures = 1;
  EXPECT_FALSE(log.append(events(1, 5)));
  EXPECT_EQ(log.position().first_seq, 3U);
  EXPECT_EQ(read(), lines(1, 2));
  ASSERT_TRUE(log.append(events(3, 5)));
  EXPECT_EQ(read(), lines(1, 5));
}

TEST_F(TransitionLogDurability, ManyFailuresInARowLoseAndDoubleNothing) {
  auto log = open();
  g_until_failure = 0;
  g_failures = 7;
  std::uint64_t attempts = 0;
  while (log.position().first_seq <= 9 && attempts++ < 20) {
    (void)log.append(events(log.position().first_seq, 9));
  }
  EXPECT_EQ(attempts, 8U);
  EXPECT_EQ(read(), lines(1, 9));
}

TEST_F(TransitionLogDurability, ARotationAfterAFailureLeavesTheOldFileExact) {
  auto log = open();
  ASSERT_TRUE(log.append(events(1, 2)));
  g_until_failure = 0;
  g_failures = 1;
  EXPECT_FALSE(log.append(events(3, 3)));
  fs::rename(path_, path_ + ".1");
  ASSERT_TRUE(log.reopen());
  ASSERT_TRUE(log.append(events(3, 4)));
  EXPECT_EQ(read(), lines(3, 4));
  path_ += ".1";
  EXPECT_EQ(read(), lines(1, 2));
}

TEST_F(TransitionLogDurability, AnEventThatIsMissingIsAnErrorAndNoEnd) {
  auto log = open();
  auto some = events(1, 5);
  some.erase(some.begin() + 2);
  EXPECT_FALSE(log.append(some));
  EXPECT_EQ(read(), lines(1, 2));
  EXPECT_EQ(log.position().first_seq, 3U);
  ASSERT_TRUE(log.append(events(3, 5)));
  EXPECT_EQ(read(), lines(1, 5));
}

TEST_F(TransitionLogDurability, ALogHasOneWriter) {
  auto first = open();
  const auto second = open_alone(path_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, make_error_code(Errc::StoreInUse));
  ASSERT_TRUE(first.append(events(1, 1)));
}

TEST_F(TransitionLogDurability, TheLockFollowsARotation) {
  auto first = open();
  fs::rename(path_, path_ + ".1");
  ASSERT_TRUE(first.reopen());
  EXPECT_FALSE(open_alone(path_));
  // The rotated file is free: whoever compresses it may lock it.
  EXPECT_TRUE(open_alone(path_ + ".1"));
}

TEST_F(TransitionLogDurability, TheLockEndsWithTheLog) {
  { auto first = open(); }
  EXPECT_TRUE(open_alone(path_));
}

}  // namespace
}  // namespace mactiond::ops

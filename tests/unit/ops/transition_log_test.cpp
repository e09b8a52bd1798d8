#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/ops/transition_log_fixture.hpp"

namespace mactiond::ops {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// Lowers the largest file this process may write, so that a write ends with EFBIG.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::uint64_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

class TransitionLogWriting : public TransitionLogTest {};

class TransitionLogWritingSync : public TransitionLogTest,
                                 public ::testing::WithParamInterface<LogSync> {
 protected:
  TransitionLogWritingSync() { sync_ = GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(, TransitionLogWritingSync,
                         ::testing::Values(LogSync::Every, LogSync::Batch, LogSync::Never),
                         sync_name);

TEST_P(TransitionLogWritingSync, WritesOneLineAnEvent) {
  auto log = open(std::nullopt, 0);
  EXPECT_EQ(log.position().offset, 0U);
  EXPECT_EQ(log.position().first_seq, 1U);
  ASSERT_TRUE(log.append(events(1, 2)));
  ASSERT_TRUE(log.append({}));
  ASSERT_TRUE(log.append(events(3, 3)));
  EXPECT_EQ(read(), lines(1, 3));
  EXPECT_EQ(log.position().offset, lines(1, 3).size());
  EXPECT_EQ(log.position().first_seq, 4U);
}

TEST_F(TransitionLogWriting, CreatesTheFileReadableByItsGroupWhateverTheUmask) {
  const mode_t before = ::umask(0077);
  const auto log = open(std::nullopt, 0);
  ::umask(before);
  struct stat found {};
  ASSERT_EQ(::stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0640U);
}

TEST_F(TransitionLogWriting, KeepsALineWithARawNewlineOnOneLine) {
  auto log = open(std::nullopt, 0);
  auto batch = events(1, 1);
  batch[0].document = "{\n\"id\":\"A1\"}";
  ASSERT_TRUE(log.append(batch));
  EXPECT_EQ(log.position().first_seq, 2U);
  EXPECT_THAT(read(), HasSubstr("{ \"id\":\"A1\"}"));
}

TEST_P(TransitionLogWritingSync, KeepsWholeLinesAndCutsATornOneWhenTheDiskIsFull) {
  auto log = open(std::nullopt, 0);
  ASSERT_TRUE(log.append(events(1, 1)));
  {
    const FileSizeLimit limit(lines(1, 3).size() + 7);
    const auto written = log.append(events(2, 6));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, boost::system::errc::file_too_large);
    EXPECT_EQ(read(), lines(1, 3));
    EXPECT_EQ(log.position().first_seq, 4U);
    EXPECT_EQ(log.position().offset, lines(1, 3).size());
    EXPECT_FALSE(log.append(events(4, 6)));
  }
  ASSERT_TRUE(log.append(events(4, 6)));
  EXPECT_EQ(read(), lines(1, 6));
}

TEST_F(TransitionLogWriting, FollowsACopyTruncateWhileOpen) {
  auto log = open(std::nullopt, 0);
  ASSERT_TRUE(log.append(events(1, 3)));
  const LogFilePosition committed = log.position();
  cut(0);
  ASSERT_TRUE(log.append(events(4, 4)));
  EXPECT_EQ(read(), lines(4, 4));
  EXPECT_EQ(log.position().offset, lines(4, 4).size());
  { const ops::TransitionLog ended = std::move(log); }
  EXPECT_EQ(open(committed, 4).position().first_seq, 5U);
}

TEST_F(TransitionLogWriting, ReopensAfterARotation) {
  auto log = open(std::nullopt, 0);
  ASSERT_TRUE(log.append(events(1, 2)));
  EXPECT_FALSE(log.moved());
  fs::rename(path_, path_ + ".1");
  EXPECT_TRUE(log.moved());
  ASSERT_TRUE(log.append(events(3, 3)));
  ASSERT_TRUE(log.reopen());
  EXPECT_FALSE(log.moved());
  EXPECT_EQ(log.position().offset, 0U);
  EXPECT_EQ(log.position().first_seq, 4U);
  ASSERT_TRUE(log.append(events(4, 4)));
  EXPECT_EQ(read(path_ + ".1"), lines(1, 3));
  EXPECT_EQ(read(), lines(4, 4));
}

TEST_F(TransitionLogWriting, ReopensTheSameFileWithoutLosingItsPlace) {
  auto log = open(std::nullopt, 0);
  ASSERT_TRUE(log.append(events(1, 2)));
  const LogFilePosition before = log.position();
  ASSERT_TRUE(log.reopen());
  EXPECT_EQ(log.position(), before);
}

TEST_F(TransitionLogWriting, KeepsTheOldFileWhenTheNewOneCannotBeOpened) {
  auto log = open(std::nullopt, 0);
  fs::rename(path_, path_ + ".1");
  fs::create_directory(path_);
  EXPECT_FALSE(log.reopen());
  ASSERT_TRUE(log.append(events(1, 1)));
  EXPECT_EQ(read(path_ + ".1"), lines(1, 1));
}

TEST_F(TransitionLogWriting, WritesNothingIntoAFileThatWasRemoved) {
  auto log = open(std::nullopt, 0);
  ASSERT_TRUE(log.append(events(1, 2)));
  fs::remove(path_);
  const auto lost = log.append(events(3, 3));
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.error().where, HasSubstr("removed"));
  EXPECT_TRUE(log.moved());
  ASSERT_TRUE(log.reopen());
  ASSERT_TRUE(log.append(events(3, 4)));
  EXPECT_EQ(read(), lines(3, 4));
}

TEST_F(TransitionLogWriting, RefusesWhatIsNotAFile) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  const auto log = ops::TransitionLog::open({path_, sync_});
  ASSERT_FALSE(log);
  EXPECT_THAT(log.error().where, HasSubstr("not a regular file"));
  const auto lost = ops::TransitionLog::open({directory_ + "/no/such", sync_});
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.error().where, HasSubstr("No such file"));
}

TEST_F(TransitionLogWriting, AbortsWhenAnEventIsGivenTwice) {
  auto log = open(std::nullopt, 0);
  ASSERT_TRUE(log.append(events(1, 1)));
  EXPECT_DEATH(static_cast<void>(log.append(events(1, 1))), "assertion_failed");
}

}  // namespace
}  // namespace mactiond::ops

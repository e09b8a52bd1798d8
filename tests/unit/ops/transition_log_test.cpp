#include "ops/transition_log.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace mactiond::ops {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

core::EventRecord event(std::uint64_t seq) {
  core::EventRecord event;
  event.seq = seq;
  event.id = "ma_" + std::to_string(seq);
  event.instance = "soc1";
  event.region = "eu";
  event.action.value = "A" + std::to_string(seq);
  event.document = "{\"id\":\"A" + std::to_string(seq) + "\"}";
  return event;
}

std::vector<core::EventRecord> events(std::uint64_t first, std::uint64_t last) {
  std::vector<core::EventRecord> made;
  for (std::uint64_t seq = first; seq <= last; ++seq) made.push_back(event(seq));
  return made;
}

/// What the log holds of events first..last.
std::string lines(std::uint64_t first, std::uint64_t last) {
  std::string text;
  for (std::uint64_t seq = first; seq <= last; ++seq) text += core::log_line(event(seq));
  return text;
}

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

class TransitionLog : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "/transition_log_XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    path_ = directory_ + "/transitions.jsonl";
  }
  void TearDown() override { fs::remove_all(directory_); }

  static ops::TransitionLog must(Result<ops::TransitionLog> log) {
    EXPECT_TRUE(log) << log.error().message();
    return std::move(log).value();
  }
  ops::TransitionLog open(const std::optional<LogFilePosition>& committed, std::uint64_t last_seq) {
    return must(ops::TransitionLog::open({path_, sync_, {}, committed, last_seq}));
  }
  Error open_fails(const LogFilePosition& committed, std::uint64_t last_seq) {
    const auto log = ops::TransitionLog::open({path_, sync_, {}, committed, last_seq});
    EXPECT_FALSE(log);
    return log ? Error{} : log.error();
  }
  /// A file with events 1..last; the position committed before event `first` of them.
  LogFilePosition write_up_to(std::uint64_t last, std::uint64_t first) {
    auto log = open(std::nullopt, 0);
    EXPECT_TRUE(log.append(events(1, first - 1)));
    const LogFilePosition committed = log.position();
    EXPECT_TRUE(log.append(events(first, last)));
    return committed;
  }
  static std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string read() const { return read(path_); }
  static void write(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
  }
  void cut(std::uint64_t size) { fs::resize_file(path_, size); }
  static void cut_tail(const std::string& path, std::uint64_t bytes) {
    fs::resize_file(path, fs::file_size(path) - bytes);
  }

  Sync sync_ = Sync::Batch;
  std::string directory_;
  std::string path_;
};

class TransitionLogSync : public TransitionLog, public ::testing::WithParamInterface<Sync> {
 protected:
  TransitionLogSync() { sync_ = GetParam(); }
};

class TransitionLogUnsynced : public TransitionLog {
 protected:
  TransitionLogUnsynced() { sync_ = Sync::Never; }
};

INSTANTIATE_TEST_SUITE_P(, TransitionLogSync,
                         ::testing::Values(Sync::Every, Sync::Batch, Sync::Never),
                         [](const auto& test) {
                           switch (test.param) {
                             case Sync::Every:
                               return "Every";
                             case Sync::Batch:
                               return "Batch";
                             case Sync::Never:
                               return "Never";
                           }
                           return "";
                         });

TEST_P(TransitionLogSync, WritesOneLineAnEvent) {
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

TEST_F(TransitionLog, CreatesTheFileReadableByItsGroupWhateverTheUmask) {
  const mode_t before = ::umask(0077);
  const auto log = open(std::nullopt, 0);
  ::umask(before);
  struct stat found {};
  ASSERT_EQ(::stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0640U);
}

TEST_F(TransitionLog, AppendsToWhatIsThereAtTheFirstStart) {
  write(path_, "{\"seq\":900,\"of\":\"an older store\"}\n{\"seq\":901,\"torn");
  auto log = open(std::nullopt, 0);
  ASSERT_TRUE(log.append(events(1, 1)));
  EXPECT_EQ(read(), "{\"seq\":900,\"of\":\"an older store\"}\n" + lines(1, 1));
}

TEST_F(TransitionLog, KeepsALineWithARawNewlineOnOneLine) {
  auto log = open(std::nullopt, 0);
  auto batch = events(1, 1);
  batch[0].document = "{\n\"id\":\"A1\"}";
  ASSERT_TRUE(log.append(batch));
  EXPECT_EQ(log.position().first_seq, 2U);
  EXPECT_THAT(read(), HasSubstr("{ \"id\":\"A1\"}"));
}

TEST_P(TransitionLogSync, FindsOutHowFarItGotFromTheCommittedPosition) {
  const LogFilePosition committed = write_up_to(5, 3);
  auto log = open(committed, 6);
  EXPECT_EQ(log.position().first_seq, 6U);
  ASSERT_TRUE(log.append(events(6, 6)));
  EXPECT_EQ(read(), lines(1, 6));
}

TEST_F(TransitionLogUnsynced, RepairsATailTornAtAnyByte) {
  const LogFilePosition committed = write_up_to(4, 3);
  const std::string all = read();
  for (std::uint64_t size = committed.offset; size <= all.size(); ++size) {
    SCOPED_TRACE(size);
    cut(size);
    auto log = open(committed, 4);
    const auto next = log.position().first_seq;
    ASSERT_GE(next, 3U);
    if (next <= 4) {
      ASSERT_TRUE(log.append(events(next, 4)));
    }
    ASSERT_EQ(read(), all);
  }
}

TEST_F(TransitionLog, CutsWhatAPowerLossLeftAsZeros) {
  const LogFilePosition committed = write_up_to(5, 3);
  std::string text = read();
  const std::size_t hole = lines(1, 3).size() + 10;
  std::fill(text.begin() + static_cast<std::ptrdiff_t>(hole),
            text.begin() + static_cast<std::ptrdiff_t>(hole + 20), '\0');
  write(path_, text);
  auto log = open(committed, 5);
  EXPECT_EQ(log.position().first_seq, 4U);
  EXPECT_EQ(read(), lines(1, 3));
}

TEST_F(TransitionLog, RefusesALogThatIsAheadOfTheStore) {
  const LogFilePosition committed = write_up_to(5, 3);
  const Error error = open_fails(committed, 4);
  EXPECT_EQ(error.code, make_error_code(Errc::PathNotUsable));
  EXPECT_THAT(error.where, HasSubstr("it holds event 5, the store knows none after 4"));
  EXPECT_EQ(read(), lines(1, 5));
}

TEST_F(TransitionLog, ContinuesInANewFileAfterARename) {
  const LogFilePosition committed = write_up_to(5, 3);
  const std::string renamed = directory_ + "/transitions.jsonl.1";
  fs::rename(path_, renamed);
  cut_tail(renamed, 4);
  auto log = open(committed, 5);
  EXPECT_EQ(log.position().offset, 0U);
  EXPECT_EQ(log.position().first_seq, 5U);
  ASSERT_TRUE(log.append(events(5, 5)));
  EXPECT_EQ(read(renamed), lines(1, 4));
  EXPECT_EQ(read(), lines(5, 5));
}

TEST_F(TransitionLog, CutsATornLineOffARenamedFileAlsoIfNoWholeOneWasWritten) {
  for (const std::uint64_t first : {1U, 3U}) {
    SCOPED_TRACE(first);
    const LogFilePosition committed = write_up_to(first, first);
    const std::string renamed = directory_ + "/transitions.jsonl.1";
    fs::rename(path_, renamed);
    fs::resize_file(renamed, committed.offset + 3);
    EXPECT_EQ(open(committed, first).position().first_seq, first);
    EXPECT_EQ(read(renamed), lines(1, first - 1));
    fs::remove(path_);
  }
}

TEST_F(TransitionLog, StartsOverAtTheCommittedEventWhenTheFileIsGone) {
  const LogFilePosition committed = write_up_to(5, 3);
  fs::remove(path_);
  // Keeps the inode from being given to the new file.
  write(directory_ + "/other", "x");
  auto log = open(committed, 5);
  EXPECT_EQ(log.position().first_seq, 3U);
  EXPECT_EQ(log.position().offset, 0U);
}

TEST_F(TransitionLog, KnowsACopiedLogByItsLastLine) {
  const LogFilePosition committed = write_up_to(5, 3);
  const std::string all = read();
  const std::string elsewhere = directory_ + ".elsewhere";
  fs::rename(path_, elsewhere);
  write(path_, all + "{\"seq\":6,\"to");
  auto log = open(committed, 6);
  fs::remove(elsewhere);
  EXPECT_EQ(log.position().first_seq, 6U);
  EXPECT_EQ(read(), all);
}

TEST_F(TransitionLog, RepeatsNoLineOfACopyThatARotationMadeBesideIt) {
  for (const char* name : {"/transitions.jsonl.1", "/transitions.jsonl-20300101",
                           "/transitions-20300101.jsonl", "/transitions.1.jsonl"}) {
    for (const bool removed : {false, true}) {
      SCOPED_TRACE(std::string(name) + (removed ? " removed" : " emptied"));
      const LogFilePosition committed = write_up_to(5, 3);
      fs::copy_file(path_, directory_ + name);
      removed ? static_cast<void>(fs::remove(path_)) : cut(0);
      auto log = open(committed, 6);
      EXPECT_EQ(log.position().first_seq, 6U);
      ASSERT_TRUE(log.append(events(6, 6)));
      EXPECT_EQ(read(), lines(6, 6));
      EXPECT_EQ(read(directory_ + name), lines(1, 5));
      fs::remove(path_);
      fs::remove(directory_ + name);
    }
  }
}

TEST_F(TransitionLog, RepeatsNoFirstLinesOfAFileThatWasCopiedAndEmptied) {
  const LogFilePosition committed = write_up_to(5, 1);
  ASSERT_EQ(committed.offset, 0U) << "the kill came before its lines' position was stored";
  fs::copy_file(path_, path_ + ".1");
  cut(0);
  EXPECT_EQ(open(committed, 6).position().first_seq, 6U);
}

TEST_F(TransitionLog, TakesNoFileBesideItForACopyThatIsNone) {
  const LogFilePosition committed = write_up_to(5, 3);
  // It keeps its inode, which no other file may be given.
  const std::string elsewhere = directory_ + ".elsewhere";
  fs::rename(path_, elsewhere);
  write(path_ + ".1", lines(1, 9));  // of another store
  write(path_ + ".2", lines(1, 2));  // older
  write(path_ + ".3", "by hand\n");
  write(directory_ + "/other.jsonl", lines(1, 5));
  fs::create_directory(path_ + ".4");
  ASSERT_EQ(::mkfifo((path_ + ".5").c_str(), 0600), 0);
  EXPECT_EQ(open(committed, 5).position().first_seq, 3U);
  fs::remove(elsewhere);
}

TEST_F(TransitionLog, TakesNoOtherLogWhoseNameBeginsAlikeForACopy) {
  const LogFilePosition committed = write_up_to(5, 3);
  const std::string elsewhere = directory_ + ".elsewhere";
  fs::rename(path_, elsewhere);
  for (const char* name : {"/transitions-2.jsonl", "/transitions-eu.jsonl.1", "/transitions.csv",
                           "/transitions.jsonl.bak"}) {
    write(directory_ + name, lines(1, 4));
  }
  EXPECT_EQ(open(committed, 5).position().first_seq, 3U);
  fs::remove(elsewhere);
}

TEST_F(TransitionLog, LeavesAnotherProgramsFileThatTookTheInodeAlone) {
  const LogFilePosition committed = write_up_to(2, 1);
  const std::string other = directory_ + "/other.log";
  fs::rename(path_, other);
  write(other, "some other program's line\nand one it is still writ");
  const auto log = open(committed, 2);
  EXPECT_EQ(log.position().first_seq, 1U);
  EXPECT_EQ(read(other), "some other program's line\nand one it is still writ");
}

TEST_F(TransitionLog, ContinuesAfterAFileThatWasEmptied) {
  const LogFilePosition committed = write_up_to(5, 3);
  cut(0);
  auto log = open(committed, 5);
  EXPECT_EQ(log.position().first_seq, 3U);
  EXPECT_EQ(log.position().offset, 0U);
}

TEST_F(TransitionLog, LooksPastLinesOfOthers) {
  const LogFilePosition committed = write_up_to(5, 3);
  write(path_, read() + "a note by hand\n");
  auto log = open(committed, 7);
  EXPECT_EQ(log.position().first_seq, 6U);
  ASSERT_TRUE(log.append(events(6, 7)));
  EXPECT_EQ(read(), lines(1, 5) + "a note by hand\n" + lines(6, 7));
}

TEST_P(TransitionLogSync, KeepsWholeLinesAndCutsATornOneWhenTheDiskIsFull) {
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

TEST_F(TransitionLog, SaysThatEventsInBetweenAreLost) {
  auto log = open(std::nullopt, 0);
  const auto written = log.append(events(3, 4));
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().where, HasSubstr("events from 1 on are missing"));
  EXPECT_EQ(read(), "");
}

TEST_F(TransitionLog, FollowsACopyTruncateWhileOpen) {
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

TEST_F(TransitionLog, ReopensAfterARotation) {
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

TEST_F(TransitionLog, ReopensTheSameFileWithoutLosingItsPlace) {
  auto log = open(std::nullopt, 0);
  ASSERT_TRUE(log.append(events(1, 2)));
  const LogFilePosition before = log.position();
  ASSERT_TRUE(log.reopen());
  EXPECT_EQ(log.position(), before);
}

TEST_F(TransitionLog, KeepsTheOldFileWhenTheNewOneCannotBeOpened) {
  auto log = open(std::nullopt, 0);
  fs::rename(path_, path_ + ".1");
  fs::create_directory(path_);
  EXPECT_FALSE(log.reopen());
  ASSERT_TRUE(log.append(events(1, 1)));
  EXPECT_EQ(read(path_ + ".1"), lines(1, 1));
}

TEST_F(TransitionLog, WritesNothingIntoAFileThatWasRemoved) {
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

TEST_F(TransitionLog, RefusesWhatIsNotAFile) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  const auto log = ops::TransitionLog::open({path_, sync_});
  ASSERT_FALSE(log);
  EXPECT_THAT(log.error().where, HasSubstr("not a regular file"));
  const auto lost = ops::TransitionLog::open({directory_ + "/no/such", sync_});
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.error().where, HasSubstr("No such file"));
}

TEST_F(TransitionLog, AbortsWhenAnEventIsGivenTwice) {
  auto log = open(std::nullopt, 0);
  ASSERT_TRUE(log.append(events(1, 1)));
  EXPECT_DEATH(static_cast<void>(log.append(events(1, 1))), "assertion_failed");
}

/// A power loss takes what was never synced, also from before the committed offset.
TEST_F(TransitionLogUnsynced, TakesTheNumberOfTheLastWholeLineThatSurvived) {
  const LogFilePosition committed = write_up_to(6, 6);
  cut(lines(1, 3).size() + 5);
  auto log = open(committed, 6);
  EXPECT_EQ(log.position().first_seq, 4U);
  EXPECT_EQ(read(), lines(1, 3));
}

/// What was synced is not lost but was taken out, and stands elsewhere.
TEST_F(TransitionLog, DoesNotRepeatSyncedLinesThatWereTakenOut) {
  const LogFilePosition committed = write_up_to(6, 6);
  cut(lines(1, 3).size());
  EXPECT_EQ(open(committed, 6).position().first_seq, 6U);
}

}  // namespace
}  // namespace mactiond::ops

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/ops/transition_log_fixture.hpp"

namespace mactiond::ops {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class TransitionLogStart : public TransitionLogTest {};

class TransitionLogStartSync : public TransitionLogTest,
                               public ::testing::WithParamInterface<LogSync> {
 protected:
  TransitionLogStartSync() { sync_ = GetParam(); }
};

class TransitionLogStartUnsynced : public TransitionLogTest {
 protected:
  TransitionLogStartUnsynced() { sync_ = LogSync::Never; }
};

INSTANTIATE_TEST_SUITE_P(, TransitionLogStartSync,
                         ::testing::Values(LogSync::Every, LogSync::Batch, LogSync::Never),
                         sync_name);

TEST_F(TransitionLogStart, AppendsToWhatIsThereAtTheFirstStart) {
  write(path_, "{\"seq\":900,\"of\":\"an older store\"}\n{\"seq\":901,\"torn");
  auto log = open(std::nullopt, 0);
  ASSERT_TRUE(log.append(events(1, 1)));
  EXPECT_EQ(read(), "{\"seq\":900,\"of\":\"an older store\"}\n" + lines(1, 1));
}

TEST_P(TransitionLogStartSync, FindsOutHowFarItGotFromTheCommittedPosition) {
  const LogFilePosition committed = write_up_to(5, 3);
  auto log = open(committed, 6);
  EXPECT_EQ(log.position().first_seq, 6U);
  ASSERT_TRUE(log.append(events(6, 6)));
  EXPECT_EQ(read(), lines(1, 6));
}

TEST_F(TransitionLogStartUnsynced, RepairsATailTornAtAnyByte) {
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

TEST_F(TransitionLogStart, CutsWhatAPowerLossLeftAsZeros) {
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

TEST_F(TransitionLogStart, RefusesALogThatIsAheadOfTheStore) {
  const LogFilePosition committed = write_up_to(5, 3);
  const Error error = open_fails(committed, 4);
  EXPECT_EQ(error.code, make_error_code(Errc::PathNotUsable));
  EXPECT_THAT(error.where, HasSubstr("it holds event 5, the store knows none after 4"));
  EXPECT_EQ(read(), lines(1, 5));
}

TEST_F(TransitionLogStart, ContinuesInANewFileAfterARename) {
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

TEST_F(TransitionLogStart, CutsATornLineOffARenamedFileAlsoIfNoWholeOneWasWritten) {
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

TEST_F(TransitionLogStart, StartsOverAtTheCommittedEventWhenTheFileIsGone) {
  const LogFilePosition committed = write_up_to(5, 3);
  fs::remove(path_);
  // Keeps the inode from being given to the new file.
  write(directory_ + "/other", "x");
  auto log = open(committed, 5);
  EXPECT_EQ(log.position().first_seq, 3U);
  EXPECT_EQ(log.position().offset, 0U);
}

TEST_F(TransitionLogStart, KnowsACopiedLogByItsLastLine) {
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

TEST_F(TransitionLogStart, RepeatsNoLineOfACopyThatARotationMadeBesideIt) {
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

TEST_F(TransitionLogStart, RepeatsNoFirstLinesOfAFileThatWasCopiedAndEmptied) {
  const LogFilePosition committed = write_up_to(5, 1);
  ASSERT_EQ(committed.offset, 0U) << "the kill came before its lines' position was stored";
  fs::copy_file(path_, path_ + ".1");
  cut(0);
  EXPECT_EQ(open(committed, 6).position().first_seq, 6U);
}

TEST_F(TransitionLogStart, TakesNoFileBesideItForACopyThatIsNone) {
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

TEST_F(TransitionLogStart, TakesNoOtherLogWhoseNameBeginsAlikeForACopy) {
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

TEST_F(TransitionLogStart, LeavesAnotherProgramsFileThatTookTheInodeAlone) {
  const LogFilePosition committed = write_up_to(2, 1);
  const std::string other = directory_ + "/other.log";
  fs::rename(path_, other);
  write(other, "some other program's line\nand one it is still writ");
  const auto log = open(committed, 2);
  EXPECT_EQ(log.position().first_seq, 1U);
  EXPECT_EQ(read(other), "some other program's line\nand one it is still writ");
}

TEST_F(TransitionLogStart, ContinuesAfterAFileThatWasEmptied) {
  const LogFilePosition committed = write_up_to(5, 3);
  cut(0);
  auto log = open(committed, 5);
  EXPECT_EQ(log.position().first_seq, 3U);
  EXPECT_EQ(log.position().offset, 0U);
}

TEST_F(TransitionLogStart, LooksPastLinesOfOthers) {
  const LogFilePosition committed = write_up_to(5, 3);
  write(path_, read() + "a note by hand\n");
  auto log = open(committed, 7);
  EXPECT_EQ(log.position().first_seq, 6U);
  ASSERT_TRUE(log.append(events(6, 7)));
  EXPECT_EQ(read(), lines(1, 5) + "a note by hand\n" + lines(6, 7));
}

TEST_F(TransitionLogStart, SaysThatEventsInBetweenAreLost) {
  auto log = open(std::nullopt, 0);
  const auto written = log.append(events(3, 4));
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().where, HasSubstr("events from 1 on are missing"));
  EXPECT_EQ(read(), "");
}

/// A power loss takes what was never synced, also from before the committed offset.
TEST_F(TransitionLogStartUnsynced, TakesTheNumberOfTheLastWholeLineThatSurvived) {
  const LogFilePosition committed = write_up_to(6, 6);
  cut(lines(1, 3).size() + 5);
  auto log = open(committed, 6);
  EXPECT_EQ(log.position().first_seq, 4U);
  EXPECT_EQ(read(), lines(1, 3));
}

/// What was synced is not lost but was taken out, and stands elsewhere.
TEST_F(TransitionLogStart, DoesNotRepeatSyncedLinesThatWereTakenOut) {
  const LogFilePosition committed = write_up_to(6, 6);
  cut(lines(1, 3).size());
  EXPECT_EQ(open(committed, 6).position().first_seq, 6U);
}

}  // namespace
}  // namespace mactiond::ops

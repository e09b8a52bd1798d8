#include "runtime/log_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/runtime/other_program.hpp"
#include "io/runtime/still_clock.hpp"
#include "support/builders.hpp"
#include "support/event_samples.hpp"
#include "unit/config/config_text.hpp"

namespace mactiond::runtime {
namespace {

using namespace std::chrono_literals;
using test::OtherProgram;
using test::StillClock;
using testing::HasSubstr;

/// A writer with its real store and log.
struct LogWriterTest : testing::Test {
  LogWriterTest() {
    std::signal(SIGXFSZ, SIG_IGN);
    auto opened = store::Store::open(directory.path());
    EXPECT_TRUE(opened);
    store = std::make_unique<store::Store>(std::move(*opened));
    auto opened_log = ops::TransitionLog::open({path});
    EXPECT_TRUE(opened_log);
    log = std::make_unique<ops::TransitionLog>(std::move(*opened_log));
    writer = std::make_unique<LogWriter>(clock, *store, *log);
    EXPECT_TRUE(writer->keep_position());
  }

  /// Stores the next event, as the driver does before it is written.
  std::vector<core::EventRecord> commit() {
    core::Batch batch;
    core::EventRecord event = test::event_of(core::EventType::RegionDegraded, R"("reason":"r")");
    event.seq = ++last_seq;
    event.id = "ma_" + std::to_string(event.seq);
    event.region = "eu";
    batch.events.push_back(event);
    EXPECT_TRUE(store->commit(batch, writer->position()));
    writer->position_committed();
    return batch.events;
  }
  void pass(Duration time) { clock.time.mono += time; }
  [[nodiscard]] MonoTime now() const { return clock.time.mono; }

  [[nodiscard]] std::vector<std::string> lines() const {
    std::ifstream file(path);
    std::vector<std::string> all;
    for (std::string line; std::getline(file, line);) all.push_back(line);
    return all;
  }
  void move_away() const { ASSERT_EQ(std::rename(path.c_str(), (path + ".1").c_str()), 0); }
  /// While it lives no file may grow.
  struct FullDisk {
    FullDisk() {
      EXPECT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
      rlimit none = before;
      none.rlim_cur = 0;
      EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
    }
    ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before); }
    rlimit before{};
  };
  config::TempDirectory directory;
  std::string path = directory.path() + "/transitions.jsonl";
  StillClock clock;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<ops::TransitionLog> log;
  std::unique_ptr<LogWriter> writer;
  std::uint64_t last_seq = 0;
};

TEST_F(LogWriterTest, WritesEventsInOrderAndAsksForACommitOfItsPosition) {
  EXPECT_FALSE(writer->position_due());
  writer->write(commit());
  writer->write(commit());
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_THAT(lines()[1], HasSubstr("ma_2"));
  ASSERT_TRUE(writer->position_due());
  EXPECT_GE(*writer->position_due(), now());
  ASSERT_TRUE(writer->keep_position());
  EXPECT_FALSE(writer->position_due());
  EXPECT_EQ(store->load_log_position().value().value().first_seq, 3U);
}

TEST_F(LogWriterTest, WritesWhatWaitsInTheStoreBeforeWhatIsFresh) {
  commit();
  writer->write(commit());
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_THAT(lines()[0], HasSubstr("ma_1"));
}

TEST_F(LogWriterTest, TakesFromTheStoreAnEventThatComesWithoutItsDocument) {
  core::Batch batch;
  batch.actions.emplace_back();
  batch.actions.back().region = "eu";
  batch.actions.back().action.id.value = "a1";
  batch.actions.back().action.document = R"({"id":"a1"})";
  core::EventRecord event = test::event_of(core::EventType::ActionTransition, R"("from":null)");
  event.seq = ++last_seq;
  event.id = "ma_1";
  event.region = "eu";
  event.action.value = "a1";
  event.document.clear();
  batch.events.push_back(event);
  ASSERT_TRUE(store->commit(batch));
  writer->write({event});
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_THAT(lines()[0], HasSubstr(R"("id":"a1")"));
}

TEST_F(LogWriterTest, FallsBehindWhileTheDiskIsFullAndCatchesUp) {
  const auto first = commit();
  const auto second = commit();
  {
    const FullDisk full;
    writer->write(first);
  }
  EXPECT_TRUE(writer->trouble());
  EXPECT_EQ(writer->retry_at(), now() + 5s);
  writer->write(second);
  EXPECT_TRUE(lines().empty()) << "the log waits for its time";
  pass(4s);
  EXPECT_FALSE(writer->is_retry_due(now()));
  pass(1s);
  EXPECT_TRUE(writer->is_retry_due(now()));
  writer->catch_up();
  EXPECT_EQ(lines().size(), 2U);
  EXPECT_FALSE(writer->trouble());
  EXPECT_FALSE(writer->retry_at());
}

TEST_F(LogWriterTest, NoticesWithinTenSecondsThatItsFileWasMovedAway) {
  pass(10s);
  EXPECT_FALSE(writer->must_reopen(now()));
  move_away();
  pass(9s);
  EXPECT_FALSE(writer->must_reopen(now()));
  pass(1s);
  EXPECT_TRUE(writer->must_reopen(now()));
  ASSERT_TRUE(writer->reopen());
  ASSERT_TRUE(writer->keep_position());
  EXPECT_FALSE(writer->must_reopen(now()));
  writer->write(commit());
  EXPECT_EQ(lines().size(), 1U) << "in the new file";
}

TEST_F(LogWriterTest, OpensItsFileAgainWhenAskedTo) {
  writer->reopen_soon();
  EXPECT_TRUE(writer->must_reopen(now()));
  ASSERT_TRUE(writer->reopen());
  EXPECT_FALSE(writer->must_reopen(now()));
}

TEST_F(LogWriterTest, AFileThatCannotBeOpenedIsTriedAgainAndTheOldOneStaysInUse) {
  move_away();
  ASSERT_EQ(mkdir(path.c_str(), 0700), 0);
  EXPECT_FALSE(writer->reopen());
  EXPECT_TRUE(writer->trouble());
  writer->write(commit());
  std::ifstream old(path + ".1");
  std::string line;
  EXPECT_TRUE(std::getline(old, line));
  ASSERT_EQ(rmdir(path.c_str()), 0);
  pass(5s);
  EXPECT_TRUE(writer->must_reopen(now()));
  EXPECT_TRUE(writer->reopen());
}

TEST_F(LogWriterTest, WritesNothingUntilThePositionInANewFileIsCommitted) {
  const auto waiting = commit();
  move_away();
  ASSERT_TRUE(writer->reopen());
  {
    OtherProgram other(directory.path());
    other.run("BEGIN IMMEDIATE");
    EXPECT_FALSE(writer->keep_position());
    EXPECT_TRUE(store->locked_out());
    EXPECT_FALSE(writer->is_position_kept());
    writer->catch_up();
    writer->write(waiting);
    EXPECT_TRUE(lines().empty());
  }
  ASSERT_TRUE(writer->keep_position());
  writer->catch_up();
  EXPECT_EQ(lines().size(), 1U);
}

}  // namespace
}  // namespace mactiond::runtime

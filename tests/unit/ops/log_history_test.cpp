#include "ops/log_history.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "format/line.hpp"
#include "support/every_event.hpp"

namespace mactiond::ops {
namespace {

namespace fs = std::filesystem;
using format::LineFormat;

std::string lines(std::uint64_t first, std::uint64_t last, LineFormat format = LineFormat::Json) {
  std::string text;
  for (std::uint64_t seq = first; seq <= last; ++seq) {
    core::EventRecord event = test::events_of_type(core::EventType::ActionTransition)[1];
    event.seq = seq;
    event.instance = "soc1";
    event.time = test::kDay + std::chrono::seconds(seq);
    event.id = core::make_event_id(event.type, "a", std::to_string(seq));
    text += format::render_line(format, event) + '\n';
  }
  return text;
}

std::uint64_t print(std::uint64_t seq) {
  return core::id_print(
      core::make_event_id(core::EventType::ActionTransition, "a", std::to_string(seq)));
}

class LogHistory : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "/log_history_XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    path_ = directory_ + "/transitions.jsonl";
  }
  void TearDown() override { fs::remove_all(directory_); }

  /// age: in hours.
  void write(const std::string& name, const std::string& text, int age = 0) {
    const std::string path = directory_ + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    set_age(path, age);
  }
  void pack(const std::string& name, const std::string& text, int age) {
    const std::string path = directory_ + "/" + name;
    gzFile file = ::gzopen(path.c_str(), "wb");
    ASSERT_EQ(::gzwrite(file, text.data(), static_cast<unsigned>(text.size())),
              static_cast<int>(text.size()));
    ::gzclose(file);
    set_age(path, age);
  }
  static void set_age(const std::string& path, int age) {
    const timeval when{1'700'000'000 - age * 3600, 0};
    const timeval times[2] = {when, when};
    ASSERT_EQ(::utimes(path.c_str(), times), 0);
  }
  [[nodiscard]] std::uint64_t end() const {
    const auto found = read_log_end(path_);
    return found ? found->seq : 0;
  }

  std::string directory_;
  std::string path_;
};

TEST_F(LogHistory, NothingIsThereBeforeTheFirstStart) {
  EXPECT_FALSE(read_log_end(path_));
  EXPECT_TRUE(read_log_history(path_).ids.empty());
}

TEST_F(LogHistory, FindsSeqTimeAndIdInEveryFormat) {
  for (const auto format : {LineFormat::Json, LineFormat::Ecs, LineFormat::Ocsf, LineFormat::Cef}) {
    SCOPED_TRACE(static_cast<int>(format));
    write("transitions.jsonl", lines(1, 7, format));
    const auto found = read_log_end(path_);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->seq, 7U);
    EXPECT_EQ(found->time, test::kDay + std::chrono::seconds(7));
    std::vector<std::uint64_t> wanted;
    for (std::uint64_t seq = 1; seq <= 7; ++seq) wanted.push_back(print(seq));
    std::sort(wanted.begin(), wanted.end());
    EXPECT_EQ(read_log_history(path_).ids, wanted);
  }
}

TEST_F(LogHistory, EveryEventsLineSaysItsIdAndTime) {
  for (const core::EventRecord& event : test::every_event()) {
    if (event.seq == 0) continue;
    for (const auto format :
         {LineFormat::Json, LineFormat::Ecs, LineFormat::Ocsf, LineFormat::Cef}) {
      const std::string line = format::render_line(format, event);
      const auto facts = format::facts_of_line(line);
      ASSERT_TRUE(facts) << line;
      EXPECT_EQ(facts->seq, event.seq) << line;
      EXPECT_EQ(facts->id, event.id) << line;
      EXPECT_EQ(facts->time, event.time) << line;
    }
  }
}

TEST_F(LogHistory, ATornLineAndOthersTextDoNotCount) {
  write("transitions.jsonl", lines(1, 5) + "not ours\n" + lines(6, 6).substr(0, 40));
  EXPECT_EQ(end(), 5U);
}

TEST_F(LogHistory, TheRotatedFileCountsWhereTheCurrentOneIsEmpty) {
  write("transitions.jsonl", "");
  write("transitions.jsonl.2", lines(1, 10), 2);
  write("transitions.jsonl-20231114", lines(11, 20), 1);
  EXPECT_EQ(end(), 20U);
  EXPECT_EQ(read_log_history(path_).ids.size(), 20U);
}

TEST_F(LogHistory, NamesTheNewestRotatedFileThatCannotBeRead) {
  EXPECT_EQ(unread_rotation(path_), "");
  write("transitions.jsonl", "");
  write("transitions.jsonl.2", lines(1, 10), 3);
  EXPECT_EQ(unread_rotation(path_), "");
  write("transitions.jsonl.1.xz",
        "\xfd"
        "7zXZ and more",
        1);
  EXPECT_TRUE(unread_rotation(path_).ends_with("transitions.jsonl.1.xz"));
  write("transitions.jsonl", lines(11, 12));
  EXPECT_EQ(unread_rotation(path_), "") << "the current file says where the log is";
}

TEST_F(LogHistory, KnowsWhereItsFirstLinesAreGone) {
  const auto next = [&]() -> std::optional<WallTime> {
    const auto gone = read_log_history(path_).gone;
    return gone ? std::optional(gone->next) : std::nullopt;
  };
  EXPECT_FALSE(next());
  write("transitions.jsonl", lines(1, 9));
  EXPECT_FALSE(next()) << "every event the log ever held is known";
  write("transitions.jsonl", lines(5, 9));
  EXPECT_EQ(next(), test::kDay + std::chrono::seconds(9));
  EXPECT_EQ(read_log_history(path_).gone->written, WallTime(std::chrono::seconds(1'700'000'000)));
  write("transitions.jsonl", lines(5, 400));
  EXPECT_EQ(next(), test::kDay + std::chrono::seconds(104));
  write("transitions.jsonl.1", lines(1, 4), 1);
  EXPECT_FALSE(next());
}

TEST_F(LogHistory, ReadsTheNewestCompressedFile) {
  pack("transitions.jsonl.2.gz", lines(1, 10), 2);
  pack("transitions.jsonl.1.gz", lines(11, 20), 1);
  EXPECT_EQ(end(), 20U);
  EXPECT_EQ(read_log_history(path_).ids.size(), 20U);
}

TEST_F(LogHistory, TheRotatedFileMayKeepTheExtension) {
  write("transitions.jsonl", "");
  pack("transitions-20231114.jsonl.gz", lines(1, 20), 1);
  EXPECT_EQ(end(), 20U);
}

TEST_F(LogHistory, OtherFilesOfTheDirectoryAreNotRead) {
  write("other.jsonl", lines(1, 10));
  write("transitions.jsonl.bak", lines(1, 10));
  write("transitions.jsonl-eu", lines(1, 10));
  EXPECT_EQ(end(), 0U);
}

TEST_F(LogHistory, FindsTheEndBehindMoreThanItsTail) {
  write("transitions.jsonl", lines(1, 9000));
  ASSERT_GT(fs::file_size(path_), 2U * 1024 * 1024);
  EXPECT_EQ(end(), 9000U);
}

}  // namespace
}  // namespace mactiond::ops

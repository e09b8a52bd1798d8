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
  return core::id_hash(
      core::make_event_id(core::EventType::ActionTransition, "a", std::to_string(seq)));
}

class PastLinesTest : public ::testing::Test {
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
  [[nodiscard]] std::uint64_t end() const { return PastLines(path_).last_seq().value_or(0); }

  std::string directory_;
  std::string path_;
};

TEST_F(PastLinesTest, NothingIsThereBeforeTheFirstStart) {
  EXPECT_FALSE(PastLines(path_).last_seq());
  EXPECT_TRUE(PastLines(path_).history().ids.empty());
}

TEST_F(PastLinesTest, FindsSeqTimeAndIdInEveryFormat) {
  for (const auto format : {LineFormat::Json, LineFormat::Ecs, LineFormat::Ocsf, LineFormat::Cef}) {
    SCOPED_TRACE(static_cast<int>(format));
    write("transitions.jsonl", lines(1, 7, format));
    EXPECT_EQ(end(), 7U);
    std::vector<std::uint64_t> wanted;
    for (std::uint64_t seq = 1; seq <= 7; ++seq) wanted.push_back(print(seq));
    std::sort(wanted.begin(), wanted.end());
    EXPECT_EQ(PastLines(path_).history().ids, wanted);
  }
}

TEST_F(PastLinesTest, EveryEventsLineSaysWhatItIsAbout) {
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
      EXPECT_EQ(facts->type, core::to_string(event.type)) << line;
      EXPECT_EQ(facts->region, event.region) << line;
    }
  }
}

TEST_F(PastLinesTest, ATornLineAndOthersTextDoNotCount) {
  write("transitions.jsonl", lines(1, 5) + "not ours\n" + lines(6, 6).substr(0, 40));
  EXPECT_EQ(end(), 5U);
}

TEST_F(PastLinesTest, TheRotatedFileCountsWhereTheCurrentOneIsEmpty) {
  write("transitions.jsonl", "");
  write("transitions.jsonl.2", lines(1, 10), 2);
  write("transitions.jsonl-20231114", lines(11, 20), 1);
  EXPECT_EQ(end(), 20U);
  EXPECT_EQ(PastLines(path_).history().ids.size(), 20U);
}

TEST_F(PastLinesTest, NamesTheNewestRotatedFileThatCannotBeRead) {
  EXPECT_EQ(PastLines(path_).unread_rotation(), "");
  write("transitions.jsonl", "");
  write("transitions.jsonl.2", lines(1, 10), 3);
  EXPECT_EQ(PastLines(path_).unread_rotation(), "");
  write("transitions.jsonl.1.xz",
        "\xfd"
        "7zXZ and more",
        1);
  EXPECT_TRUE(PastLines(path_).unread_rotation().ends_with("transitions.jsonl.1.xz"));
  write("transitions.jsonl", lines(11, 12));
  EXPECT_EQ(PastLines(path_).unread_rotation(), "") << "the current file says where the log is";
}

TEST_F(PastLinesTest, TheGzipOfAnEmptyLogIsNoRotationThatCannotBeRead) {
  write("transitions.jsonl", "");
  pack("transitions.jsonl.2.gz", lines(1, 10), 2);
  pack("transitions.jsonl.1.gz", "", 1);
  EXPECT_EQ(PastLines(path_).unread_rotation(), "");
  EXPECT_EQ(end(), 10U);
}

TEST_F(PastLinesTest, ATornGzipCannotBeRead) {
  pack("transitions.jsonl.1.gz", lines(1, 10), 1);
  fs::resize_file(directory_ + "/transitions.jsonl.1.gz", 12);
  EXPECT_TRUE(PastLines(path_).unread_rotation().ends_with(".1.gz"));
  write("transitions.jsonl.1.gz", "\x1f\x8b and no more", 1);
  EXPECT_TRUE(PastLines(path_).unread_rotation().ends_with(".1.gz"));
}

TEST_F(PastLinesTest, AGzipThatIsCutBehindSomeLinesIsNotReadToItsEnd) {
  pack("transitions.jsonl.2.gz", lines(1, 10), 2);
  pack("transitions.jsonl.1.gz", lines(11, 400), 1);
  const std::string torn = directory_ + "/transitions.jsonl.1.gz";
  fs::resize_file(torn, fs::file_size(torn) - 40);
  PastLines past(path_);
  EXPECT_EQ(past.unread_rotation(), torn);
  write("transitions.jsonl.1", lines(11, 400), 1);
  EXPECT_EQ(PastLines(path_).unread_rotation(), "") << "the file that it was made of is beside it";
}

TEST_F(PastLinesTest, LinesSayWhichRotatedFileIsTheNewestWhateverTheirTimes) {
  pack("transitions.jsonl.1.gz", lines(21, 30), 3);
  pack("transitions.jsonl.2.gz", lines(11, 20), 2);
  pack("transitions.jsonl.3.gz", lines(1, 10), 1);
  EXPECT_EQ(end(), 30U);
  EXPECT_EQ(PastLines(path_).history().regions.at(0).last_seen,
            test::kDay + std::chrono::seconds(30));
  for (const char* name : {"transitions.jsonl.1.gz", "transitions.jsonl.2.gz"}) {
    set_age(directory_ + "/" + name, 1);
  }
  EXPECT_EQ(end(), 30U) << "copies of one time";
  EXPECT_FALSE(PastLines(path_).history().gone);
}

TEST_F(PastLinesTest, AFileWithoutLinesOfOursGoesByItsTime) {
  const auto unread = [&](int age) {
    write("transitions.jsonl.1.xz", "\xfd 7zXZ", age);
    return PastLines(path_).unread_rotation();
  };
  pack("transitions.jsonl.3.gz", lines(1, 10), 3);
  pack("transitions.jsonl.2.gz", lines(11, 20), 2);
  EXPECT_NE(unread(1), "");
  EXPECT_EQ(unread(4), "");
}

TEST_F(PastLinesTest, KnowsWhereItsFirstLinesAreGone) {
  const auto next = [&]() -> std::optional<WallTime> {
    const auto gone = PastLines(path_).history().gone;
    return gone ? std::optional(gone->next) : std::nullopt;
  };
  EXPECT_FALSE(next());
  write("transitions.jsonl", lines(1, 9));
  EXPECT_FALSE(next()) << "every event the log ever held is known";
  write("transitions.jsonl", lines(5, 9));
  EXPECT_EQ(next(), test::kDay + std::chrono::seconds(9));
  EXPECT_EQ(PastLines(path_).history().gone->written,
            WallTime(std::chrono::seconds(1'700'000'000)));
  write("transitions.jsonl", lines(5, 400));
  EXPECT_EQ(next(), test::kDay + std::chrono::seconds(104));
  write("transitions.jsonl.1", lines(1, 4), 1);
  EXPECT_FALSE(next());
}

TEST_F(PastLinesTest, ReadsTheNewestCompressedFile) {
  pack("transitions.jsonl.2.gz", lines(1, 10), 2);
  pack("transitions.jsonl.1.gz", lines(11, 20), 1);
  EXPECT_EQ(end(), 20U);
  EXPECT_EQ(PastLines(path_).history().ids.size(), 20U);
}

TEST_F(PastLinesTest, TheRotatedFileMayKeepTheExtension) {
  write("transitions.jsonl", "");
  pack("transitions-20231114.jsonl.gz", lines(1, 20), 1);
  EXPECT_EQ(end(), 20U);
}

TEST_F(PastLinesTest, OtherFilesOfTheDirectoryAreNotRead) {
  write("other.jsonl", lines(1, 10));
  write("transitions.jsonl.bak", lines(1, 10));
  write("transitions.jsonl-eu", lines(1, 10));
  EXPECT_EQ(end(), 0U);
}

TEST_F(PastLinesTest, KnowsWhenEachRegionWasSeenLastAndItsTrouble) {
  using core::EventType;
  for (const auto format : {LineFormat::Json, LineFormat::Ecs, LineFormat::Ocsf, LineFormat::Cef}) {
    SCOPED_TRACE(static_cast<int>(format));
    const auto at = [&](std::uint64_t seq, EventType type, const std::string& region) {
      core::EventRecord event = test::events_of_type(type).back();
      event.seq = seq;
      event.region = region;
      event.time = test::kDay + std::chrono::seconds(seq);
      return format::render_line(format, event) + '\n';
    };
    write("transitions.jsonl.1",
          at(1, EventType::RegionBaseline, "eu") + at(2, EventType::ActionTransition, "us") +
              at(3, EventType::RegionDegraded, "eu"),
          1);
    write("transitions.jsonl",
          at(4, EventType::RegionRecovered, "eu") + at(5, EventType::RegionDegraded, "eu") +
              at(6, EventType::ActionStale, "eu") + at(7, EventType::ActionTransition, "us"));
    const auto regions = PastLines(path_).history().regions;
    ASSERT_EQ(regions.size(), 2U);
    EXPECT_EQ(regions[0].region, "eu");
    EXPECT_TRUE(regions[0].swept);
    EXPECT_EQ(regions[0].last_seen, test::kDay + std::chrono::seconds(1));
    std::string turns;
    for (const auto& turn : regions[0].turns) {
      const auto seconds = std::chrono::floor<std::chrono::seconds>(turn.time - test::kDay);
      turns += (turn.degraded ? " down " : " up ") + std::to_string(seconds.count());
    }
    EXPECT_EQ(turns, " down 3 up 4 down 5");
    EXPECT_EQ(regions[1].region, "us");
    EXPECT_FALSE(regions[1].swept);
    EXPECT_EQ(regions[1].last_seen, test::kDay + std::chrono::seconds(7));
  }
}

TEST_F(PastLinesTest, UnpacksAFileOnceAndReportsProgress) {
  std::string text = lines(1, 9000);
  const std::string rest = std::string(1023, 'x') + '\n';
  while (text.size() < 40U * 1024 * 1024) text += rest;
  write("transitions.jsonl", "");
  pack("transitions.jsonl.1.gz", text, 1);
  int reports = 0;
  PastLines past(path_, [&] { ++reports; });
  EXPECT_EQ(past.last_seq(), 9000U);
  EXPECT_EQ(reports, 2) << "after every 16 MiB";
  EXPECT_EQ(past.unread_rotation(), "");
  EXPECT_EQ(past.last_rotated(9000), 9000U);
  EXPECT_EQ(past.last_rotated(8999), std::nullopt);
  EXPECT_EQ(past.history().ids.size(), 9000U);
  EXPECT_EQ(reports, 2) << "read once";
}

TEST_F(PastLinesTest, FindsTheEndBehindMoreThanItsTail) {
  write("transitions.jsonl", lines(1, 9000));
  ASSERT_GT(fs::file_size(path_), 2U * 1024 * 1024);
  EXPECT_EQ(end(), 9000U);
}

}  // namespace
}  // namespace mactiond::ops

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ops/transition_log.hpp"
#include "support/event_samples.hpp"

namespace mactiond::ops {
namespace {

namespace fs = std::filesystem;
using format::LineFormat;

/// The log's promise holds in whatever format its lines are, also where the format changes.
class LogFormat : public ::testing::TestWithParam<LineFormat> {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "/log_format_XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    path_ = directory_ + "/transitions.log";
  }
  void TearDown() override { fs::remove_all(directory_); }

  TransitionLog open(LineFormat format, const std::optional<LogFilePosition>& committed = {}) {
    auto log = TransitionLog::open({path_, LogSync::Never, format, committed, 9});
    EXPECT_TRUE(log) << log.error().message();
    return std::move(log).value();
  }
  static void close(TransitionLog /*log*/) {}
  static std::vector<core::EventRecord> events(std::uint64_t first, std::uint64_t last) {
    std::vector<core::EventRecord> made;
    for (std::uint64_t seq = first; seq <= last; ++seq) {
      made.push_back(test::failed_isolation());
      made.back().seq = seq;
    }
    return made;
  }
  std::string read() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string directory_;
  std::string path_;
};

INSTANTIATE_TEST_SUITE_P(, LogFormat,
                         ::testing::Values(LineFormat::Json, LineFormat::Ecs, LineFormat::Ocsf,
                                           LineFormat::Cef));

TEST_P(LogFormat, RepairsATailTornAnywhere) {
  auto log = open(GetParam());
  ASSERT_TRUE(log.append(events(1, 2)));
  const LogFilePosition committed = log.position();
  ASSERT_TRUE(log.append(events(3, 4)));
  close(std::move(log));
  const std::string all = read();
  for (std::uint64_t size = committed.offset; size <= all.size(); size += 7) {
    SCOPED_TRACE(size);
    fs::resize_file(path_, size);
    auto again = open(GetParam(), committed);
    const std::uint64_t next = again.position().first_seq;
    ASSERT_GE(next, 3U);
    if (next <= 4) {
      ASSERT_TRUE(again.append(events(next, 4)));
    }
    ASSERT_EQ(read(), all);
  }
}

TEST_P(LogFormat, KnowsACopiedLogByItsLastLine) {
  auto log = open(GetParam());
  ASSERT_TRUE(log.append(events(1, 3)));
  LogFilePosition elsewhere = log.position();
  elsewhere.inode += 1;
  elsewhere.first_seq = 1;
  close(std::move(log));
  EXPECT_EQ(open(GetParam(), elsewhere).position().first_seq, 4U);
}

TEST_P(LogFormat, MayChangeWhileLinesAreUncounted) {
  auto log = open(GetParam());
  const LogFilePosition committed = log.position();
  ASSERT_TRUE(log.append(events(1, 2)));
  close(std::move(log));
  for (const LineFormat format : {LineFormat::Json, LineFormat::Cef}) {
    auto changed = open(format, committed);
    const std::uint64_t next = changed.position().first_seq;
    ASSERT_TRUE(changed.append(events(next, next)));
  }
  EXPECT_EQ(open(GetParam(), committed).position().first_seq, 5U);
}

}  // namespace
}  // namespace mactiond::ops

#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ops/transition_log.hpp"

namespace mactiond::ops {

inline core::EventRecord event(std::uint64_t seq) {
  core::EventRecord event;
  event.seq = seq;
  event.id = "ma_" + std::to_string(seq);
  event.instance = "soc1";
  event.region = "eu";
  event.action.value = "A" + std::to_string(seq);
  event.document = "{\"id\":\"A" + std::to_string(seq) + "\"}";
  return event;
}

inline std::vector<core::EventRecord> events(std::uint64_t first, std::uint64_t last) {
  std::vector<core::EventRecord> made;
  for (std::uint64_t seq = first; seq <= last; ++seq) made.push_back(event(seq));
  return made;
}

/// What the log holds of events first..last.
inline std::string lines(std::uint64_t first, std::uint64_t last) {
  std::string text;
  for (std::uint64_t seq = first; seq <= last; ++seq) text += core::log_line(event(seq));
  return text;
}
/// A log in a directory of its own.
class TransitionLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "/transition_log_XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    path_ = directory_ + "/transitions.jsonl";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

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
  void cut(std::uint64_t size) { std::filesystem::resize_file(path_, size); }
  static void cut_tail(const std::string& path, std::uint64_t bytes) {
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - bytes);
  }

  LogSync sync_ = LogSync::Batch;
  std::string directory_;
  std::string path_;
};

/// The name of a test by how its log is synced.
inline std::string sync_name(const ::testing::TestParamInfo<LogSync>& test) {
  switch (test.param) {
    case LogSync::Every:
      return "Every";
    case LogSync::Batch:
      return "Batch";
    case LogSync::Never:
      return "Never";
  }
  return "";
}

}  // namespace mactiond::ops

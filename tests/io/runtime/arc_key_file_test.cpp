#include "runtime/arc_key_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "unit/config/config_text.hpp"

namespace mactiond::runtime {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct ArcKeyFileTest : testing::Test {
  [[nodiscard]] std::string path(const std::string& name) const {
    return directory.path() + '/' + name;
  }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(path(name), std::ios::binary) << content;
  }
  [[nodiscard]] Result<Secret> read(const std::string& name) const {
    const auto file = ArcKeyFile::open(directory.path(), name);
    if (!file) return file.error();
    return file->read();
  }
  [[nodiscard]] std::string why(const std::string& name) const {
    const auto key = read(name);
    return key ? "it was read" : key.error().message();
  }

  config::TempDirectory directory;
};

TEST_F(ArcKeyFileTest, IsReadAsItStandsThere) {
  write("a.key", "c2VjcmV0 key==");
  EXPECT_EQ(read("a.key")->reveal(), "c2VjcmV0 key==");
  write("full.key", std::string(4096, 'k'));
  EXPECT_EQ(read("full.key")->reveal().size(), 4096U);
}

TEST_F(ArcKeyFileTest, ASymbolicLinkIsRefused) {
  write("a.key", "key");
  fs::create_symlink(path("a.key"), path("link.key"));
  EXPECT_THAT(why("link.key"), HasSubstr("symbolic link"));
  fs::create_directory_symlink(directory.path(), path("tokens"));
  const auto behind = ArcKeyFile::open(path("tokens"), "a.key");
  ASSERT_FALSE(behind);
  EXPECT_THAT(behind.error().message(), HasSubstr("symbolic link"));
}

TEST_F(ArcKeyFileTest, WhatIsNoFileOfASensibleSizeIsRefused) {
  write("large.key", std::string(4097, 'k'));
  EXPECT_THAT(why("large.key"), HasSubstr("larger than 4,096 bytes"));
  write("empty.key", "");
  EXPECT_THAT(why("empty.key"), HasSubstr("empty"));
  fs::create_directory(path("folder.key"));
  EXPECT_THAT(why("folder.key"), HasSubstr("not a regular file"));
  ASSERT_EQ(mkfifo(path("fifo.key").c_str(), 0600), 0);
  EXPECT_THAT(why("fifo.key"), HasSubstr("not a regular file"));
  EXPECT_THAT(why("none.key"), HasSubstr("No such file"));
}

TEST_F(ArcKeyFileTest, WhatCannotBeAHeaderIsRefused) {
  write("lines.key", "key\r\nX-Other: 1");
  EXPECT_THAT(why("lines.key"), HasSubstr("line break"));
  EXPECT_THAT(why("lines.key"), testing::Not(HasSubstr("X-Other")));
}

TEST_F(ArcKeyFileTest, WhatIsReadIsWhatWasChecked) {
  write("a.key", "of the agent");
  auto file = ArcKeyFile::open(directory.path(), "a.key");
  ASSERT_TRUE(file);
  write("other", "of somebody else");
  fs::rename(path("other"), path("a.key"));
  EXPECT_EQ(file->read()->reveal(), "of the agent");

  auto second = ArcKeyFile::open(directory.path(), "a.key");
  ASSERT_TRUE(second);
  fs::remove(path("a.key"));
  write("secret", "a secret");
  fs::create_symlink(path("secret"), path("a.key"));
  EXPECT_EQ(second->read()->reveal(), "of somebody else");
}

TEST_F(ArcKeyFileTest, NoMomentOfASwapLetsALinkThrough) {
  constexpr int kOfEach = 50;
  constexpr int kReadsMax = 10'000'000;
  write("planted", "a planted secret");
  write("a.key", "key");
  std::atomic<bool> done = false;
  std::thread swapping([&] {
    while (!done) {
      write("new", "key");
      fs::rename(path("new"), path("a.key"));
      fs::create_symlink(path("planted"), path("link"));
      fs::rename(path("link"), path("a.key"));
    }
  });
  int read_whole = 0;
  int refused = 0;
  for (int i = 0; i < kReadsMax && (read_whole < kOfEach || refused < kOfEach); ++i) {
    const auto key = read("a.key");
    if (!key) {
      ++refused;
    } else {
      ++read_whole;
      EXPECT_EQ(key->reveal(), "key");
    }
  }
  done = true;
  swapping.join();
  EXPECT_GE(read_whole, kOfEach);
  EXPECT_GE(refused, kOfEach);
}

TEST_F(ArcKeyFileTest, AFileThatChangesAfterTheCheckIsRefused) {
  write("a.key", "key");
  for (const std::string& content :
       {std::string(5000, 'k'), std::string("k"), std::string("yek")}) {
    auto file = ArcKeyFile::open(directory.path(), "a.key");
    ASSERT_TRUE(file);
    write("a.key", content);
    fs::last_write_time(path("a.key"), fs::file_time_type::clock::now() + std::chrono::hours(1));
    const auto key = file->read();
    ASSERT_FALSE(key);
    EXPECT_THAT(key.error().message(), HasSubstr("changed"));
    fs::remove(path("a.key"));
    write("a.key", "key");
  }
}

}  // namespace
}  // namespace mactiond::runtime

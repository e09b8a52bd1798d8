#include "ctl/output_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace mactiond::ctl {
namespace {

namespace fs = std::filesystem;
using testing::EndsWith;
using testing::HasSubstr;

class CtlOutputFile : public testing::Test {
 protected:
  CtlOutputFile() {
    std::string pattern = (fs::temp_directory_path() / "mactiond-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    path_ = directory_ + "/package.zip";
  }
  ~CtlOutputFile() override { fs::remove_all(directory_); }

  std::unique_ptr<OutputFile> create(bool force = false) {
    auto made = OutputFile::create(path_, force);
    if (const auto* trouble = std::get_if<FileTrouble>(&made)) {
      ADD_FAILURE() << trouble->message;
      return nullptr;
    }
    return std::get<std::unique_ptr<OutputFile>>(std::move(made));
  }
  [[nodiscard]] static std::string refusal(const std::string& path, bool force = false) {
    const auto made = OutputFile::create(path, force);
    const auto* trouble = std::get_if<FileTrouble>(&made);
    return trouble == nullptr ? "created" : trouble->message;
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(directory_)) {
      found.push_back(entry.path().filename().string());
    }
    return found;
  }
  [[nodiscard]] std::string content() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  void put(const std::string& text) const { std::ofstream(path_) << text; }

  std::string directory_;
  std::string path_;
};

TEST_F(CtlOutputFile, AppearsWhenItIsWhole) {
  const auto file = create();
  EXPECT_FALSE(file->write("0123"));
  EXPECT_FALSE(file->write("4567"));
  EXPECT_FALSE(fs::exists(path_));
  EXPECT_FALSE(file->finish());
  EXPECT_EQ(content(), "01234567");
  EXPECT_EQ(names(), std::vector<std::string>{"package.zip"});
}

TEST_F(CtlOutputFile, IsItsOwnersAloneFromTheBeginning) {
  const mode_t before = umask(0);
  const auto file = create();
  struct stat found {};
  ASSERT_EQ(names().size(), 1U);
  ASSERT_EQ(stat((directory_ + '/' + names()[0]).c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
  EXPECT_FALSE(file->finish());
  umask(before);
  ASSERT_EQ(stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777U, 0600U);
}

TEST_F(CtlOutputFile, LeavesNothingWhereItIsGivenUp) {
  auto file = create();
  EXPECT_FALSE(file->write("0123"));
  file.reset();
  EXPECT_TRUE(names().empty());
}

TEST_F(CtlOutputFile, LeavesNothingWhereASignalEndsTheProgram) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
    const pid_t child = fork();
    if (child == 0) {
      const auto file = create();
      raise(signal);
      _exit(1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == signal);
    EXPECT_TRUE(names().empty());
  }
}

TEST_F(CtlOutputFile, ReplacesNothingUnasked) {
  put("mine");
  EXPECT_EQ(refusal(path_), path_ + " exists: name another file, or replace it by --force");
  EXPECT_EQ(names().size(), 1U);
  const auto file = create(true);
  EXPECT_FALSE(file->write("new"));
  EXPECT_EQ(content(), "mine");
  EXPECT_FALSE(file->finish());
  EXPECT_EQ(content(), "new");
}

TEST_F(CtlOutputFile, ReplacesNothingThatCameMeanwhile) {
  auto file = create();
  put("mine");
  const auto trouble = file->finish();
  ASSERT_TRUE(trouble);
  EXPECT_EQ(trouble->message, path_ + " cannot be written: File exists");
  file.reset();
  EXPECT_EQ(content(), "mine");
  EXPECT_EQ(names().size(), 1U);
}

TEST_F(CtlOutputFile, ReplacesRegularFilesOnly) {
  EXPECT_EQ(refusal("/dev/null", true), "/dev/null is no regular file: name another");
  EXPECT_EQ(refusal(directory_, true), directory_ + " is a directory: name a file");
  EXPECT_EQ(refusal(directory_ + '/', true), directory_ + "/ is a directory: name a file");
  fs::create_symlink("/dev/null", path_);
  EXPECT_EQ(refusal(path_, true), path_ + " is no regular file: name another");
}

TEST_F(CtlOutputFile, SaysWhyItCannotBeMade) {
  EXPECT_EQ(refusal(""), "--output names no file");
  EXPECT_EQ(refusal("-"), "- is no file's name here: a file appears only when it is whole");
  const std::string nowhere = directory_ + "/none/a";
  EXPECT_EQ(refusal(nowhere), nowhere + " cannot be written: No such file or directory");
  EXPECT_THAT(refusal(std::string(5000, 'x')), EndsWith(" cannot be written: File name too long"));
  EXPECT_THAT(refusal(directory_ + '/' + std::string(256, 'x')), EndsWith("File name too long"));
  const std::string file_above = path_ + "/a";
  put("");
  EXPECT_EQ(refusal(file_above), file_above + " cannot be written: Not a directory");
}

TEST_F(CtlOutputFile, TakesTheLongestName) {
  path_ = directory_ + '/' + std::string(255, 'x');
  EXPECT_FALSE(create()->finish());
  EXPECT_EQ(names(), std::vector<std::string>{std::string(255, 'x')});
}

TEST_F(CtlOutputFile, MayBeInTheWorkingDirectory) {
  const auto before = fs::current_path();
  fs::current_path(directory_);
  path_ = "here";
  EXPECT_FALSE(create()->finish());
  fs::current_path(before);
  EXPECT_EQ(names(), std::vector<std::string>{"here"});
}

TEST_F(CtlOutputFile, SaysThatTheDiskIsFull) {
  const pid_t child = fork();
  if (child == 0) {
    const auto file = create();
    // What writes further is refused as a full disk refuses it.
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit most{1000, 1000};
    setrlimit(RLIMIT_FSIZE, &most);
    const auto trouble = file->write(std::string(2000, 'x'));
    _exit(trouble && trouble->message == path_ + " cannot be written: File too large" ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace mactiond::ctl

#include "ops/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "ops/repetitions.hpp"

namespace mactiond::ops {
namespace {

using Level = core::LogEntry::Level;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

TEST(FormatFields, WritesPlainValuesAsTheyAre) {
  EXPECT_EQ(format_fields("started", {{"version", "0.1.0"}, {"url", "http://a:1/b?c"}}),
            "event=started version=0.1.0 url=http://a:1/b?c");
}

TEST(FormatFields, QuotesWhatWouldBreakTheLine) {
  EXPECT_EQ(format_fields("e", {{"a", "two words"}}), "event=e a=\"two words\"");
  EXPECT_EQ(format_fields("e", {{"a", ""}}), "event=e a=\"\"");
  EXPECT_EQ(format_fields("e", {{"a", "x=y"}}), "event=e a=\"x=y\"");
  EXPECT_EQ(format_fields("e", {{"a", "say \"hi\"\\"}}), R"(event=e a="say \"hi\"\\")");
  EXPECT_EQ(format_fields("e", {{"a", "x\nlevel=error"}}), R"(event=e a="x\nlevel=error")");
}

TEST(FormatFields, LetsNoControlCharacterThrough) {
  const std::string line = format_fields("e", {{"a", std::string("\x1b[31m\0\r\t\x01", 9)}});
  for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << line;
}

TEST(FormatFields, LetsNothingThroughThatATerminalObeysOrHides) {
  const std::string replaced = "\xef\xbf\xbd";
  for (const char* hidden : {"\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x80\x8b", "\xef\xbb\xbf"}) {
    EXPECT_EQ(format_fields("e", {{"a", std::string("x") + hidden + "y"}}),
              "event=e a=\"x" + replaced + "y\"");
  }
  for (const char* control : {"\xc2\x9b", "\x7f", "\xe2\x80\xa8", "\xe2\x80\xa9"}) {
    EXPECT_EQ(format_fields("e", {{"a", std::string("x") + control + "y"}}), "event=e a=\"x y\"");
  }
}

TEST(FormatFields, RepairsBrokenUtf8) {
  EXPECT_EQ(format_fields("e", {{"a", "\xff"}}), "event=e a=\"\xef\xbf\xbd\"");
  EXPECT_EQ(format_fields("e", {{"a", "für"}}), "event=e a=\"für\"");
}

TEST(FormatFields, CutsLongValues) {
  const std::string line = format_fields("e", {{"a", std::string(5000, 'x')}});
  EXPECT_LT(line.size(), 2100U);
  EXPECT_THAT(line, EndsWith("x…\""));
}

/// stderr as a file, for what the log really writes.
class Log : public testing::Test {
 protected:
  void TearDown() override { unsetenv("JOURNAL_STREAM"); }

  template <class Work>
  static std::string captured(Work work) {
    testing::internal::CaptureStderr();
    work();
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(Log, WritesOneLineForEachEvent) {
  EXPECT_EQ(captured([] {
              start_log(Level::Info);
              log(Level::Info, "started", {{"version", "0.1.0"}});
              log(core::LogEntry{Level::Warning, "odd", {}});
            }),
            "level=info event=started version=0.1.0\nlevel=warning event=odd\n");
}

TEST_F(Log, LeavesOutWhatIsBelowItsLevel) {
  const std::string text = captured([] {
    start_log(Level::Warning);
    log(Level::Debug, "one");
    log(Level::Info, "two");
    log(Level::Warning, "three");
    log(Level::Error, "four");
  });
  EXPECT_EQ(text, "level=warning event=three\nlevel=error event=four\n");
  EXPECT_EQ(captured([] {
              start_log(Level::Debug);
              log(Level::Debug, "one");
            }),
            "level=debug event=one\n");
}

TEST_F(Log, TakesPercentAndBracesLiterally) {
  EXPECT_EQ(captured([] {
              start_log(Level::Info);
              log(Level::Info, "odd", {{"value", "{}%v%n"}});
            }),
            "level=info event=odd value={}%v%n\n");
}

/// The journal's end of its socket, and stderr taken for its stream.
class ToJournal : public Log {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "mactiond-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    path_ = directory_ + "/journal";
  }
  void TearDown() override {
    if (socket_ >= 0) close(socket_);
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
    Log::TearDown();
  }

  void listen() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    ASSERT_LT(path_.size(), sizeof address.sun_path);
    std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
    socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }

  void start(Level level) const {
    struct stat status {};
    ASSERT_EQ(fstat(STDERR_FILENO, &status), 0);
    const std::string stream = std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino);
    setenv("JOURNAL_STREAM", stream.c_str(), 1);
    start_log(level, path_);
  }

  [[nodiscard]] std::string received() const {
    std::string buffer(65536, '\0');
    const ssize_t size = recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    buffer.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return buffer;
  }

 private:
  std::string directory_;
  std::string path_;
  int socket_ = -1;
};

TEST_F(ToJournal, SendsFieldsAndPriorities) {
  listen();
  const std::string text = captured([this] {
    start(Level::Debug);
    log(Level::Error, "region_degraded", {{"region", "eu"}, {"reason", "two words"}});
    log(Level::Warning, "b");
    log(Level::Info, "c");
    log(Level::Debug, "d");
  });
  EXPECT_EQ(text, "");
  EXPECT_EQ(received(),
            "MESSAGE=event=region_degraded region=eu reason=\"two words\"\nPRIORITY=3\n"
            "SYSLOG_IDENTIFIER=mactiond\nMACTIOND_EVENT=region_degraded\n"
            "MESSAGE_ID=f77d907002e441ea853c695a444e14b7\n"
            "MACTIOND_REGION=eu\nMACTIOND_REASON=two words\n");
  EXPECT_THAT(received(), HasSubstr("\nPRIORITY=4\n"));
  EXPECT_THAT(received(), HasSubstr("\nPRIORITY=6\n"));
  EXPECT_THAT(received(), HasSubstr("\nPRIORITY=7\n"));
}

TEST_F(ToJournal, TakesNoFieldOutOfAValue) {
  listen();
  static_cast<void>(captured([this] {
    start(Level::Info);
    log(Level::Info, "a", {{"odd-key", "x\nPRIORITY=0"}});
  }));
  const std::string length("\x0c\0\0\0\0\0\0\0", 8);
  EXPECT_THAT(received(), EndsWith("MACTIOND_ODD_KEY\n" + length + "x\nPRIORITY=0\n"));
}

TEST_F(ToJournal, FallsBackToStderrWithPriorities) {
  const std::string text = captured([this] {
    start(Level::Debug);
    log(Level::Error, "a");
    log(Level::Warning, "b");
    log(Level::Info, "c");
    log(Level::Debug, "d");
  });
  EXPECT_EQ(text,
            "<3>level=error event=a\n<4>level=warning event=b\n"
            "<6>level=info event=c\n<7>level=debug event=d\n");
}

TEST_F(Log, ReportsAWarningOnceThenCountsIt) {
  const std::string text = captured([] {
    start_log(Level::Info);
    flush_repetitions(MonoTime(std::chrono::hours(1)));
    for (const char* attempt : {"1", "2", "3"}) {
      log(Level::Warning, "call_failed", {{"reason", "network"}, {"attempt", attempt}});
      log(Level::Error, "odd");
    }
    flush_repetitions(MonoTime(std::chrono::hours(1)) + Repetitions::kPeriod);
    log(Level::Warning, "call_failed", {{"reason", "network"}, {"attempt", "4"}});
    finish_log();
  });
  EXPECT_EQ(text,
            "level=warning event=call_failed reason=network attempt=1\nlevel=error event=odd\n"
            "level=error event=odd\nlevel=error event=odd\n"
            "level=warning event=call_failed reason=network attempt=3 repeated=2\n"
            "level=warning event=call_failed reason=network attempt=4 repeated=1\n");
}

TEST_F(Log, ReportsEveryWarningAtLevelDebug) {
  EXPECT_EQ(captured([] {
              start_log(Level::Debug);
              log(Level::Warning, "a", {{"reason", "b"}});
              log(Level::Warning, "a", {{"reason", "b"}});
            }),
            "level=warning event=a reason=b\nlevel=warning event=a reason=b\n");
}

TEST_F(Log, IgnoresAJournalThatIsNotItsStderr) {
  setenv("JOURNAL_STREAM", "1:2", 1);
  EXPECT_THAT(captured([] {
                start_log(Level::Info);
                log(Level::Info, "a");
              }),
              Not(HasSubstr("<")));
}

}  // namespace
}  // namespace mactiond::ops

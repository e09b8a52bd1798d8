#include "ops/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace mactiond::ops {
namespace {

using Level = core::Note::Level;
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

TEST(FormatFields, MendsBrokenUtf8) {
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
              start_log("info");
              log(Level::Info, "started", {{"version", "0.1.0"}});
              log(core::Note{Level::Warning, "odd", {}});
            }),
            "level=info event=started version=0.1.0\nlevel=warning event=odd\n");
}

TEST_F(Log, LeavesOutWhatIsBelowItsLevel) {
  const std::string text = captured([] {
    start_log("warning");
    log(Level::Debug, "one");
    log(Level::Info, "two");
    log(Level::Warning, "three");
    log(Level::Error, "four");
  });
  EXPECT_EQ(text, "level=warning event=three\nlevel=error event=four\n");
  EXPECT_EQ(captured([] {
              start_log("debug");
              log(Level::Debug, "one");
            }),
            "level=debug event=one\n");
}

TEST_F(Log, TakesPercentAndBracesLiterally) {
  EXPECT_EQ(captured([] {
              start_log("info");
              log(Level::Info, "odd", {{"value", "{}%v%n"}});
            }),
            "level=info event=odd value={}%v%n\n");
}

TEST_F(Log, GivesTheJournalItsPriorities) {
  const std::string text = captured([] {
    struct stat status {};
    ASSERT_EQ(fstat(STDERR_FILENO, &status), 0);
    const std::string stream = std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino);
    setenv("JOURNAL_STREAM", stream.c_str(), 1);
    start_log("debug");
    log(Level::Error, "a");
    log(Level::Warning, "b");
    log(Level::Info, "c");
    log(Level::Debug, "d");
  });
  EXPECT_EQ(text,
            "<3>level=error event=a\n<4>level=warning event=b\n"
            "<6>level=info event=c\n<7>level=debug event=d\n");
}

TEST_F(Log, IgnoresAJournalThatIsNotItsStderr) {
  setenv("JOURNAL_STREAM", "1:2", 1);
  EXPECT_THAT(captured([] {
                start_log("info");
                log(Level::Info, "a");
              }),
              Not(HasSubstr("<")));
}

}  // namespace
}  // namespace mactiond::ops

#include "config/secret_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "unit/config/config_text.hpp"

namespace mactiond::config {
namespace {

using testing::HasSubstr;

std::string why(const Result<Secret>& result) { return result ? "no error" : result.error().where; }

TEST(SecretSource, CutsOneNewlineAtTheEnd) {
  const TempDirectory directory;
  const auto read = [&](const std::string& content) {
    return read_secret("file:" + directory.write("s", content), {});
  };
  EXPECT_EQ(read("abc\n")->reveal(), "abc");
  EXPECT_EQ(read("abc\r\n")->reveal(), "abc");
  EXPECT_EQ(read("abc")->reveal(), "abc");
  EXPECT_EQ(read(" abc ")->reveal(), " abc ");
  EXPECT_THAT(why(read("abc\n\n")), HasSubstr("line break"));
  EXPECT_THAT(why(read("abc\r")), HasSubstr("control character"));
  EXPECT_THAT(why(read(std::string("a\0b", 3))), HasSubstr("control character"));
}

TEST(SecretSource, RefusesAFileThatOthersMayReadOrWrite) {
  const TempDirectory directory;
  const auto with_mode = [&](mode_t mode) {
    return read_secret("file:" + directory.write("s", "abc", mode), {});
  };
  EXPECT_THAT(why(with_mode(0644)), HasSubstr("everybody may read"));
  EXPECT_THAT(why(with_mode(0602)), HasSubstr("everybody may write"));
  EXPECT_EQ(with_mode(0640)->reveal(), "abc");
  EXPECT_EQ(with_mode(0400)->reveal(), "abc");
}

TEST(SecretSource, SaysWhyAFileIsNotUsable) {
  const TempDirectory directory;
  EXPECT_EQ(why(read_secret("file:" + directory.path() + "/none", {})),
            "file:" + directory.path() + "/none: No such file or directory");
  EXPECT_THAT(why(read_secret("file:" + directory.path(), {})), HasSubstr("not a regular file"));
  EXPECT_THAT(why(read_secret("file:relative", {})), HasSubstr("absolute"));
  EXPECT_THAT(why(read_secret("file:" + directory.write("s", "\n"), {})), HasSubstr("empty"));
  EXPECT_THAT(why(read_secret("file:" + directory.write("s", std::string(70'000, 'x')), {})),
              HasSubstr("larger than 64 KiB"));
}

TEST(SecretSource, DoesNotWaitForAFifo) {
  const TempDirectory directory;
  const std::string path = directory.path() + "/fifo";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_THAT(why(read_secret("file:" + path, {})), HasSubstr("not a regular file"));
}

TEST(SecretSource, ReadsTheEnvironment) {
  const auto environment = surroundings();
  EXPECT_EQ(read_secret("env:MACTIOND_TEST_SECRET", environment)->reveal(), kClientSecret);
  EXPECT_THAT(why(read_secret("env:MACTIOND_TEST_UNSET", environment)), HasSubstr("not set"));
  EXPECT_THAT(why(read_secret("env:MACTIOND_TEST_EMPTY", environment)), HasSubstr("empty"));
}

TEST(SecretSource, ReadsCredentialsFromTheirDirectoryOnly) {
  const TempDirectory directory;
  static_cast<void>(directory.write("mde-eu", "abc\n", 0400));
  const Environment environment{"host", directory.path()};
  EXPECT_EQ(read_secret("credential:mde-eu", environment)->reveal(), "abc");
  EXPECT_THAT(why(read_secret("credential:other", environment)), HasSubstr("No such file"));
  EXPECT_THAT(why(read_secret("credential:../x", environment)), HasSubstr("no slash"));
  EXPECT_THAT(why(read_secret("credential:..", environment)), HasSubstr("no slash"));
  EXPECT_THAT(why(read_secret("credential:mde-eu", {})), HasSubstr("LoadCredential="));
}

TEST(SecretSource, NeverRepeatsWhatIsNoReference) {
  for (const char* text : {"Pa55word", "", "file:", "vault:Pa55word", "FILE:/Pa55word"}) {
    const auto result = read_secret(text, {});
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code, Errc::InvalidSecret);
    EXPECT_THAT(why(result), testing::Not(HasSubstr("Pa55word")));
  }
}

}  // namespace
}  // namespace mactiond::config

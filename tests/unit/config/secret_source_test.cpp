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
  EXPECT_THAT(why(read("abc\n\n")), HasSubstr("line break"));
  EXPECT_THAT(why(read("abc\r")), HasSubstr("control character"));
  EXPECT_THAT(why(read(std::string("a\0b", 3))), HasSubstr("control character"));
}

TEST(SecretSource, NamesABlankOrAByteOrderMarkAroundASecret) {
  const TempDirectory directory;
  const auto read = [&](const std::string& content, SecretForm form = SecretForm::Text) {
    return read_secret("file:" + directory.write("s", content), {}, form);
  };
  for (const char* content : {" abc", "abc ", "abc \n",
                              "\xc2\xa0"
                              "abc",
                              "abc\xe3\x80\x80", "abc\xe2\x80\x8b"}) {
    EXPECT_THAT(why(read(content)), HasSubstr("there is a blank before or after")) << content;
    EXPECT_TRUE(read(content, SecretForm::Password)) << content;
  }
  for (const char* content : {"\xef\xbb\xbf"
                              "abc\n",
                              "abc\xef\xbb\xbf"}) {
    EXPECT_THAT(why(read(content)), HasSubstr("byte order mark")) << content;
    EXPECT_THAT(why(read(content, SecretForm::Password)), HasSubstr("byte order mark")) << content;
  }
  EXPECT_THAT(why(read(std::string("\xff\xfe"
                                   "a\0b\0\n\0",
                                   8))),
              HasSubstr("UTF-16"));
  EXPECT_THAT(why(read("\nabc")), HasSubstr("remove it"));
  EXPECT_THAT(why(read("abc\t")), HasSubstr("remove it"));
  EXPECT_EQ(read("a b c")->reveal(), "a b c");
}

TEST(SecretSource, LooksForCredentialsInTheStoresOfSystemd) {
  const TempDirectory first;
  const TempDirectory second;
  static_cast<void>(second.write("mde-eu", "abc\n"));
  static_cast<void>(second.write("open", "abc\n", 0644));
  Environment environment{"host", "", {first.path(), second.path()}, true};
  EXPECT_EQ(read_secret("credential:mde-eu", environment)->reveal(), "abc");
  EXPECT_EQ(out_of_reach("credential:mde-eu", environment), "");
  EXPECT_THAT(why(read_secret("credential:open", environment)), HasSubstr("everybody may read"));
  EXPECT_EQ(out_of_reach("credential:open", environment), "");
  static_cast<void>(first.write("mde-eu", "of the first\n"));
  EXPECT_EQ(read_secret("credential:mde-eu", environment)->reveal(), "of the first");

  EXPECT_THAT(out_of_reach("credential:none", environment),
              testing::AllOf(HasSubstr("not checked"), HasSubstr(second.path()),
                             HasSubstr("LoadCredential=none")));
  EXPECT_THAT(why(read_secret("credential:none", environment)), HasSubstr("LoadCredential="));
  // With the directory of a running unit nothing else counts.
  environment.credentials_directory = first.path();
  EXPECT_THAT(why(read_secret("credential:open", environment)), HasSubstr("No such file"));
  EXPECT_EQ(out_of_reach("credential:open", environment), "");
}

TEST(SecretSource, ACredentialOutOfReachIsAWarningOfTheCheckAndAnErrorOfTheStart) {
  (void)surroundings();
  const std::string text =
      "[[region]]\nname='eu'\ntenant_id='t'\nclient_id='c'\n"
      "auth.client_secret='credential:mde-eu'\n"
      "[[webhook]]\nname='a'\nurl='credential:url'\nsecret=['credential:k1','credential:k2']\n"
      "basic='credential:pair'\nheaders={X-Key='credential:key'}\n";
  Environment environment{"host", "", {"/nonexistent/store"}, true};
  const auto checked = load_text(text, "test.toml", environment);
  EXPECT_TRUE(checked.ok()) << all_problems(checked);
  EXPECT_EQ(checked.warnings(), 6U) << all_problems(checked);
  const std::string printed = print(checked, Printed::All);
  EXPECT_THAT(printed, HasSubstr("client_secret = \"credential:mde-eu\""));
  EXPECT_THAT(printed, HasSubstr("url = \"credential:url\""));
  EXPECT_THAT(printed, HasSubstr("secret = [\"credential:k1\", \"credential:k2\"]"));
  environment.only_checks = false;
  const auto started = load_text(text, "test.toml", environment);
  EXPECT_EQ(started.errors().size(), 6U) << all_problems(started);
}

TEST(SecretSource, FindsTheFilesOfADirectoryAsSystemdNamesThem) {
  const TempDirectory store;
  ASSERT_EQ(mkdir((store.path() + "/mde").c_str(), 0700), 0);
  ASSERT_EQ(mkdir((store.path() + "/mde/north_sea").c_str(), 0700), 0);
  (void)store.write("mde/con_toso", "of the file\n");
  (void)store.write("mde/north_sea/a", "of the inner directory\n");
  const Environment environment{"host", "", {store.path()}};
  EXPECT_EQ(read_secret("credential:mde_con_toso", environment)->reveal(), "of the file");
  EXPECT_EQ(read_secret("credential:mde_north_sea_a", environment)->reveal(),
            "of the inner directory");
  EXPECT_THAT(out_of_reach("credential:mde_none", environment),
              HasSubstr("LoadCredential=mde:DIRECTORY and a file none there"));
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

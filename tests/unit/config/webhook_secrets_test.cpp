#include "config/webhook_secrets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "config/file_watch.hpp"
#include "unit/config/config_text.hpp"

namespace mactiond::config {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr const char* kOtherKey = "whsec_Zm91ci1hbmQtdHdlbnR5LWJ5dGVzLW9mLWtleQ==";

/// A webhook all of whose secrets are in files.
struct RereadSecrets : testing::Test {
  RereadSecrets() {
    const std::string url = write("url", "https://hooks.example/T0/one\n");
    const std::string text =
        region_text() + "[[webhook]]\nname='soc'\nformat='splunk_hec'\nurl='file:" + url +
        "'\nsecret=['file:" + write("key", kHookSecret) +
        "']\nbearer='file:" + write("bearer", "b-one") +
        "'\ntoken='file:" + write("token", "t-one") +
        "'\nheaders={ X-Key = 'file:" + write("header", "h-one") + "' }\nca_file=''\n";
    const auto result = load(text);
    EXPECT_EQ(all_problems(result), "");
    if (!result.config.webhooks.empty()) webhook = result.config.webhooks[0];
  }
  std::string write(const std::string& name, const std::string& content) {
    return directory.write(name, content);
  }
  [[nodiscard]] std::string path(const std::string& name) const {
    return directory.path() + '/' + name;
  }
  void expect_as_before() const {
    EXPECT_EQ(webhook.url.target, "/T0/one");
    EXPECT_EQ(webhook.bearer.value.reveal(), "b-one");
    EXPECT_EQ(webhook.token.value.reveal(), "t-one");
    EXPECT_EQ(webhook.headers.at(0).value.value.reveal(), "h-one");
    ASSERT_EQ(webhook.keys.size(), 1U);
    EXPECT_EQ(webhook.keys[0].bytes.reveal(), "0123456789abcdef0123456789abcdef");
  }

  TempDirectory directory;
  Webhook webhook;
};

TEST_F(RereadSecrets, KnowsEveryFile) {
  webhook.ca_file = "/etc/ca.pem";
  webhook.client_cert = "/etc/cert.pem";
  webhook.client_key = "/etc/key.pem";
  webhook.basic.source = "credential:soc-basic";
  webhook.proxy_auth.source = "file:/etc/proxy-auth";
  webhook.secret_sources.push_back({"env:MACTIOND_TEST_HOOK", {}});
  EXPECT_THAT(secret_files(webhook, {"host", "/run/credentials/m"}),
              UnorderedElementsAre(path("url"), path("key"), path("bearer"), path("token"),
                                   path("header"), "/run/credentials/m/soc-basic", "/etc/ca.pem",
                                   "/etc/cert.pem", "/etc/key.pem", "/etc/proxy-auth"));
}

TEST_F(RereadSecrets, TakesOverEveryOne) {
  write("url", "https://hooks.example/T0/two\n");
  write("key", kOtherKey);
  write("bearer", "b-two\r\n");
  write("token", "t-two");
  write("header", "h-two");
  ASSERT_TRUE(reread_secrets(webhook, surroundings()));
  EXPECT_EQ(webhook.url.target, "/T0/two");
  EXPECT_EQ(webhook.bearer.value.reveal(), "b-two");
  EXPECT_EQ(webhook.token.value.reveal(), "t-two");
  EXPECT_EQ(webhook.headers.at(0).value.value.reveal(), "h-two");
  ASSERT_EQ(webhook.keys.size(), 1U);
  EXPECT_EQ(webhook.keys[0].bytes.reveal(), "four-and-twenty-bytes-of-key");
}

TEST_F(RereadSecrets, LeavesAllAsItWasWhereOneIsBadAndShowsNone) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"key", "whsec_c2hvcnQ="},
      {"key", ""},
      {"token", "t-two\nInjected: yes"},
      {"header", ""},
      {"url", "hooks.example/no-scheme"},
      {"url", "http://hooks.example/plain"},
      {"url", "https://169.254.169.254/latest"},
      {"url", "https://[fe80::1]/x"},
  };
  for (const auto& [name, content] : rows) {
    write("bearer", "b-two");
    const std::string good = name == "url"     ? "https://hooks.example/T0/one"
                             : name == "key"   ? kHookSecret
                             : name == "token" ? "t-one"
                                               : "h-one";
    write(name, content);
    const auto done = reread_secrets(webhook, surroundings());
    ASSERT_FALSE(done) << name << ": " << content;
    EXPECT_THAT(done.error().message(), HasSubstr(path(name))) << content;
    EXPECT_TRUE(content.empty() || done.error().message().find(content) == std::string::npos);
    expect_as_before();
    write(name, good);
  }
}

TEST_F(RereadSecrets, RefusesWhatIsNoPairOfUserAndPassword) {
  for (SecretValue* pair : {&webhook.basic, &webhook.proxy_auth}) {
    pair->source = "file:" + write("pair", "user:password");
    ASSERT_TRUE(reread_secrets(webhook, surroundings()));
    write("pair", "password alone");
    const auto done = reread_secrets(webhook, surroundings());
    ASSERT_FALSE(done);
    EXPECT_THAT(done.error().message(), HasSubstr("user:password"));
    EXPECT_EQ(pair->value.reveal(), "user:password");
    *pair = {};
  }
}

TEST_F(RereadSecrets, AFileThatIsGoneOrOpenToAllIsNotRead) {
  std::filesystem::remove(path("bearer"));
  EXPECT_FALSE(reread_secrets(webhook, surroundings()));
  static_cast<void>(directory.write("bearer", "b-two", 0644));
  EXPECT_FALSE(reread_secrets(webhook, surroundings()));
  expect_as_before();
}

TEST(FileWatch, ReportsEachChangeOnce) {
  const TempDirectory directory;
  const std::string one = directory.write("one", "a");
  FileWatch watch({one, directory.path() + "/two"});
  EXPECT_FALSE(watch.changed());
  static_cast<void>(directory.write("two", ""));
  EXPECT_TRUE(watch.changed()) << "there now";
  EXPECT_FALSE(watch.changed());
  static_cast<void>(directory.write("one", "ab"));
  EXPECT_TRUE(watch.changed()) << "written to";
  std::filesystem::rename(directory.write("new", "ab"), one);
  EXPECT_TRUE(watch.changed()) << "replaced by one of the same size";
  std::filesystem::remove(one);
  EXPECT_TRUE(watch.changed()) << "gone";
  EXPECT_FALSE(watch.changed());
}

TEST(FileWatch, OfNothingNeverChanges) {
  FileWatch watch({});
  EXPECT_FALSE(watch.changed());
}

}  // namespace
}  // namespace mactiond::config

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "daemon/proxy.hpp"

namespace mactiond::daemon {
namespace {

struct ChooseProxy : testing::Test {
  ChooseProxy() { clear(); }
  ~ChooseProxy() override { clear(); }
  static void clear() {
    for (const char* name : {"HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"}) unsetenv(name);
  }
  static void set(const char* name, const char* value) { EXPECT_EQ(setenv(name, value, 1), 0); }

  const std::optional<http::Url> none;
  const std::optional<http::Url> configured = *http::parse_url("http://own.example:3128");
};

TEST_F(ChooseProxy, IsNoneWhereNothingIsSet) {
  const auto choice = choose_proxy(none, Secret("alice:s3cret"));
  ASSERT_TRUE(choice);
  EXPECT_FALSE(choice->proxy);
  EXPECT_FALSE(environment_has_proxy());
}

TEST_F(ChooseProxy, TheConfiguredOneIsForEveryServer) {
  set("HTTPS_PROXY", "http://bob:other@variable.example:1");
  set("NO_PROXY", "*");
  const auto choice = choose_proxy(configured, Secret("alice:s3cret"));
  ASSERT_TRUE(choice && choice->proxy);
  EXPECT_EQ(*choice->proxy, (http::Proxy{*configured, Secret("alice:s3cret")}));
  EXPECT_EQ(choice->no_proxy, "");
}

TEST_F(ChooseProxy, AVariableThatDoesNotCountIsNotRead) {
  set("HTTPS_PROXY", "socks5://127.0.0.1:1");
  EXPECT_TRUE(choose_proxy(configured, Secret()));
}

TEST_F(ChooseProxy, TheVariablesDecideWhereNoneIsConfigured) {
  set("HTTPS_PROXY", "http://bob:oth%65r@variable.example:1");
  set("NO_PROXY", "x.example");
  const auto choice = choose_proxy(none, Secret());
  ASSERT_TRUE(choice && choice->proxy);
  EXPECT_EQ(choice->proxy->url.authority(), "variable.example:1");
  EXPECT_EQ(choice->proxy->credentials, Secret("bob:other"));
  EXPECT_EQ(choice->no_proxy, "x.example");
  EXPECT_TRUE(environment_has_proxy());
}

TEST_F(ChooseProxy, TheSpellingInSmallLettersCountsWhereTheOtherIsNotSet) {
  set("https_proxy", "http://small.example:1");
  set("no_proxy", "y.example");
  const auto choice = choose_proxy(none, Secret());
  ASSERT_TRUE(choice && choice->proxy);
  EXPECT_EQ(choice->proxy->url.authority(), "small.example:1");
  EXPECT_EQ(choice->no_proxy, "y.example");
  set("HTTPS_PROXY", "http://large.example:1");
  EXPECT_EQ(choose_proxy(none, Secret())->proxy->url.authority(), "large.example:1");
}

TEST_F(ChooseProxy, CredentialsOfTheirOwnCountBeforeThoseInTheVariable) {
  set("HTTPS_PROXY", "http://bob:other@variable.example:1");
  const auto choice = choose_proxy(none, Secret("alice:s3cret"));
  ASSERT_TRUE(choice && choice->proxy);
  EXPECT_EQ(choice->proxy->credentials, Secret("alice:s3cret"));
}

TEST_F(ChooseProxy, AVariableThatIsNotUsableIsNamedAsItWasRead) {
  for (const char* name : {"https_proxy", "HTTPS_PROXY"}) {
    set(name, "socks5://bob:s3cret@127.0.0.1:1");
    const auto choice = choose_proxy(none, Secret());
    ASSERT_FALSE(choice) << name;
    EXPECT_TRUE(choice.error().where.starts_with(std::string(name) + ": "));
    EXPECT_EQ(choice.error().where.find("s3cret"), std::string::npos);
  }
}

}  // namespace
}  // namespace mactiond::daemon

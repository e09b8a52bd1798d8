#include "http/url.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace mactiond::http {
namespace {

TEST(Url, TakesAnAddressApart) {
  const auto url = parse_url("HTTPS://Hooks.Example:8443/in/put?a=b&c=%20");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme, "https");
  EXPECT_EQ(url->host, "hooks.example");
  EXPECT_EQ(url->port, "8443");
  EXPECT_EQ(url->target, "/in/put?a=b&c=%20");
  EXPECT_TRUE(url->is_tls());
  EXPECT_EQ(url->authority(), "hooks.example:8443");
}

TEST(Url, FillsInWhatIsLeftOut) {
  EXPECT_EQ(*parse_url("https://a.example"), (Url{"https", "a.example", "443", "/"}));
  EXPECT_EQ(*parse_url("http://a.example?x=1"), (Url{"http", "a.example", "80", "/?x=1"}));
  EXPECT_EQ(*parse_url("https://a.example:/p"), (Url{"https", "a.example", "443", "/p"}));
  EXPECT_EQ(*parse_url("https://a.example:00443/"), (Url{"https", "a.example", "443", "/"}));
}

TEST(Url, NamesTheDefaultPortNowhere) {
  EXPECT_EQ(parse_url("https://a.example:443/")->authority(), "a.example");
  EXPECT_EQ(parse_url("http://a.example:80/")->authority(), "a.example");
  EXPECT_EQ(parse_url("http://a.example:443/")->authority(), "a.example:443");
}

TEST(Url, ReadsAddressLiterals) {
  const auto v6 = parse_url("http://[FE80::1]:8080/x");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->host, "fe80::1");
  EXPECT_EQ(v6->authority(), "[fe80::1]:8080");
  EXPECT_EQ(parse_url("https://[::1]")->authority(), "[::1]");
  EXPECT_EQ(parse_url("https://127.0.0.1:9464/")->authority(), "127.0.0.1:9464");
}

TEST(Url, RefusesWhatCannotBeCalled) {
  for (const char* text : {"",
                           "a.example",
                           "//a.example/",
                           "ftp://a.example/",
                           "https:/a.example",
                           "https://",
                           "https:///path",
                           "https://:443/",
                           "https://user@a.example/",
                           "https://user:pw@a.example/",
                           "https://a.example:0/",
                           "https://a.example:65536/",
                           "https://a.example:-1/",
                           "https://a.example:+1/",
                           "https://a.example:4x3/",
                           "https://a.example:99999999999999/",
                           "https://a example/",
                           "https://a.example/a b",
                           "https://a.example/\n",
                           "https://a.example/\r\nHost: b",
                           "https://a.example/ä",
                           "https://ä.example/",
                           "https://a..example/",
                           "https://.example/",
                           "https://a%2eexample/",
                           "https://a.example\\@b.example/",
                           "https://a.example/#part",
                           "https://[::1",
                           "https://[]/",
                           "https://[::1]x/",
                           "https://[1.2.3.4]/",
                           "https://[fe80::1%25eth0]/",
                           "https://[zz]/",
                           " https://a.example/",
                           "https://a.example/ "}) {
    const auto url = parse_url(text);
    ASSERT_TRUE(url.has_error()) << text;
    EXPECT_EQ(url.error().code, Errc::InvalidUrl);
  }
}

TEST(Url, RefusesANulInside) {
  EXPECT_TRUE(parse_url(std::string("https://a.example/\0x", 20)).has_error());
}

TEST(Url, NeverRepeatsTheTextItRefuses) {
  const auto url = parse_url("https://hooks.example/services/T0/SECRET value");
  ASSERT_TRUE(url.has_error());
  EXPECT_EQ(url.error().message().find("SECRET"), std::string::npos);
}

TEST(Url, AppendsATargetToThePathOfTheBase) {
  const Url plain = *parse_url("https://a.example");
  EXPECT_EQ(resolve(plain, "/api/x?y=1").target, "/api/x?y=1");
  const Url prefixed = *parse_url("https://a.example:8443/prefix/?old=1");
  EXPECT_EQ(resolve(prefixed, "/api/x"), (Url{"https", "a.example", "8443", "/prefix/api/x"}));
}

RC_GTEST_PROP(Url, NeverAcceptsABlankOrControlCharacter, (std::string text)) {
  const auto url = parse_url("https://a.example/" + text);
  if (!url) return;
  for (const char c : url->target) RC_ASSERT(c > ' ' && c < '\x7f');
}

}  // namespace
}  // namespace mactiond::http

#include "http/proxy.hpp"

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

namespace mactiond::http {
namespace {

TEST(ParseProxy, TakesAUrlOrHostAndPort) {
  for (const std::string_view text :
       {"http://proxy.example:3128", "proxy.example:3128", "HTTP://PROXY.example:3128/"}) {
    const auto proxy = parse_proxy(text);
    ASSERT_TRUE(proxy) << text;
    EXPECT_EQ(proxy->url, (Url{"http", "proxy.example", "3128", "/"})) << text;
    EXPECT_TRUE(proxy->credentials.empty()) << text;
  }
  EXPECT_EQ(parse_proxy("http://[fd00::1]:8080")->url.host, "fd00::1");
}

TEST(ParseProxy, TakesAUserAndAPasswordPercentDecoded) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"http://alice:s3cret@proxy.example:3128", "alice:s3cret"},
      {"alice:s3cret@proxy.example:3128", "alice:s3cret"},
      {"http://CORP%5Calice:p%40ss%3Aw%2Frd%25@proxy.example", "CORP\\alice:p@ss:w/rd%"},
      {"http://alice:a+b:c@d@proxy.example", "alice:a+b:c@d"},
      {"http://alice@proxy.example", "alice:"},
      {"http://alice:@proxy.example", "alice:"},
      {"http://:token@proxy.example", ":token"},
      {"http://@proxy.example", ""},
  };
  for (const auto& [text, credentials] : cases) {
    const auto proxy = parse_proxy(text);
    ASSERT_TRUE(proxy) << text;
    EXPECT_EQ(proxy->credentials.reveal(), credentials) << text;
    EXPECT_EQ(proxy->url.host, "proxy.example") << text;
  }
}

TEST(ParseProxy, RefusesOtherProxiesByName) {
  for (const std::string scheme : {"https", "socks4", "socks4a", "socks5", "socks5h"}) {
    const auto proxy = parse_proxy(scheme + "://alice:s3cret@proxy.example:1080");
    ASSERT_FALSE(proxy) << scheme;
    EXPECT_TRUE(proxy.error().where.starts_with(scheme + ":// ")) << proxy.error().where;
  }
}

TEST(ParseProxy, NeverRepeatsWhatItRefuses) {
  for (const std::string_view text :
       {"http://alice:s3cret", "http://alice:s3cret%zz@proxy.example", "s3cret://proxy.example",
        "http://alice:s3cret/x@proxy.example", "https://alice:s3cret@proxy.example",
        "http://alice:s3cret%0a@proxy.example", "http://ali%3Ace:s3cret@proxy.example",
        "http://alice:s3cret@", "http://alice:s3cret@proxy example", ""}) {
    const auto proxy = parse_proxy(text);
    ASSERT_FALSE(proxy) << text;
    EXPECT_EQ(proxy.error().message().find("s3cret"), std::string::npos) << text;
    EXPECT_FALSE(proxy.error().where.empty());
  }
}

bool excludes(const std::string& list, const std::string& host, const std::string& port = "443") {
  return NoProxy(list).excludes(Url{"https", host, port, "/"});
}

TEST(NoProxy, FollowsTheRulesOfCurlAndWhatPeopleWrite) {
  const std::vector<std::tuple<std::string, std::string, bool>> cases = {
      {"", "a.example", false},
      {"*", "a.example", true},
      {"*", "10.0.0.1", true},
      {"example.com", "example.com", true},
      {"example.com", "api.eu.example.com", true},
      {"example.com", "badexample.com", false},
      {"example.com", "example.com.evil.example", false},
      {".example.com", "example.com", true},
      {".example.com", "api.example.com", true},
      {".example.com", "badexample.com", false},
      {"*.example.com", "api.eu.example.com", true},
      {"*.example.com", "badexample.com", false},
      {"EXAMPLE.com", "api.Example.COM", true},
      {"example.com.", "api.example.com", true},
      {"example.com", "api.example.com.", true},
      {"x.example , example.com", "example.com", true},
      {"x.example example.com", "example.com", true},
      {" ,, example.com\t,", "example.com", true},
      {"x.example,,", "a.example", false},
      {".", "a.example", false},
      {"exam*.com", "example.com", false},
      {"10.1.2.3", "10.1.2.3", true},
      {"10.1.2.3", "10.1.2.30", false},
      {"2.3", "10.1.2.3", false},
      {"10.0.0.0/8", "10.255.1.2", true},
      {"10.0.0.0/8", "11.0.0.1", false},
      {"192.168.1.128/25", "192.168.1.129", true},
      {"192.168.1.128/25", "192.168.1.127", false},
      {"10.1.2.3/32", "10.1.2.3", true},
      {"10.1.2.3/32", "10.1.2.2", false},
      {"0.0.0.0/0", "203.0.113.9", true},
      {"0.0.0.0/0", "2001:db8::1", false},
      {"10.0.0.0/33", "10.0.0.1", false},
      {"10.0.0.0/", "10.0.0.0", false},
      {"10.0.0.0/8", "10.example.com", false},
      {"10.0.0.0/8", "::ffff:10.1.2.3", true},
      {"::1", "::1", true},
      {"[::1]", "::1", true},
      {"[::1]", "::2", false},
      {"2001:DB8:0::1", "2001:db8::1", true},
      {"fd00::/8", "fd12:3456::1", true},
      {"[fd00::]/8", "fd12:3456::1", true},
      {"[fd00::/8]", "fd12:3456::1", true},
      {"fd00::/8", "fe00::1", false},
      {"fd00::/129", "fd00::1", false},
      {"::/0", "10.0.0.1", false},
      {"::/0", "2001:db8::1", true},
  };
  for (const auto& [list, host, expected] : cases) {
    EXPECT_EQ(excludes(list, host), expected) << '"' << list << "\" " << host;
  }
}

TEST(NoProxy, APortLimitsAnEntryToIt) {
  for (const std::string host : {"example.com", "api.example.com"}) {
    EXPECT_TRUE(excludes("example.com:8443", host, "8443"));
    EXPECT_FALSE(excludes("example.com:8443", host, "443"));
  }
  EXPECT_TRUE(excludes("*.example.com:8443", "api.example.com", "8443"));
  EXPECT_TRUE(excludes("10.1.2.3:8443", "10.1.2.3", "8443"));
  EXPECT_FALSE(excludes("10.1.2.3:8443", "10.1.2.3", "443"));
  EXPECT_TRUE(excludes("10.0.0.0/8:8443", "10.1.2.3", "8443"));
  EXPECT_TRUE(excludes("[::1]:8443", "::1", "8443"));
  EXPECT_FALSE(excludes("[::1]:8443", "::1", "443"));
  EXPECT_TRUE(excludes("*:8443", "example.com", "8443"));
  EXPECT_FALSE(excludes("*:8443", "example.com", "443"));
  EXPECT_FALSE(excludes("example.com:https", "example.com", "443"));
}

}  // namespace
}  // namespace mactiond::http

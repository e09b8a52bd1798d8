#include "http/link_check.hpp"

#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

namespace mactiond::http {
namespace {

const LinkHosts kHosts{{"files.example", "*.blob.example"}, Url{"https", "127.0.0.1", "8443", "/"}};

std::string outcome(const std::string& link, const LinkHosts& hosts = kHosts) {
  const auto checked = check_link(Secret(link), hosts);
  if (const auto* url = std::get_if<Url>(&checked)) return url->host + ' ' + url->port;
  return std::get<LinkRefusal>(checked).sentence;
}

TEST(LinkCheck, FollowsHttpsToTheAllowedHosts) {
  EXPECT_EQ(outcome("https://files.example/a?sig=s3cret"), "files.example 443");
  EXPECT_EQ(outcome("https://FILES.example:443/a?sig=s3cret"), "files.example 443");
  EXPECT_EQ(outcome("https://a.blob.example/a"), "a.blob.example 443");
  EXPECT_EQ(outcome("https://a.b.Blob.Example/a"), "a.b.blob.example 443");
  EXPECT_EQ(outcome("https://files.example/a", {{"FILES.Example"}}), "files.example 443");
  EXPECT_EQ(outcome("https://a.b.example/a", {{"*.B.example"}}), "a.b.example 443");
}

TEST(LinkCheck, FollowsToTheServiceAtItsOwnPortAndAddress) {
  EXPECT_EQ(outcome("https://127.0.0.1:8443/a"), "127.0.0.1 8443");
  const LinkHosts named{{}, Url{"https", "api.example", "8443", "/"}};
  EXPECT_EQ(outcome("https://api.example:8443/a", named), "api.example 8443");
  EXPECT_EQ(outcome("https://api.example/a", named),
            "the link leads to api.example, which is not allowed; if you trust that host, add it "
            "to [submit] link_hosts, beside the others that links lead to");
}

struct Refused {
  std::string link;
  std::string sentence;
};

std::vector<Refused> refused() {
  const std::string foreign =
      ", which is not allowed; if you trust that host, add it to [submit] "
      "link_hosts, beside the others that links lead to";
  const std::string address = "; links are followed to named hosts only";
  const std::string no_url = "the link that the API gave is no https URL";
  return {
      {"https://evil.example/a?sig=s3cret", "the link leads to evil.example" + foreign},
      {"https://blob.example/a", "the link leads to blob.example" + foreign},
      {"https://.blob.example/a", no_url},
      {"https://xblob.example/a", "the link leads to xblob.example" + foreign},
      {"https://files.example.evil.test/a", "the link leads to files.example.evil.test" + foreign},
      {"https://files.example./a", "the link leads to files.example." + foreign},
      {"https://a.files.example/a", "the link leads to a.files.example" + foreign},
      {"http://files.example/a?sig=s3cret",
       "the link leads to files.example over http; only https is followed"},
      {"http://127.0.0.1:8443/a", "the link leads to 127.0.0.1 over http; only https is followed"},
      {"https://files.example:8443/a?sig=s3cret",
       "the link leads to port 8443 of files.example; links are followed to port 443 only"},
      {"https://127.0.0.1/a", "the link leads to the address 127.0.0.1" + address},
      {"https://10.0.0.1:8443/a", "the link leads to the address 10.0.0.1" + address},
      {"https://2130706433/a", "the link leads to the address 2130706433" + address},
      {"https://0x7f.1/a", "the link leads to the address 0x7f.1" + address},
      {"https://[::1]/a", "the link leads to the address ::1" + address},
      {"https://user:s3cret@files.example/a",
       "the link to files.example names a user; such links are not followed"},
      {"https://files.example@evil.example/a?sig=s3cret",
       "the link to evil.example names a user; such links are not followed"},
      {"https://s3cret@/a", no_url},
      {"https://s3cret@h\x01/a", no_url},
      {"https://files.example/a#s3cret", no_url},
      {"https://files.example/s3 cret", no_url},
      {"https://files.example\\@evil.example/s3cret",
       "the link to evil.example names a user; such links are not followed"},
      {"ftp://files.example/s3cret", no_url},
      {"javascript:s3cret", no_url},
      {"files.example/s3cret", no_url},
      {"", no_url},
      {"https://files.example/" + std::string(20'000, 's'),
       "the link that the API gave is too long"},
  };
}

TEST(LinkCheck, RefusesEverythingElseInASentence) {
  for (const Refused& row : refused()) {
    EXPECT_EQ(outcome(row.link), row.sentence) << row.link.substr(0, 80);
    EXPECT_EQ(row.sentence.find("s3cret"), std::string::npos);
  }
}

TEST(LinkCheck, AllowsNothingWithoutHosts) {
  EXPECT_NE(outcome("https://files.example/a", {}).find("not allowed"), std::string::npos);
  // What only looks like a pattern is no host.
  EXPECT_NE(outcome("https://files.example/a", {{"*", "*.", ""}}).find("not allowed"),
            std::string::npos);
}

}  // namespace
}  // namespace mactiond::http

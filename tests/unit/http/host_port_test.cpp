#include "http/host_port.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mactiond::http {
namespace {

struct Row {
  std::string text;
  std::optional<HostPort> split;
  bool is_server;
  bool is_listen_address;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows = {
      {"a.example:443", HostPort{"a.example", 443}, true, false},
      {"a.example", HostPort{"a.example"}, true, false},
      {"a.example:", HostPort{"a.example"}, true, false},
      {"a.example:00443", HostPort{"a.example", 443}, true, false},
      {"A.Example:1", HostPort{"A.Example", 1}, true, false},
      {"localhost:9464", HostPort{"localhost", 9464}, true, false},
      {"127.0.0.1:9464", HostPort{"127.0.0.1", 9464}, true, true},
      {"127.0.0.1:65535", HostPort{"127.0.0.1", 65535}, true, true},
      {"127.0.0.1:0", HostPort{"127.0.0.1", 0}, false, true},
      {"127.0.0.1", HostPort{"127.0.0.1"}, true, false},
      {"127.0.0.1:", HostPort{"127.0.0.1"}, true, false},
      {"127.1:9464", HostPort{"127.1", 9464}, true, false},
      {"[::1]:9464", HostPort{"::1", 9464}, true, true},
      {"[FE80::1]:80", HostPort{"FE80::1", 80}, true, true},
      {"[::]:0", HostPort{"::", 0}, false, true},
      {"[::1]", HostPort{"::1"}, true, false},
      {"a..example:1", HostPort{"a..example", 1}, false, false},
      {".example:1", HostPort{".example", 1}, false, false},
      {"a example:1", HostPort{"a example", 1}, false, false},
      {"user@a.example:1", HostPort{"user@a.example", 1}, false, false},
      {"ä.example:1", HostPort{"ä.example", 1}, false, false},
      {"", {}, false, false},
      {":80", {}, false, false},
      {"a.example:65536", {}, false, false},
      {"a.example:99999999999999", {}, false, false},
      {"a.example:-1", {}, false, false},
      {"a.example:+1", {}, false, false},
      {"a.example: 1", {}, false, false},
      {"a.example:1 ", {}, false, false},
      {"a.example:https", {}, false, false},
      {"a.example:80/", {}, false, false},
      {"127.0.0.1:80:1", {}, false, false},
      {"::1", {}, false, false},
      {"::1:9464", {}, false, false},
      {"[::1", {}, false, false},
      {"[::1]9464", {}, false, false},
      {"[]:1", {}, false, false},
      {"[127.0.0.1]:1", {}, false, false},
      {"[a.example]:1", {}, false, false},
      {"[fe80::1%eth0]:1", {}, false, false},
  };
  return kRows;
}

TEST(HostPort, IsTakenApartByOneSetOfRules) {
  for (const Row& row : rows()) {
    EXPECT_EQ(split_host_port(row.text), row.split) << row.text;
    EXPECT_EQ(parse_server(row.text).has_value(), row.is_server) << row.text;
    EXPECT_EQ(parse_listen_address(row.text).has_value(), row.is_listen_address) << row.text;
  }
}

TEST(HostPort, OfAServerIsInLowerCase) {
  EXPECT_EQ(parse_server("A.Example:1"), (HostPort{"a.example", 1}));
  EXPECT_EQ(parse_server("[FE80::1]"), (HostPort{"fe80::1"}));
}

TEST(HostPort, OfAServerHasNoEndlessName) {
  const std::string longest(253, 'a');
  EXPECT_TRUE(parse_server(longest));
  EXPECT_FALSE(parse_server(longest + 'a'));
}

TEST(HostPort, RefusesANulInside) {
  EXPECT_FALSE(parse_server(std::string("a\0b:1", 5)));
  EXPECT_FALSE(parse_listen_address(std::string("127.0.0.1\0:1", 12)));
  EXPECT_FALSE(split_host_port(std::string("[::1\0]:1", 8)));
}

TEST(HostPort, IsWrittenWithBracketsForIpv6Only) {
  EXPECT_EQ(host_port_text("a.example", "443"), "a.example:443");
  EXPECT_EQ(host_port_text("127.0.0.1", "80"), "127.0.0.1:80");
  EXPECT_EQ(host_port_text("fe80::1", "8080"), "[fe80::1]:8080");
  EXPECT_EQ(host_port_text("a.example", ""), "a.example");
  EXPECT_EQ(host_port_text("::1", ""), "[::1]");
}

}  // namespace
}  // namespace mactiond::http

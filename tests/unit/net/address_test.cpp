#include "net/address.hpp"

#include <gtest/gtest.h>

namespace mactiond::net {
namespace {

namespace ip = boost::asio::ip;

TEST(LiteralAddress, ReadsEveryFormTheResolverTakes) {
  for (const char* text : {"169.254.169.254", "0xa9fea9fe", "2852039166", "169.254.43518",
                           "0251.0376.0251.0376", "169.0xfea9fe"}) {
    const auto address = literal_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_string(), "169.254.169.254") << text;
  }
  EXPECT_EQ(literal_address("fe80::1")->to_string(), "fe80::1");
  for (const char* name : {"localhost", "a.example", "1.2.3.4.5", "256.1.1.1", "1.example", ""}) {
    EXPECT_FALSE(literal_address(name)) << name;
  }
}

TEST(MetadataAddress, KnowsBothFamiliesAndIpv4InsideIpv6) {
  for (const char* text : {"169.254.0.0",
                           "169.254.169.254",
                           "169.254.255.255",
                           "fe80::1",
                           "febf:ffff::1",
                           "::ffff:169.254.169.254",
                           "::169.254.169.254",
                           "64:ff9b::169.254.169.254",
                           "64:ff9b:1:a:b:c:a9fe:a9fe",
                           "2002:a9fe:a9fe::1",
                           "fe80::1%1",
                           "::ffff:0:a9fe:a9fe",
                           "::ffff:0:169.254.1.1",
                           "2001::5601:5601",
                           "2001:0:a9fe:a9fe::1",
                           "2001:0:1:2:3:4:5601:1",
                           "64:ff9b:1:a9fe:a9:fe00::",
                           "64:ff9b:1:a9:fe:a9fe::",
                           "64:ff9b:1:0:a9:fea9:fe00:0",
                           "fe81::5efe:a9fe:1",
                           "2001:db8::5efe:169.254.169.254",
                           "2001:db8::200:5efe:a9fe:a9fe",
                           "fd00:ec2::254",
                           "fd00:ec2::23",
                           "fd20:ce::254",
                           "168.63.129.16",
                           "::ffff:168.63.129.16",
                           "100.100.100.200",
                           "64:ff9b::100.100.100.200",
                           "192.0.0.192"}) {
    EXPECT_TRUE(is_metadata_address(ip::make_address(text))) << text;
  }
  for (const char* text : {"169.253.255.255",
                           "169.255.0.0",
                           "127.0.0.1",
                           "10.0.0.1",
                           "fec0::1",
                           "fe7f::1",
                           "::1",
                           "2001:db8::a9fe:a9fe",
                           "::ffff:10.0.0.1",
                           "2002:a00:1::1",
                           "64:ff9b::10.0.0.1",
                           "168.63.129.17",
                           "100.100.100.201",
                           "fd00:ec2::255",
                           "fd00:ec2:0:1::254",
                           "2001::1",
                           "2001:0:a00:1::f5ff:fffe",
                           "::ffff:0:10.0.0.1",
                           "2001:db8::5efe:10.0.0.1",
                           "192.0.0.191"}) {
    EXPECT_FALSE(is_metadata_address(ip::make_address(text))) << text;
  }
}

std::vector<std::string> alternated(const std::vector<std::string>& texts) {
  std::vector<ip::address> addresses;
  for (const auto& text : texts) addresses.push_back(ip::make_address(text));
  std::vector<std::string> ordered;
  for (const auto& address : alternate_families(addresses)) ordered.push_back(address.to_string());
  return ordered;
}

TEST(AlternateFamilies, TakesTurnsAndKeepsTheRestInOrder) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(alternated({"::1", "::2", "::3", "1.1.1.1", "2.2.2.2"}),
            (Texts{"::1", "1.1.1.1", "::2", "2.2.2.2", "::3"}));
  EXPECT_EQ(alternated({"1.1.1.1", "::1", "::2"}), (Texts{"1.1.1.1", "::1", "::2"}));
  EXPECT_EQ(alternated({"1.1.1.1", "2.2.2.2"}), (Texts{"1.1.1.1", "2.2.2.2"}));
  EXPECT_EQ(alternated({}), Texts{});
}

}  // namespace
}  // namespace mactiond::net

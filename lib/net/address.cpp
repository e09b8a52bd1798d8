#include "net/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace mactiond::net {
namespace {

namespace ip = boost::asio::ip;

bool is_link_local_v4(const ip::address_v4& address) {
  const auto bytes = address.to_bytes();
  return bytes[0] == 169 && bytes[1] == 254;
}

std::optional<ip::address_v4> embedded_v4(const ip::address_v6& address) {
  constexpr std::array<unsigned char, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  constexpr std::array<unsigned char, 12> kCompatible = {};
  constexpr std::array<unsigned char, 12> kNat64 = {0, 0x64, 0xff, 0x9b};
  const auto bytes = address.to_bytes();
  for (const auto& prefix : {kMapped, kCompatible, kNat64}) {
    if (!std::equal(prefix.begin(), prefix.end(), bytes.begin())) continue;
    return ip::address_v4({bytes[12], bytes[13], bytes[14], bytes[15]});
  }
  return std::nullopt;
}

}  // namespace

std::optional<ip::address> literal_address(const std::string& host) {
  boost::system::error_code ec;
  const ip::address address = ip::make_address(host, ec);
  if (!ec) return address;
  in_addr v4{};
  if (inet_aton(host.c_str(), &v4) == 0) return std::nullopt;
  return ip::address_v4(ntohl(v4.s_addr));
}

bool is_link_local(const ip::address& address) {
  if (address.is_v4()) return is_link_local_v4(address.to_v4());
  if (address.to_v6().is_link_local()) return true;
  const auto v4 = embedded_v4(address.to_v6());
  return v4 && is_link_local_v4(*v4);
}

std::vector<ip::address> alternate_families(const std::vector<ip::address>& addresses) {
  std::vector<ip::address> first;
  std::vector<ip::address> second;
  for (const auto& address : addresses) {
    const bool leads = address.is_v4() == addresses.front().is_v4();
    (leads ? first : second).push_back(address);
  }
  std::vector<ip::address> ordered;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) ordered.push_back(first[i]);
    if (i < second.size()) ordered.push_back(second[i]);
  }
  return ordered;
}

}  // namespace mactiond::net

#include "net/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstddef>

#include "http/metadata_address.hpp"

namespace mactiond::net {

namespace ip = boost::asio::ip;

std::optional<ip::address> literal_address(const std::string& host) {
  boost::system::error_code ec;
  const ip::address address = ip::make_address(host, ec);
  if (!ec) return address;
  in_addr v4{};
  if (inet_aton(host.c_str(), &v4) == 0) return std::nullopt;
  return ip::address_v4(ntohl(v4.s_addr));
}

bool is_metadata_address(const ip::address& address) {
  const auto v6 =
      address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()) : address.to_v6();
  return http::is_metadata_address(v6.to_bytes());
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

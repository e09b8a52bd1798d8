#include "http/link_local.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <initializer_list>

namespace mactiond::http {
namespace {

bool begins_with(const AddressBytes& address, std::initializer_list<unsigned char> prefix) {
  return std::equal(prefix.begin(), prefix.end(), address.begin());
}

/// Where in the address an IPv4 one lies.
std::optional<std::size_t> embedded_at(const AddressBytes& address) {
  const auto zeros = std::count(address.begin(), address.begin() + 10, 0);
  const bool mapped = zeros == 10 && address[10] == 0xff && address[11] == 0xff;
  const bool compatible = zeros == 10 && address[10] == 0 && address[11] == 0;
  if (mapped || compatible) return 12;
  if (begins_with(address, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) return 12;
  if (begins_with(address, {0, 0x64, 0xff, 0x9b, 0, 1})) return 12;
  if (begins_with(address, {0x20, 0x02})) return 2;
  return std::nullopt;
}

}  // namespace

std::optional<AddressBytes> literal_bytes(const std::string& host) {
  AddressBytes bytes{};
  const std::string without_zone = host.substr(0, host.find('%'));
  if (inet_pton(AF_INET6, without_zone.c_str(), bytes.data()) == 1) return bytes;
  in_addr v4{};
  if (inet_aton(host.c_str(), &v4) == 0) return std::nullopt;
  bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  std::memcpy(bytes.data() + 12, &v4.s_addr, sizeof(v4.s_addr));
  return bytes;
}

bool is_link_local(const AddressBytes& address) {
  if (address[0] == 0xfe && (address[1] & 0xc0U) == 0x80) return true;
  const auto at = embedded_at(address);
  return at && address[*at] == 169 && address[*at + 1] == 254;
}

}  // namespace mactiond::http

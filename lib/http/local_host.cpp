#include "http/local_host.hpp"

#include <algorithm>

#include "http/metadata_address.hpp"

namespace mactiond::http {
namespace {

bool is_mapped(const AddressBytes& address) {
  constexpr std::array<unsigned char, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::equal(kMapped.begin(), kMapped.end(), address.begin());
}

bool is_local_ipv6(const AddressBytes& address) {
  constexpr AddressBytes kLoopback = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  const bool link_local = address[0] == 0xfe && (address[1] & 0xc0U) == 0x80;
  return link_local || address == kLoopback;
}

}  // namespace

bool is_local_host(const std::string& host) {
  if (host == "localhost") return true;
  const auto address = literal_bytes(host);
  if (!address) return false;
  if (!is_mapped(*address)) return is_local_ipv6(*address);
  return (*address)[12] == 127 || ((*address)[12] == 169 && (*address)[13] == 254);
}

}  // namespace mactiond::http

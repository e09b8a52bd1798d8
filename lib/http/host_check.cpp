#include "http/host_check.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "http/host_port.hpp"
#include "http/metadata_address.hpp"

namespace mactiond::http {

bool is_our_host(std::string_view host, const std::vector<std::string>& names) {
  const auto given = split_host_port(trim(host));
  if (!given) return false;
  std::string name = given->host;
  if (name.ends_with('.')) name.pop_back();
  if (is_address(name) || iequals(name, "localhost")) return true;
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& ours) { return iequals(name, ours); });
}

bool is_loopback(std::string_view listen) {
  const auto given = parse_listen_address(listen);
  if (!given) return false;
  const auto bytes = literal_bytes(given->host);
  if (!bytes) return false;
  constexpr AddressBytes kLoopback = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  constexpr std::array<unsigned char, 13> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127};
  return *bytes == kLoopback || std::equal(kMapped.begin(), kMapped.end(), bytes->begin());
}

}  // namespace mactiond::http

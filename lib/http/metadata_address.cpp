#include "http/metadata_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <initializer_list>

namespace mactiond::http {
namespace {

using Ipv4 = std::array<unsigned char, 4>;

bool begins_with(const AddressBytes& address, std::initializer_list<unsigned char> prefix) {
  return std::equal(prefix.begin(), prefix.end(), address.begin());
}

Ipv4 bytes_at(const AddressBytes& address, const std::array<std::size_t, 4>& places) {
  return {address[places[0]], address[places[1]], address[places[2]], address[places[3]]};
}

Ipv4 inverted(const Ipv4& bytes) {
  Ipv4 result{};
  std::transform(bytes.begin(), bytes.end(), result.begin(),
                 [](unsigned char byte) { return static_cast<unsigned char>(byte ^ 0xffU); });
  return result;
}

bool is_metadata_ipv4(const Ipv4& address) {
  if (address[0] == 169 && address[1] == 254) return true;
  constexpr std::array<Ipv4, 3> kFixed = {{{168, 63, 129, 16},    // Azure's host
                                           {100, 100, 100, 200},  // Alibaba Cloud
                                           {192, 0, 0, 192}}};    // Oracle Cloud
  return std::find(kFixed.begin(), kFixed.end(), address) != kFixed.end();
}

bool is_metadata_ipv6(const AddressBytes& address) {
  if (address[0] == 0xfe && (address[1] & 0xc0U) == 0x80) return true;
  constexpr std::array<AddressBytes, 3> kFixed = {
      {{0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54},    // Amazon, machines
       {0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x23},       // Amazon, containers
       {0xfd, 0x20, 0, 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54}}};  // Google
  return std::find(kFixed.begin(), kFixed.end(), address) != kFixed.end();
}

constexpr std::array<std::size_t, 4> kLast = {12, 13, 14, 15};

bool last_is_ipv4(const AddressBytes& address) {
  const auto zeros = std::count(address.begin(), address.begin() + 8, 0);
  if (zeros == 8) {
    const unsigned char* rest = address.data() + 8;
    constexpr std::array<std::array<unsigned char, 4>, 3> kForms = {
        {{0, 0, 0xff, 0xff}, {0, 0, 0, 0}, {0xff, 0xff, 0, 0}}};  // mapped, compatible, SIIT
    for (const auto& form : kForms) {
      if (std::equal(form.begin(), form.end(), rest)) return true;
    }
  }
  const bool isatap =
      (address[8] & 0xfdU) == 0 && address[9] == 0 && address[10] == 0x5e && address[11] == 0xfe;
  return isatap || begins_with(address, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0});
}

/// In a prefix for local use the length is the network's choice, and each length keeps the IPv4
/// address in other bytes (RFC 6052, 2.2).
bool is_local_nat64(const AddressBytes& address) {
  if (!begins_with(address, {0, 0x64, 0xff, 0x9b, 0, 1})) return false;
  constexpr std::array<std::array<std::size_t, 4>, 4> kPlaces = {
      {{6, 7, 9, 10}, {7, 9, 10, 11}, {9, 10, 11, 12}, kLast}};
  return std::any_of(kPlaces.begin(), kPlaces.end(), [&](const auto& places) {
    return is_metadata_ipv4(bytes_at(address, places));
  });
}

}  // namespace

std::optional<AddressBytes> literal_bytes(const std::string& host) {
  AddressBytes bytes{};
  const std::string without_zone = host.substr(0, host.find('%'));
  if (inet_pton(AF_INET6, without_zone.c_str(), bytes.data()) == 1) return bytes;
  const bool rooted = !host.empty() && host.back() == '.';
  const std::string without_dot = rooted ? host.substr(0, host.size() - 1) : host;
  in_addr v4{};
  if (inet_aton(without_dot.c_str(), &v4) == 0) return std::nullopt;
  bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  std::memcpy(bytes.data() + 12, &v4.s_addr, sizeof(v4.s_addr));
  return bytes;
}

bool is_metadata_address(const AddressBytes& address) {
  if (is_metadata_ipv6(address) || is_local_nat64(address)) return true;
  if (last_is_ipv4(address)) return is_metadata_ipv4(bytes_at(address, kLast));
  if (begins_with(address, {0x20, 0x02})) return is_metadata_ipv4(bytes_at(address, {2, 3, 4, 5}));
  if (!begins_with(address, {0x20, 0x01, 0, 0})) return false;
  // Teredo: the server as it is, the client with every bit turned.
  return is_metadata_ipv4(bytes_at(address, {4, 5, 6, 7})) ||
         is_metadata_ipv4(inverted(bytes_at(address, kLast)));
}

}  // namespace mactiond::http

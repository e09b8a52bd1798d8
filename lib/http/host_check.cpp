#include "http/host_check.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.hpp"
#include "http/metadata_address.hpp"

namespace mactiond::http {
namespace {

struct HostPort {
  std::string host;
  bool bracketed = false;
};

/// Nothing in host where the text is no host with or without a port.
HostPort take_apart(std::string_view text) {
  std::string_view rest;
  HostPort result;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return {};
    result = {std::string(text.substr(1, end - 1)), true};
    rest = text.substr(end + 1);
  } else {
    const std::size_t end = std::min(text.find(':'), text.size());
    result.host = std::string(text.substr(0, end));
    rest = text.substr(end);
  }
  if (rest.empty()) return result;
  if (!rest.starts_with(':')) return {};
  rest.remove_prefix(1);
  const bool digits =
      std::all_of(rest.begin(), rest.end(), [](char c) { return '0' <= c && c <= '9'; });
  return digits ? result : HostPort{};
}

bool is_address(int family, const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  return inet_pton(family, text.c_str(), bytes.data()) == 1;
}

}  // namespace

bool is_our_host(std::string_view host, const std::vector<std::string>& names) {
  HostPort given = take_apart(trim(host));
  if (given.bracketed) return is_address(AF_INET6, given.host);
  if (given.host.ends_with('.')) given.host.pop_back();
  if (is_address(AF_INET, given.host) || iequals(given.host, "localhost")) return true;
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return iequals(given.host, name); });
}

bool is_loopback(std::string_view listen) {
  const HostPort given = take_apart(listen);
  if (given.host == "localhost") return true;
  const auto bytes = literal_bytes(given.host);
  if (!bytes) return false;
  constexpr AddressBytes kLoopback = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  constexpr std::array<unsigned char, 13> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127};
  return *bytes == kLoopback || std::equal(kMapped.begin(), kMapped.end(), bytes->begin());
}

}  // namespace mactiond::http

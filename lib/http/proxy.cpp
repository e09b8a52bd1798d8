#include "http/proxy.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <utility>

#include "base/text.hpp"
#include "http/host_port.hpp"

namespace mactiond::http {
namespace {

constexpr unsigned kMappedBits = 96;  ///< of ::ffff:0:0/96, the form of IPv4 in AddressBytes

Error unusable(std::string why) { return {Errc::InvalidUrl, std::move(why)}; }

// Only names of schemes are repeated: other text may be a part of a password.
std::string scheme_trouble(const std::string& scheme) {
  constexpr std::array<std::string_view, 6> kKnown = {"https",   "socks",  "socks4",
                                                      "socks4a", "socks5", "socks5h"};
  if (std::find(kKnown.begin(), kKnown.end(), scheme) == kKnown.end()) {
    return "only http:// proxies are supported";
  }
  return scheme + ":// proxies are not supported, only http:// ones";
}

// Nothing where an escape is broken, or the result cannot be sent.
std::optional<std::string> read_credentials(std::string_view text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const auto user = percent_decode(text.substr(0, colon), false);
  const std::string_view rest = text.substr(colon);
  const auto password = percent_decode(rest.substr(rest.empty() ? 0 : 1), false);
  if (!user || !password || user->find(':') != std::string::npos) return std::nullopt;
  std::string pair = *user + ':' + *password;
  if (std::any_of(pair.begin(), pair.end(), is_control)) return std::nullopt;
  return pair;
}

// The number of leading bits; nothing for what is no number up to most.
std::optional<unsigned> read_bits(std::string_view text, unsigned most) {
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (error != std::errc{} || end != text.data() + text.size() || bits > most) return std::nullopt;
  return bits;
}

std::string_view without_dots(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(1);
  while (name.starts_with('.')) name.remove_prefix(1);
  while (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

}  // namespace

Result<Proxy> parse_proxy(std::string_view text) {
  std::string_view rest = text;
  std::string scheme = "http";
  if (const std::size_t mark = text.find("://"); mark != std::string_view::npos) {
    scheme = to_lower(text.substr(0, mark));
    rest = text.substr(mark + 3);
  }
  if (scheme != "http") return unusable(scheme_trouble(scheme));
  Proxy proxy;
  const std::size_t authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  if (const std::size_t at = rest.substr(0, authority_end).rfind('@');
      at != std::string_view::npos) {
    auto credentials = read_credentials(rest.substr(0, at));
    if (!credentials) return unusable("its user or password is not percent-encoded as it must be");
    if (at > 0) proxy.credentials = Secret(*std::move(credentials));
    rest.remove_prefix(at + 1);
  }
  auto url = parse_url("http://" + std::string(rest));
  if (!url) return unusable("it is no URL like http://proxy.example:3128");
  proxy.url = *std::move(url);
  return proxy;
}

NoProxy::NoProxy(std::string_view list) {
  constexpr std::string_view kSeparators = ", \t\r\n";
  while (!list.empty()) {
    const std::size_t end = std::min(list.find_first_of(kSeparators), list.size());
    if (auto entry = read_entry(list.substr(0, end))) entries_.push_back(*std::move(entry));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

std::optional<NoProxy::Network> NoProxy::read_network(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  const std::size_t slash = std::min(text.find('/'), text.size());
  std::string_view bits = text.substr(slash);
  std::string address(text.substr(0, slash));
  // "[fd00::]/8"
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  }
  Network network;
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  network.is_v6 = inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1;
  if (!network.is_v6 && inet_pton(AF_INET, address.c_str(), bytes.data()) != 1) return std::nullopt;
  network.address = *literal_bytes(address);
  network.bits = 128;
  if (bits.empty()) return network;
  const auto length = read_bits(bits.substr(1), network.is_v6 ? 128 : 32);
  if (!length) return std::nullopt;
  network.bits = *length + (network.is_v6 ? 0 : kMappedBits);
  return network;
}

std::optional<NoProxy::Entry> NoProxy::read_entry(std::string_view text) {
  Entry entry;
  entry.network = read_network(text);
  if (entry.network) return entry;
  if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    const auto port = parse_port(text.substr(colon + 1));
    if (!port) return std::nullopt;
    entry.port = std::to_string(*port);
    text = text.substr(0, colon);
    entry.network = read_network(text);
    if (entry.network) return entry;
  }
  if (text == "*") return entry;
  entry.name = to_lower(without_dots(text));
  if (entry.name.empty()) return std::nullopt;
  return entry;
}

bool NoProxy::excludes(const Url& server) const {
  std::string host = to_lower(server.host);
  if (host.ends_with('.')) host.pop_back();
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return (entry.port.empty() || entry.port == server.port) && matches(entry, host);
  });
}

bool NoProxy::matches(const Entry& entry, const std::string& host) {
  if (entry.network) return holds(*entry.network, host);
  if (entry.name.empty() || entry.name == host) return true;
  // An address has no names below it.
  return !literal_bytes(host) && host.ends_with('.' + entry.name);
}

bool NoProxy::holds(const Network& network, const std::string& host) {
  const auto address = literal_bytes(host);
  const bool is_v6 = host.find(':') != std::string::npos;
  if (!address || (network.is_v6 && !is_v6)) return false;
  for (unsigned bit = 0; bit < network.bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8);
    if (((*address)[bit / 8] & mask) != (network.address[bit / 8] & mask)) return false;
  }
  return true;
}

}  // namespace mactiond::http

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "http/metadata_address.hpp"
#include "http/url.hpp"

namespace mactiond::http {

/// An HTTP proxy that makes tunnels (CONNECT).
struct Proxy {
  Url url;             ///< always http
  Secret credentials;  ///< "user:password"; empty: none
  bool operator==(const Proxy&) const = default;
};

/// Reads "http://user:password@host:port" or "host:port"; user and password are percent-decoded.
/// Errc::InvalidUrl with the cause, which never repeats the text: it may hold a password.
[[nodiscard]] Result<Proxy> parse_proxy(std::string_view text);

/// The servers that are reached without the proxy, from a list as $NO_PROXY holds it. Commas and
/// blanks separate its entries; what is no entry is passed over.
///
/// "*" is every server. "example.com", ".example.com" and "*.example.com" are that name and all
/// below it. An address, "10.0.0.0/8" or "fd00::/8" is that address or network, with or without
/// brackets. ":port" behind any of them limits it to that port.
class NoProxy {
 public:
  NoProxy() = default;
  explicit NoProxy(std::string_view list);
  [[nodiscard]] bool excludes(const Url& server) const;

 private:
  struct Network {
    AddressBytes address{};
    unsigned bits = 0;  ///< of the 128
    bool is_v6 = false;
  };
  struct Entry {
    std::string name;  ///< lower case, without dots at its ends; empty: every server
    std::optional<Network> network;
    std::string port;  ///< empty: any
  };

  [[nodiscard]] static std::optional<Network> read_network(std::string_view text);
  [[nodiscard]] static std::optional<Entry> read_entry(std::string_view text);
  [[nodiscard]] static bool matches(const Entry& entry, const std::string& host);
  [[nodiscard]] static bool holds(const Network& network, const std::string& host);

  std::vector<Entry> entries_;
};

}  // namespace mactiond::http

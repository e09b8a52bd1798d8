#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/time.hpp"
#include "http/client.hpp"
#include "http/proxy.hpp"
#include "net/resolver.hpp"

namespace mactiond::net {

/// Whom a client trusts and how it connects.
struct ClientOptions {
  std::string ca_file;  ///< PEM, added to the system's trust; empty: the system's alone
  std::optional<http::Proxy> proxy{};
  std::string no_proxy{};  ///< who is reached without it, as http::NoProxy reads it
  /// Refuse connections to http::is_metadata_address, checked after every resolution.
  bool refuse_metadata = false;
  int idle_connections = 8;  ///< kept for reuse, per host
  /// PEM: what the client proves itself with where a server asks; both or none.
  std::string client_cert{};
  std::string client_key{};
  Lookup lookup = system_lookup();  ///< how a name is resolved, for each new connection
};

/// HTTPS (TLS 1.2 or later, chain and host name verified, SNI) and plain HTTP, with keep-alive
/// within ConnectionLimits; clock outlives the client.
/// A kept connection that the server closed before the first byte of an answer is replaced once
/// for GET (Limits::replay), never for POST. Error if a file cannot be
/// read or the key is not the certificate's.
[[nodiscard]] Result<std::unique_ptr<http::Client>> make_client(
    boost::asio::any_io_executor executor, const Clock& clock, const ClientOptions& options);

}  // namespace mactiond::net

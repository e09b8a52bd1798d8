#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "http/client.hpp"

namespace mactiond::net {

/// Whom a client trusts and how it goes out.
struct ClientOptions {
  std::string ca_file;  ///< PEM, added to the system's trust; empty: the system's alone
  std::string proxy;    ///< http://host:port for CONNECT; empty: direct
  /// Refuse connections to link-local addresses, checked after every resolution.
  bool refuse_link_local = false;
  int idle_connections = 8;  ///< kept for reuse, per host
  /// PEM: what the client proves itself with where a server asks; both or none.
  std::string client_cert{};
  std::string client_key{};
};

/// HTTPS (TLS 1.2 or later, chain and host name verified, SNI) and plain HTTP, with keep-alive.
/// A kept connection that the server closed before the first byte of an answer is replaced once
/// for GET (Limits::replay), never for POST. Error if a file cannot be
/// read or the key is not the certificate's.
[[nodiscard]] Result<std::unique_ptr<http::Client>> make_client(
    boost::asio::any_io_executor executor, const ClientOptions& options);

}  // namespace mactiond::net

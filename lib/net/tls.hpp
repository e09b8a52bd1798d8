#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "base/error.hpp"

namespace mactiond::net {

/// TLS 1.2 or later, the peer's chain always verified, against the system's trust and ca_file (if
/// not empty). Every certificate there is trusted, whether a root, an issuing CA or the peer's own:
/// the chain need not reach further. Errc::PathNotUsable if that file holds no certificate.
[[nodiscard]] Result<std::unique_ptr<boost::asio::ssl::context>> make_tls_context(
    const std::string& ca_file);

/// What a server that asks for a client certificate is shown: a PEM chain, leaf first, and its key.
/// Errc::PathNotUsable, with the file and the cause.
[[nodiscard]] Result<void> use_client_certificate(boost::asio::ssl::context& context,
                                                  const std::string& certificate,
                                                  const std::string& key);

/// Makes the handshake of ssl name host (SNI) and accept only a certificate whose alternative
/// names hold it. Literal addresses are checked as such and not named. False: out of memory.
[[nodiscard]] bool expect_host(SSL* ssl, const std::string& host);

/// Why the handshake of ssl failed: Errc::CertificateRejected or Errc::TlsFailed, with the cause.
[[nodiscard]] Error handshake_failure(SSL* ssl, const boost::system::error_code& ec);

}  // namespace mactiond::net

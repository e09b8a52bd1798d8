#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "base/time.hpp"
#include "http/client.hpp"
#include "http/url.hpp"
#include "net/connector.hpp"
#include "net/kept_connections.hpp"

namespace mactiond::net {

/// Octets to one syslog receiver over TLS (RFC 5425), its chain and name always verified. Keeps
/// its connection within ConnectionLimits; makes it at the first send and again after a failure.
class SyslogClient {
 public:
  /// Errc::PathNotUsable if ca_file holds no certificate. clock outlives the client.
  [[nodiscard]] static Result<std::unique_ptr<SyslogClient>> make(
      boost::asio::any_io_executor executor, const Clock& clock, const std::string& host,
      const std::string& port, const std::string& ca_file);

  /// Returns when the receiver's host has acknowledged every octet and has not closed the
  /// connection; else with an error within limit, and nobody knows how much has arrived.
  [[nodiscard]] Task<Result<void>> send(std::string octets, Duration limit);

 private:
  SyslogClient(boost::asio::any_io_executor executor, const Clock& clock,
               std::unique_ptr<boost::asio::ssl::context> context, http::Url receiver);
  [[nodiscard]] Task<Result<void>> close_old();
  [[nodiscard]] Task<Result<void>> deliver(std::string octets, Duration limit);
  [[nodiscard]] Task<Result<void>> wait_for_acknowledgement();
  [[nodiscard]] Error located(const Error& error) const;

  boost::asio::any_io_executor executor_;
  http::Url receiver_;
  Connector connector_;
  const Clock& clock_;
  ConnectionLimits limits_;
  Opened<Connection> held_;
  MonoTime used_{};
  std::string_view phase_ = "";
};

}  // namespace mactiond::net

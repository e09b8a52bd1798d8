#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <cstddef>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "http/client.hpp"
#include "http/passage.hpp"

namespace mactiond::net {

/// A byte stream to one server: TCP, and TLS over it once started. After any error it is good for
/// nothing but destruction, which closes it.
class Connection {
 public:
  explicit Connection(const boost::asio::any_io_executor& executor) : socket_(executor) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Errc::ConnectionFailed.
  [[nodiscard]] Task<Result<void>> open(boost::asio::ip::tcp::endpoint endpoint);
  /// Errc::CertificateRejected or Errc::TlsFailed. What is found out about the server's certificate
  /// is noted in passage, if there is one.
  [[nodiscard]] Task<Result<void>> start_tls(boost::asio::ssl::context& context, std::string host,
                                             http::Passage* passage = nullptr);

  /// The number of bytes read; 0: the peer has ended the stream in order. A TLS stream that stops
  /// without close_notify was cut off: Errc::ConnectionLost.
  [[nodiscard]] Task<Result<std::size_t>> read_some(boost::asio::mutable_buffer buffer);
  /// Errc::ConnectionLost.
  [[nodiscard]] Task<Result<void>> write(boost::asio::const_buffer data);

  /// Says the end to the peer and waits for its own, so that nothing sent before is lost.
  [[nodiscard]] Task<Result<void>> shut_down();

  /// Whether the peer has neither closed nor sent anything of its own since the last answer.
  [[nodiscard]] bool is_quiet();
  /// Whether the peer has not closed, whatever it has sent.
  [[nodiscard]] bool is_open();
  /// How many octets the peer's host has not acknowledged yet, those of TLS included.
  [[nodiscard]] std::size_t unacknowledged();

 private:
  boost::asio::ip::tcp::socket socket_;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
};

}  // namespace mactiond::net

#include "net/connection.hpp"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <boost/asio/write.hpp>
#include <cerrno>

#include "net/deadline.hpp"
#include "net/peer_certificate.hpp"
#include "net/tls.hpp"

namespace mactiond::net {

namespace asio = boost::asio;

namespace {

Error lost(const boost::system::error_code& ec) {
  if (ec == asio::error::operation_aborted) return {Errc::Cancelled, ""};
  return {Errc::ConnectionLost, ec.message()};
}

}  // namespace

Task<Result<void>> Connection::open(asio::ip::tcp::endpoint endpoint) {
  auto [ec] = co_await socket_.async_connect(endpoint, kAwait);
  if (!ec) socket_.set_option(asio::ip::tcp::no_delay(true), ec);
  if (!ec) co_return Result<void>();
  co_return Error(Errc::ConnectionFailed, endpoint.address().to_string() + ": " + ec.message());
}

Task<Result<void>> Connection::start_tls(asio::ssl::context& context, std::string host,
                                         http::Passage* passage) {
  tls_.emplace(socket_, context);
  if (passage != nullptr) {
    tls_->set_verify_callback([passage](bool accepted, asio::ssl::verify_context& verification) {
      if (!accepted) note_fault(verification.native_handle(), *passage);
      return accepted;
    });
  }
  if (!expect_host(tls_->native_handle(), host)) co_return Error(Errc::TlsFailed, "OpenSSL");
  const auto [ec] = co_await tls_->async_handshake(asio::ssl::stream_base::client, kAwait);
  if (!ec && passage != nullptr) note_certificate(tls_->native_handle(), *passage);
  if (!ec) co_return Result<void>();
  co_return handshake_failure(tls_->native_handle(), ec);
}

Task<Result<std::size_t>> Connection::read_some(asio::mutable_buffer buffer) {
  boost::system::error_code ec;
  std::size_t size = 0;
  if (tls_) {
    const auto [tls_ec, tls_size] = co_await tls_->async_read_some(buffer, kAwait);
    ec = tls_ec;
    size = tls_size;
  } else {
    const auto [tcp_ec, tcp_size] = co_await socket_.async_read_some(buffer, kAwait);
    ec = tcp_ec;
    size = tcp_size;
  }
  if (ec == asio::error::eof) co_return std::size_t{0};
  if (ec) co_return lost(ec);
  co_return size;
}

Task<Result<void>> Connection::write(asio::const_buffer data) {
  boost::system::error_code ec;
  if (tls_) {
    const auto [tls_ec, size] = co_await asio::async_write(*tls_, data, kAwait);
    ec = tls_ec;
  } else {
    const auto [tcp_ec, size] = co_await asio::async_write(socket_, data, kAwait);
    ec = tcp_ec;
  }
  if (ec) co_return lost(ec);
  co_return Result<void>();
}

Task<Result<void>> Connection::shut_down() {
  boost::system::error_code ec;
  if (tls_) {
    const auto [tls_ec] = co_await tls_->async_shutdown(kAwait);
    ec = tls_ec;
  }
  if (!ec) socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ec);
  if (ec) co_return lost(ec);
  co_return Result<void>();
}

bool Connection::is_quiet() {
  char byte = 0;
  const auto size = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return size < 0 && errno == EAGAIN;
}

bool Connection::is_open() {
  pollfd state{socket_.native_handle(), POLLRDHUP, 0};
  return ::poll(&state, 1, 0) == 0;
}

std::size_t Connection::unacknowledged() {
  int count = 0;
  if (::ioctl(socket_.native_handle(), SIOCOUTQ, &count) != 0) return 0;
  return static_cast<std::size_t>(count);
}

}  // namespace mactiond::net

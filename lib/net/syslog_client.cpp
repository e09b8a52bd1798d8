#include "net/syslog_client.hpp"

#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "net/deadline.hpp"
#include "net/tls.hpp"

namespace mactiond::net {

namespace asio = boost::asio;

namespace {

constexpr auto kLookAgain = std::chrono::milliseconds(2);

}  // namespace

Result<std::unique_ptr<SyslogClient>> SyslogClient::make(asio::any_io_executor executor,
                                                         const std::string& host,
                                                         const std::string& port,
                                                         const std::string& ca_file) {
  auto context = make_tls_context(ca_file);
  if (!context) return context.error();
  // What is spoken here is not HTTP.
  if (SSL_CTX_set_alpn_protos((*context)->native_handle(), nullptr, 0) != 0) {
    return Error(Errc::TlsFailed, "OpenSSL");
  }
  http::Url receiver;
  receiver.scheme = "https";
  receiver.host = host;
  receiver.port = port;
  return std::unique_ptr<SyslogClient>(
      new SyslogClient(std::move(executor), std::move(*context), std::move(receiver)));
}

SyslogClient::SyslogClient(asio::any_io_executor executor,
                           std::unique_ptr<asio::ssl::context> context, http::Url receiver)
    : executor_(executor),
      receiver_(std::move(receiver)),
      connector_(executor, std::move(context), {}, system_lookup()) {}

Error SyslogClient::located(const Error& error) const {
  const bool late = error.code == Errc::DeadlineExceeded;
  const std::string cause = late ? std::string(phase_) : error.where;
  std::string where = receiver_.authority();
  if (!cause.empty()) where += " (" + cause + ')';
  return {error.code, std::move(where)};
}

Task<Result<void>> SyslogClient::send(std::string octets, Duration limit) {
  const auto before = co_await asio::this_coro::cancellation_state;
  if (before.cancelled() != asio::cancellation_type::none) {
    co_return located(Error(Errc::Cancelled, ""));
  }
  auto op = deliver(std::move(octets), limit);
  const auto done = co_await with_deadline(std::move(op), limit);
  if (done) co_return Result<void>();
  connection_.reset();
  co_return located(done.error());
}

Task<Result<void>> SyslogClient::deliver(std::string octets, Duration limit) {
  if (connection_ && !connection_->is_open()) connection_.reset();
  if (!connection_) {
    auto connected = co_await connector_.connect(receiver_, limit, phase_);
    if (!connected) co_return connected.error();
    connection_ = std::move(*connected);
  }
  phase_ = "sending";
  const auto data = asio::buffer(octets);
  const auto written = co_await connection_->write(data);
  if (!written) co_return written.error();
  phase_ = "waiting for the receiver's host";
  co_return co_await wait_for_acknowledgement();
}

Task<Result<void>> SyslogClient::wait_for_acknowledgement() {
  asio::steady_timer timer(executor_);
  while (connection_->is_open()) {
    if (connection_->unacknowledged() == 0) co_return Result<void>();
    timer.expires_after(kLookAgain);
    const auto [ec] = co_await timer.async_wait(kToken);
    if (ec) co_return Error(Errc::Cancelled, "");
  }
  co_return Error(Errc::ConnectionLost, "closed by the receiver");
}

}  // namespace mactiond::net

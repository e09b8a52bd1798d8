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
constexpr Duration kCloseLimit = std::chrono::seconds(1);

}  // namespace

Result<std::unique_ptr<SyslogClient>> SyslogClient::make(asio::any_io_executor executor,
                                                         const Clock& clock,
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
      new SyslogClient(std::move(executor), clock, std::move(*context), std::move(receiver)));
}

SyslogClient::SyslogClient(asio::any_io_executor executor, const Clock& clock,
                           std::unique_ptr<asio::ssl::context> context, http::Url receiver)
    : executor_(executor),
      receiver_(std::move(receiver)),
      connector_(executor, std::move(context), Connector::Options(), system_lookup()),
      clock_(clock) {}

Error SyslogClient::located(const Error& error) const {
  const bool late = error.code == Errc::DeadlineExceeded;
  const std::string cause = late ? std::string(phase_) : error.where;
  std::string where = receiver_.authority();
  if (!cause.empty()) where += " (" + cause + ')';
  return {error.code, std::move(where)};
}

Task<Result<void>> SyslogClient::send(std::string octets, Duration limit) {
  const auto before = co_await asio::this_coro::cancellation_state;
  if (is_cancelled(before)) {
    co_return located(Error(Errc::Cancelled, ""));
  }
  auto op = deliver(std::move(octets), limit);
  const auto done = co_await with_deadline(std::move(op), limit);
  if (done) co_return Result<void>();
  held_.connection.reset();
  co_return located(done.error());
}

Task<Result<void>> SyslogClient::deliver(std::string octets, Duration limit) {
  const auto closed = co_await close_old();
  if (!closed) co_return closed.error();
  if (!held_.connection) {
    auto connected = co_await connector_.connect(receiver_, limit, phase_);
    if (!connected) co_return connected.error();
    held_ = {std::move(*connected), clock_.now().mono};
  }
  phase_ = "sending";
  const auto data = asio::buffer(octets);
  const auto written = co_await held_.connection->write(data);
  if (!written) co_return written.error();
  phase_ = "waiting for the receiver's host";
  const auto acknowledged = co_await wait_for_acknowledgement();
  used_ = clock_.now().mono;
  co_return acknowledged;
}

Task<Result<void>> SyslogClient::close_old() {
  if (!held_.connection) co_return Result<void>();
  const MonoTime now = clock_.now().mono;
  const bool is_open = held_.connection->is_open();
  if (is_open && limits_.allow(held_.at, used_, now)) co_return Result<void>();
  // One that was in use just now may hold octets that the receiver has not read: it would lose
  // them if it were reset.
  if (is_open && now - used_ < limits_.idle) {
    phase_ = "closing the former connection";
    auto closing = held_.connection->shut_down();
    const auto closed = co_await with_deadline(std::move(closing), kCloseLimit);
    if (!closed && closed.error().code == Errc::Cancelled) co_return closed;
  }
  held_.connection.reset();
  co_return Result<void>();
}

Task<Result<void>> SyslogClient::wait_for_acknowledgement() {
  asio::steady_timer timer(executor_);
  while (held_.connection->is_open()) {
    if (held_.connection->unacknowledged() == 0) co_return Result<void>();
    timer.expires_after(kLookAgain);
    const auto [ec] = co_await timer.async_wait(kAwait);
    if (ec) co_return Error(Errc::Cancelled, "");
  }
  co_return Error(Errc::ConnectionLost, "closed by the receiver");
}

}  // namespace mactiond::net

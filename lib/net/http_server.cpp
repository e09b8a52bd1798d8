#include "net/http_server.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <chrono>
#include <cstddef>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include "http/host_port.hpp"
#include "net/deadline.hpp"
#include "net/http_connection.hpp"
#include "net/http_server_state.hpp"
#include "net/socket_file.hpp"

namespace mactiond::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kConnectionsMax = 128;
constexpr Duration kPauseAfterFailure = std::chrono::milliseconds(100);

void start_connection(const std::shared_ptr<HttpServerState>& state, Socket socket) {
  const auto place =
      state->connections.insert(state->connections.end(), HttpConnection{std::move(socket)});
  auto ended = [state, place](std::exception_ptr failure) {
    state->connections.erase(place);
    if (failure && !state->failure) state->failure = failure;
    if (failure) state->stop();
    state->changed.set();
  };
  asio::co_spawn(state->acceptor.get_executor(), serve_connection(state, *place), std::move(ended));
}

Task<void> pause(asio::any_io_executor executor) {
  asio::steady_timer timer(
      executor, std::chrono::duration_cast<std::chrono::nanoseconds>(kPauseAfterFailure));
  co_await timer.async_wait(kAwait);
}

Task<void> accept_all(std::shared_ptr<HttpServerState> state) {
  co_await asio::this_coro::throw_if_cancelled(false);
  while (!state->stopping) {
    const auto cancelling = co_await asio::this_coro::cancellation_state;
    if (is_cancelled(cancelling)) break;
    if (state->connections.size() > kConnectionsMax) {
      co_await state->changed.wait();
      state->changed.reset();
      continue;
    }
    auto [ec, socket] = co_await state->acceptor.async_accept(kAwait);
    if (!ec) {
      // A client that holds connections open without a request must not keep others out.
      if (state->connections.size() >= kConnectionsMax) (void)state->evict();
      start_connection(state, std::move(socket));
    } else if (ec != asio::error::operation_aborted) {
      // Out of file descriptors, most likely: trying again at once would spin.
      const auto executor = state->acceptor.get_executor();
      co_await pause(executor);
    }
  }
  state->stop();
  while (!state->connections.empty()) {
    co_await state->changed.wait();
    state->changed.reset();
  }
  if (state->failure) std::rethrow_exception(state->failure);
}

class Server final : public HttpServer {
 public:
  Server(std::shared_ptr<HttpServerState> state, unsigned short port)
      : state_(std::move(state)), port_(port) {}
  ~Server() override { state_->stop(); }

  Task<void> serve() override { return accept_all(state_); }
  void wake_streams() override {
    for (AsyncEvent& news : state_->streams) news.set();
    for (const auto& poll : state_->polls) poll->news.set();
  }
  void end_polls() override {
    state_->polls_end = true;
    for (const auto& poll : state_->polls) poll->news.set();
  }
  [[nodiscard]] bool is_answering() const override {
    return std::any_of(state_->connections.begin(), state_->connections.end(),
                       [](const HttpConnection& c) { return !c.reading && !c.lasts; });
  }
  void stop() override { state_->stop(); }
  [[nodiscard]] unsigned short port() const override { return port_; }

 private:
  std::shared_ptr<HttpServerState> state_;
  unsigned short port_;
};

Error listen_failure(const boost::system::error_code& ec, const std::string& where) {
  if (ec == asio::error::address_in_use) return {Errc::AddressInUse, where};
  return {ec, where};
}

std::optional<asio::ip::tcp::endpoint> listen_endpoint(std::string_view text) {
  const auto wanted = http::parse_listen_address(text);
  if (!wanted) return std::nullopt;
  boost::system::error_code ec;
  const auto address = asio::ip::make_address(wanted->host, ec);
  if (ec) return std::nullopt;
  return asio::ip::tcp::endpoint(address, *wanted->port);
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen_unix(asio::any_io_executor executor,
                                                            const std::string& path, unsigned mode,
                                                            RequestHandler handler,
                                                            ServerOptions options) {
  asio::local::stream_protocol::acceptor bound(executor);
  auto file = SocketFile::create(path, mode, [&bound](const std::string& free_path) {
    const asio::local::stream_protocol::endpoint endpoint(free_path);
    boost::system::error_code ec;
    bound.open(endpoint.protocol(), ec);
    if (!ec) bound.bind(endpoint, ec);
    return ec;
  });
  if (!file) return file.error();
  boost::system::error_code ec;
  bound.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return listen_failure(ec, path);
  auto state =
      std::make_shared<HttpServerState>(std::move(bound), std::move(handler), std::move(options));
  state->file = std::move(*file);
  return std::unique_ptr<HttpServer>(std::make_unique<Server>(std::move(state), 0));
}

Result<std::unique_ptr<HttpServer>> HttpServer::listen_tcp(asio::any_io_executor executor,
                                                           const std::string& endpoint,
                                                           RequestHandler handler,
                                                           ServerOptions options) {
  const auto wanted = listen_endpoint(endpoint);
  if (!wanted) return listen_failure(asio::error::invalid_argument, endpoint);
  asio::ip::tcp::acceptor bound(executor);
  boost::system::error_code ec;
  bound.open(wanted->protocol(), ec);
  if (!ec) bound.set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec) bound.bind(*wanted, ec);
  if (!ec) bound.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return listen_failure(ec, endpoint);
  const unsigned short port = bound.local_endpoint(ec).port();
  if (ec) return listen_failure(ec, endpoint);
  auto state =
      std::make_shared<HttpServerState>(std::move(bound), std::move(handler), std::move(options));
  return std::unique_ptr<HttpServer>(std::make_unique<Server>(std::move(state), port));
}

}  // namespace mactiond::net

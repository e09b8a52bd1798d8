#include "net/http_server.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <cstdint>
#include <exception>
#include <list>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "net/deadline.hpp"
#include "net/request_reader.hpp"
#include "net/response_text.hpp"
#include "net/socket_file.hpp"

namespace mactiond::net {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kConnectionsMax = 64;
/// Fewer than connections, so that streams never keep others out.
constexpr std::size_t kStreamsMax = 16;
constexpr Duration kHeartbeat = std::chrono::seconds(15);
constexpr Duration kRequestTime = std::chrono::seconds(10);
constexpr Duration kLingerTime = std::chrono::seconds(1);
constexpr Duration kPauseAfterFailure = std::chrono::milliseconds(100);

using Protocol = asio::generic::stream_protocol;
using Socket = Protocol::socket;
using Acceptor = asio::basic_socket_acceptor<Protocol>;

/// What a connection waits for whose answer comes later. That it came is remembered.
class LaterWait {
 public:
  explicit LaterWait(const asio::any_io_executor& executor)
      : timer_(executor, asio::steady_timer::time_point::max()) {}

  void end() { timer_.expires_at(asio::steady_timer::time_point::min()); }
  void end(http::Response answer) {
    answer_ = std::move(answer);
    end();
  }
  [[nodiscard]] asio::steady_timer& timer() { return timer_; }
  [[nodiscard]] std::optional<http::Response> take() { return std::move(answer_); }

 private:
  asio::steady_timer timer_;
  std::optional<http::Response> answer_;
};

struct Connection {
  Socket socket;
  bool reading = true;  ///< a request is awaited or half received
  std::shared_ptr<LaterWait> later{};
};

/// What a stream with nothing new to send waits for. A wake-up is remembered.
class StreamWait {
 public:
  explicit StreamWait(const asio::any_io_executor& executor) : timer_(executor) {}

  /// To be called before looking for something new: what comes after it is not missed.
  void begin() {
    woken_ = false;
    timer_.expires_after(std::chrono::duration_cast<std::chrono::nanoseconds>(kHeartbeat));
  }
  void wake() {
    woken_ = true;
    timer_.expires_at(asio::steady_timer::time_point::min());
  }
  [[nodiscard]] bool woken() const { return woken_; }
  [[nodiscard]] asio::steady_timer& timer() { return timer_; }

 private:
  asio::steady_timer timer_;
  bool woken_ = false;
};

/// What the accepting task, the connections' tasks and the server share; lives as long as any.
struct Shared {
  Shared(Acceptor listening, RequestHandler answer)
      : acceptor(std::move(listening)),
        handler(std::move(answer)),
        changed(acceptor.get_executor(), asio::steady_timer::time_point::max()) {}

  void stop();
  /// Makes room by closing the oldest connection that has no whole request, if there is one.
  bool evict();

  Acceptor acceptor;
  RequestHandler handler;
  asio::steady_timer changed;  ///< cancelled whenever a connection has ended, and at the stop
  std::list<Connection> connections;  ///< in the order of their arrival
  std::list<StreamWait> streams;
  std::optional<SocketFile> file;
  std::exception_ptr failure;
  bool stopping = false;
};

void Shared::stop() {
  stopping = true;
  boost::system::error_code ignored;
  acceptor.close(ignored);
  for (Connection& connection : connections) {
    connection.socket.close(ignored);
    if (connection.later) connection.later->end();
  }
  file.reset();
  changed.cancel();
}

bool Shared::evict() {
  const auto waits = [](const Connection& c) { return c.reading && c.socket.is_open(); };
  const auto oldest = std::find_if(connections.begin(), connections.end(), waits);
  if (oldest == connections.end()) return false;
  boost::system::error_code ignored;
  oldest->socket.close(ignored);
  return true;
}

Task<Result<Incoming>> read_request(Socket& socket, RequestReader& reader) {
  for (;;) {
    const auto complete = reader.run();
    if (!complete) co_return complete.error();
    if (*complete) co_return reader.take();
    const auto buffer = reader.prepare();
    const auto [ec, size] = co_await socket.async_read_some(buffer, kToken);
    if (ec) co_return Error(Errc::ConnectionLost, "");
    reader.commit(size);
  }
}

Task<Result<void>> write_all(Socket& socket, std::string text) {
  const auto data = asio::buffer(text);
  const auto [ec, size] = co_await asio::async_write(socket, data, kToken);
  if (ec) co_return Error(Errc::ConnectionLost, "");
  co_return Result<void>();
}

// Until the peer ends the stream; what it sends is thrown away.
Task<Result<void>> discard(Socket& socket) {
  std::string piece(std::size_t{64} * 1024, '\0');
  const auto buffer = asio::buffer(piece);
  for (;;) {
    const auto [ec, size] = co_await socket.async_read_some(buffer, kToken);
    if (ec) co_return Result<void>();
  }
}

// A socket closed with unread bytes resets the connection, and the answer is lost with them.
Task<void> refuse(Socket& socket, int status) {
  auto writing = write_all(socket, refusal_text(status));
  const auto written = co_await with_deadline(std::move(writing), kLingerTime);
  if (!written) co_return;
  boost::system::error_code ignored;
  socket.shutdown(Socket::shutdown_send, ignored);
  auto rest = discard(socket);
  co_await with_deadline(std::move(rest), kLingerTime);
}

// Until the peer ends the connection: it has nothing more to say on it.
Task<Result<void>> wait_for_end(Socket& socket) {
  std::array<char, 512> piece{};
  const auto buffer = asio::buffer(piece);
  for (;;) {
    const auto [ec, size] = co_await socket.async_read_some(buffer, kToken);
    if (ec) co_return Result<void>();
  }
}

// The next bytes for the client; nothing at the end of the stream or of the connection.
Task<std::optional<std::string>> next_piece(Socket& socket, http::Stream& stream,
                                            StreamWait& wait) {
  for (;;) {
    wait.begin();
    auto piece = stream.pull();
    if (!piece || !piece->empty()) co_return piece;
    auto watching = wait_for_end(socket);
    asio::steady_timer& timer = wait.timer();
    const auto gone = co_await with_deadline(std::move(watching), timer);
    if (gone) co_return std::nullopt;
    if (!wait.woken()) co_return stream.heartbeat;
  }
}

Task<void> serve_stream(std::shared_ptr<Shared> shared, Socket& socket, http::Stream stream,
                        StreamWait& wait) {
  std::optional<std::string> piece = stream_head_text(stream.headers);
  while (piece && !shared->stopping) {
    auto writing = write_all(socket, std::move(*piece));
    const auto written = co_await with_deadline(std::move(writing), kRequestTime);
    if (!written) co_return;
    piece = co_await next_piece(socket, stream, wait);
  }
}

// The connection ends with its stream.
Task<void> start_stream(std::shared_ptr<Shared> shared, Socket& socket, http::Stream stream) {
  if (shared->streams.size() >= kStreamsMax) {
    co_await refuse(socket, 503);
    co_return;
  }
  const auto place = shared->streams.emplace(shared->streams.end(), socket.get_executor());
  co_await serve_stream(shared, socket, std::move(stream), *place);
  shared->streams.erase(place);
}

// Nothing if the server stops first.
Task<std::optional<http::Response>> await_answer(Connection& connection, http::Later later) {
  const auto wait = std::make_shared<LaterWait>(connection.socket.get_executor());
  connection.later = wait;
  later.begin([wait](http::Response answer) { wait->end(std::move(answer)); });
  asio::steady_timer& timer = wait->timer();
  co_await timer.async_wait(kToken);
  connection.later.reset();
  co_return wait->take();
}

Task<void> serve_connection(std::shared_ptr<Shared> shared, Connection& connection) {
  Socket& socket = connection.socket;
  RequestReader reader;
  bool open = true;
  while (open && !shared->stopping) {
    connection.reading = true;
    auto reading = read_request(socket, reader);
    auto incoming = co_await with_deadline(std::move(reading), kRequestTime);
    connection.reading = false;
    if (!incoming) {
      const int status = reader.is_started() ? status_of(incoming.error()) : 0;
      if (status != 0) co_await refuse(socket, status);
      co_return;
    }
    open = incoming->keep_alive;
    auto answer = shared->handler(incoming->request);
    const std::string& method = incoming->request.method;
    if (auto* stream = std::get_if<http::Stream>(&answer)) {
      if (method == "HEAD") stream->pull = [] { return std::nullopt; };
      co_await start_stream(shared, socket, std::move(*stream));
      co_return;
    }
    if (auto* later = std::get_if<http::Later>(&answer)) {
      auto made = co_await await_answer(connection, std::move(*later));
      if (!made) co_return;
      answer = std::move(*made);
    }
    std::string text = response_text(std::get<http::Response>(answer), method, open);
    auto writing = write_all(socket, std::move(text));
    const auto written = co_await with_deadline(std::move(writing), kRequestTime);
    if (!written) co_return;
  }
}

void start_connection(const std::shared_ptr<Shared>& shared, Socket socket) {
  const auto place =
      shared->connections.insert(shared->connections.end(), Connection{std::move(socket)});
  auto ended = [shared, place](std::exception_ptr failure) {
    shared->connections.erase(place);
    if (failure && !shared->failure) shared->failure = failure;
    if (failure) shared->stop();
    shared->changed.cancel();
  };
  asio::co_spawn(shared->acceptor.get_executor(), serve_connection(shared, *place),
                 std::move(ended));
}

Task<void> pause(asio::any_io_executor executor) {
  asio::steady_timer timer(
      executor, std::chrono::duration_cast<std::chrono::nanoseconds>(kPauseAfterFailure));
  co_await timer.async_wait(kToken);
}

Task<void> accept_all(std::shared_ptr<Shared> shared) {
  co_await asio::this_coro::throw_if_cancelled(false);
  while (!shared->stopping) {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) break;
    if (shared->connections.size() > kConnectionsMax) {
      co_await shared->changed.async_wait(kToken);
      continue;
    }
    auto [ec, socket] = co_await shared->acceptor.async_accept(kToken);
    if (!ec) {
      // Who holds connections open without asking anything must not keep others out.
      if (shared->connections.size() >= kConnectionsMax) (void)shared->evict();
      start_connection(shared, std::move(socket));
    } else if (ec != asio::error::operation_aborted) {
      // Out of file descriptors, most likely: trying again at once would spin.
      const auto executor = shared->acceptor.get_executor();
      co_await pause(executor);
    }
  }
  shared->stop();
  while (!shared->connections.empty()) co_await shared->changed.async_wait(kToken);
  if (shared->failure) std::rethrow_exception(shared->failure);
}

class Server final : public HttpServer {
 public:
  Server(std::shared_ptr<Shared> shared, unsigned short port)
      : shared_(std::move(shared)), port_(port) {}
  ~Server() override { shared_->stop(); }

  Task<void> serve() override { return accept_all(shared_); }
  void wake_streams() override {
    for (StreamWait& wait : shared_->streams) wait.wake();
  }
  void stop() override { shared_->stop(); }
  [[nodiscard]] unsigned short port() const override { return port_; }

 private:
  std::shared_ptr<Shared> shared_;
  unsigned short port_;
};

Error listen_failure(const boost::system::error_code& ec, const std::string& where) {
  if (ec == asio::error::address_in_use) return {Errc::AddressInUse, where};
  return {ec, where};
}

std::optional<asio::ip::tcp::endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  const std::string_view digits = text.substr(colon + 1);
  unsigned short port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  boost::system::error_code ec;
  const auto address = asio::ip::make_address(std::string(host), ec);
  if (ec) return std::nullopt;
  return asio::ip::tcp::endpoint(address, port);
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::listen_unix(asio::any_io_executor executor,
                                                            const std::string& path, unsigned mode,
                                                            RequestHandler handler) {
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
  auto shared = std::make_shared<Shared>(std::move(bound), std::move(handler));
  shared->file = std::move(*file);
  return std::unique_ptr<HttpServer>(std::make_unique<Server>(std::move(shared), 0));
}

Result<std::unique_ptr<HttpServer>> HttpServer::listen_tcp(asio::any_io_executor executor,
                                                           const std::string& endpoint,
                                                           RequestHandler handler) {
  const auto wanted = parse_endpoint(endpoint);
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
  auto shared = std::make_shared<Shared>(std::move(bound), std::move(handler));
  return std::unique_ptr<HttpServer>(std::make_unique<Server>(std::move(shared), port));
}

}  // namespace mactiond::net

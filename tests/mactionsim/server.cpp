#include "mactionsim/server.hpp"

#include <fmt/core.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <exception>
#include <string_view>
#include <utility>

#include "http/host_port.hpp"
#include "mactionsim/wire.hpp"

namespace mactiond::sim {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using std::chrono::seconds;

constexpr auto kToken = asio::as_tuple(asio::use_awaitable);
constexpr auto kIdle = seconds(120);
constexpr std::uint32_t kHeaderMax = 64 * 1024;
constexpr std::uint64_t kBodyMax = 8 * 1024 * 1024;
constexpr std::size_t kDripBytes = 8;
/// A reset may take what the peer has not read yet with it.
constexpr auto kBeforeReset = std::chrono::milliseconds(50);
constexpr auto kDripInterval = std::chrono::milliseconds(100);
constexpr auto kEndlessInterval = std::chrono::milliseconds(5);

using Stream = asio::ssl::stream<beast::tcp_stream>;
using Parser = beast::http::request_parser<beast::http::string_body>;

Call to_call(Parser& parser) {
  auto& message = parser.get();
  Call call;
  call.method = std::string(message.method_string());
  call.target = std::string(message.target());
  for (const auto& field : message) {
    call.headers.push_back({std::string(field.name_string()), std::string(field.value())});
  }
  call.body = std::move(message.body());
  return call;
}

/// One connection: requests in turn until the peer, a fault or the idle limit ends it.
class Connection {
 public:
  Connection(tcp::socket socket, asio::ssl::context& context, const CallHandler& handler)
      : stream_(std::move(socket), context), handler_(handler), pause_(stream_.get_executor()) {}

  Task<void> run() {
    beast::get_lowest_layer(stream_).expires_after(kIdle);
    const auto [failed] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kToken);
    bool more = !failed;
    while (more) {
      more = co_await exchange();
    }
    beast::error_code ignored;
    beast::get_lowest_layer(stream_).socket().close(ignored);
  }

 private:
  Task<bool> exchange() {
    Parser parser;
    parser.header_limit(kHeaderMax);
    parser.body_limit(kBodyMax);
    beast::get_lowest_layer(stream_).expires_after(kIdle);
    const auto [failed, size] = co_await beast::http::async_read(stream_, buffer_, parser, kToken);
    if (failed) co_return false;
    const bool keep_alive = parser.get().keep_alive();
    const Call call = to_call(parser);
    const Reply reply = handler_(call);
    if (reply.delay > Duration{}) {
      pause_.expires_after(reply.delay);
      co_await pause_.async_wait(kToken);
    }
    const Wire wire = render_reply(reply, keep_alive);
    if (reply.fault) {
      co_await send_badly(wire, *reply.fault);
      co_return false;
    }
    const bool sent = co_await send(wire.bytes);
    co_return sent&& keep_alive;
  }

  Task<bool> send(std::string_view bytes) {
    beast::get_lowest_layer(stream_).expires_after(kIdle);
    const auto out = asio::buffer(bytes);
    const auto [failed, size] = co_await asio::async_write(stream_, out, kToken);
    co_return !failed;
  }

  Task<void> send_badly(const Wire& wire, Fault fault) {
    const std::string_view bytes = wire.bytes;
    const std::string_view half = bytes.substr(0, wire.head + (bytes.size() - wire.head) / 2);
    switch (fault) {
      case Fault::NoAnswer:
        co_await wait_for_peer();
        break;
      case Fault::Stall:
        co_await send(half);
        co_await wait_for_peer();
        break;
      case Fault::SlowDrip:
        co_await drip(bytes, wire.head);
        break;
      case Fault::ResetBeforeAnswer:
        reset();
        break;
      case Fault::Closed:
        co_await stream_.async_shutdown(kToken);
        break;
      case Fault::Endless:
        co_await send_again_and_again(wire);
        break;
      case Fault::Reset:
        co_await send(half);
        pause_.expires_after(kBeforeReset);
        co_await pause_.async_wait(kToken);
        reset();
        break;
      default:
        co_await send(half);
        co_await stream_.async_shutdown(kToken);
        break;
    }
  }

  Task<void> drip(std::string_view bytes, std::size_t head) {
    const std::string_view first = bytes.substr(0, head);
    bytes.remove_prefix(head);
    bool alive = co_await send(first);
    while (alive && !bytes.empty()) {
      pause_.expires_after(kDripInterval);
      co_await pause_.async_wait(kToken);
      const std::string_view piece = bytes.substr(0, kDripBytes);
      bytes.remove_prefix(piece.size());
      alive = co_await send(piece);
    }
  }

  /// The chunks of the body, but never the last one; ends when the peer gives up.
  Task<void> send_again_and_again(const Wire& wire) {
    const std::string_view bytes = wire.bytes;
    const std::string_view head = bytes.substr(0, wire.head);
    const std::string_view all = bytes.substr(wire.head);
    const std::string_view chunks = all.substr(0, all.size() - kLastChunk.size());
    bool alive = co_await send(head);
    while (alive && !chunks.empty()) {
      alive = co_await send(chunks);
      pause_.expires_after(kEndlessInterval);
      co_await pause_.async_wait(kToken);
    }
  }

  /// Nothing is sent; ends when the peer gives up, at the latest after the idle limit.
  Task<void> wait_for_peer() {
    beast::get_lowest_layer(stream_).expires_after(kIdle);
    char byte = 0;
    const auto in = asio::buffer(&byte, 1);
    co_await stream_.async_read_some(in, kToken);
  }

  /// Linger 0: closing sends a reset instead of an orderly end.
  void reset() {
    beast::error_code ignored;
    auto& socket = beast::get_lowest_layer(stream_).socket();
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
  }

  Stream stream_;
  const CallHandler& handler_;
  asio::steady_timer pause_;
  beast::flat_buffer buffer_;
};

/// Holds the connection for as long as it is served.
Task<void> serve_connection(std::shared_ptr<Connection> connection) { co_await connection->run(); }

/// A connection must not take the others down with it.
void report(const std::exception_ptr& failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    fmt::print(stderr, "mactionsim: connection lost: {}\n", error.what());
  }
}

class BeastServer final : public Server {
 public:
  BeastServer(asio::any_io_executor executor, asio::ssl::context context, CallHandler handler)
      : acceptor_(executor),
        context_(std::move(context)),
        handler_(std::move(handler)),
        pause_(executor) {}

  beast::error_code open(const tcp::endpoint& endpoint) {
    beast::error_code failed;
    acceptor_.open(endpoint.protocol(), failed);
    if (!failed) acceptor_.set_option(asio::socket_base::reuse_address(true), failed);
    if (!failed) acceptor_.bind(endpoint, failed);
    if (!failed) acceptor_.listen(asio::socket_base::max_listen_connections, failed);
    return failed;
  }

  Task<void> serve() override {
    const auto executor = co_await asio::this_coro::executor;
    while (acceptor_.is_open()) {
      auto [failed, socket] = co_await acceptor_.async_accept(kToken);
      if (!failed) {
        auto connection = std::make_shared<Connection>(std::move(socket), context_, handler_);
        asio::co_spawn(executor, serve_connection(std::move(connection)), report);
      } else if (acceptor_.is_open()) {
        // Out of descriptors, most likely: accepting again at once would spin.
        pause_.expires_after(std::chrono::milliseconds(100));
        co_await pause_.async_wait(kToken);
      }
    }
  }

  void stop() override {
    beast::error_code ignored;
    acceptor_.close(ignored);
  }

  unsigned short port() const override {
    beast::error_code failed;
    const auto endpoint = acceptor_.local_endpoint(failed);
    return failed ? static_cast<unsigned short>(0) : endpoint.port();
  }

 private:
  tcp::acceptor acceptor_;
  asio::ssl::context context_;
  CallHandler handler_;
  asio::steady_timer pause_;
};

Result<tcp::endpoint> listen_endpoint(const std::string& text) {
  const auto wanted = http::parse_listen_address(text);
  if (!wanted) return Error(Errc::PathNotUsable, "listen " + text);
  return tcp::endpoint(asio::ip::make_address(wanted->host), *wanted->port);
}

}  // namespace

Result<std::unique_ptr<Server>> make_server(asio::any_io_executor executor,
                                            const ServerOptions& options, CallHandler handler) {
  const auto endpoint = listen_endpoint(options.listen);
  if (!endpoint) return endpoint.error();
  asio::ssl::context context(asio::ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  beast::error_code failed;
  context.use_certificate_chain_file(options.tls_cert, failed);
  if (failed) return Error(failed, options.tls_cert);
  context.use_private_key_file(options.tls_key, asio::ssl::context::pem, failed);
  if (failed) return Error(failed, options.tls_key);
  auto server = std::make_unique<BeastServer>(executor, std::move(context), std::move(handler));
  failed = server->open(*endpoint);
  if (failed) return Error(failed, "listen " + options.listen);
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace mactiond::sim

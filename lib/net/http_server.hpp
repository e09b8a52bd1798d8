#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "http/client.hpp"
#include "http/message.hpp"
#include "net/peer_users.hpp"

namespace mactiond::net {

/// Answers at once, by a whole response, by the beginning of a stream or by the promise of a
/// response.
using RequestHandler = std::function<http::Answer(const http::Request&)>;

struct ServerOptions {
  /// Bytes of a request's body; a larger one is refused with 413. Where bodies are taken, a client
  /// that expects 100-continue gets that first, and any other expectation is refused with 417.
  std::size_t body_max = 0;
  /// For http::Request::peer.
  NameLookup user_names = system_user_names();
};

/// A small plain-HTTP server for the admin socket and the metrics port. Bounded: connections,
/// streams, polls, header and body sizes, seconds per request and per piece of a stream. A client
/// of a stream that does not read holds one piece and its socket buffer, and is dropped after ten
/// seconds, of a transfer after a minute; nobody waits for it. A client that leaves frees its place
/// at once.
class HttpServer {
 public:
  /// Listens on a Unix socket with the given mode. A stale socket file is replaced; a live one is
  /// Errc::AddressInUse.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> listen_unix(
      boost::asio::any_io_executor executor, const std::string& path, unsigned mode,
      RequestHandler handler, ServerOptions options = {});
  /// "address:port"; port 0 takes a free one.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> listen_tcp(
      boost::asio::any_io_executor executor, const std::string& endpoint, RequestHandler handler,
      ServerOptions options = {});

  virtual ~HttpServer() = default;
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Accepts and answers until stop().
  [[nodiscard]] virtual Task<void> serve() = 0;
  /// There may be something new to pull for every stream, or to see for every poll.
  virtual void wake_streams() = 0;
  /// Every poll is answered now, and so is each that follows.
  virtual void end_polls() = 0;
  /// Whether a request is here whose answer has not left; streams and transfers do not count.
  [[nodiscard]] virtual bool is_answering() const = 0;
  /// Closes the listener and every connection; removes the socket file.
  virtual void stop() = 0;
  /// The bound port; 0 for a Unix socket.
  [[nodiscard]] virtual unsigned short port() const = 0;

 protected:
  HttpServer() = default;
};

}  // namespace mactiond::net

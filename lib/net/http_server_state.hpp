#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <utility>

#include "http/message.hpp"
#include "net/http_server.hpp"
#include "net/peer_users.hpp"
#include "net/socket_file.hpp"

namespace mactiond::net {

constexpr Duration kStreamHeartbeat = std::chrono::seconds(15);

using Protocol = boost::asio::generic::stream_protocol;
using Socket = Protocol::socket;
using Acceptor = boost::asio::basic_socket_acceptor<Protocol>;

/// What a connection waits for whose answer comes later. An answer before the wait counts.
class LaterWait {
 public:
  explicit LaterWait(const boost::asio::any_io_executor& executor)
      : timer_(executor, boost::asio::steady_timer::time_point::max()) {}

  void end() { timer_.expires_at(boost::asio::steady_timer::time_point::min()); }
  void end(http::Response answer) {
    answer_ = std::move(answer);
    end();
  }
  [[nodiscard]] boost::asio::steady_timer& timer() { return timer_; }
  [[nodiscard]] std::optional<http::Response> take() { return std::move(answer_); }

 private:
  boost::asio::steady_timer timer_;
  std::optional<http::Response> answer_;
};

struct HttpConnection {
  Socket socket;
  bool reading = true;  ///< a request is awaited or half received
  std::shared_ptr<LaterWait> later{};
};

/// What a stream with nothing new to send waits for. A wake-up before the wait counts.
class StreamWait {
 public:
  explicit StreamWait(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  /// To be called before looking for something new: what comes after it is not missed.
  void begin() {
    woken_ = false;
    timer_.expires_after(std::chrono::duration_cast<std::chrono::nanoseconds>(kStreamHeartbeat));
  }
  void wake() {
    woken_ = true;
    timer_.expires_at(boost::asio::steady_timer::time_point::min());
  }
  [[nodiscard]] bool woken() const { return woken_; }
  [[nodiscard]] boost::asio::steady_timer& timer() { return timer_; }

 private:
  boost::asio::steady_timer timer_;
  bool woken_ = false;
};

/// What the accepting task, the connections' tasks and the server share; lives as long as any.
struct HttpServerState {
  HttpServerState(Acceptor listening, RequestHandler answer, ServerOptions options)
      : acceptor(std::move(listening)),
        handler(std::move(answer)),
        body_max(options.body_max),
        peers(acceptor.get_executor(), std::move(options.user_names)),
        changed(acceptor.get_executor(), boost::asio::steady_timer::time_point::max()) {}

  void stop();
  /// Makes room by closing the oldest connection that has no whole request, if there is one.
  bool evict();

  Acceptor acceptor;
  RequestHandler handler;
  std::size_t body_max;
  PeerUsers peers;
  boost::asio::steady_timer
      changed;  ///< cancelled whenever a connection has ended, and at the stop
  std::list<HttpConnection> connections;  ///< in the order of their arrival
  std::list<StreamWait> streams;
  std::optional<SocketFile> file;
  std::exception_ptr failure;
  bool stopping = false;
};

}  // namespace mactiond::net

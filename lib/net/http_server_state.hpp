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
#include "net/async_event.hpp"
#include "net/http_server.hpp"
#include "net/peer_users.hpp"
#include "net/socket_file.hpp"

namespace mactiond::net {

constexpr Duration kStreamHeartbeat = std::chrono::seconds(15);

using Protocol = boost::asio::generic::stream_protocol;
using Socket = Protocol::socket;
using Acceptor = boost::asio::basic_socket_acceptor<Protocol>;

/// An answer that the handler gives later. It is missing if the server stops first.
struct LaterAnswer {
  explicit LaterAnswer(const boost::asio::any_io_executor& executor) : came(executor) {}

  AsyncEvent came;
  std::optional<http::Later::Made> made;
};

/// A poll that is not answered yet.
struct WaitingPoll {
  explicit WaitingPoll(const boost::asio::any_io_executor& executor)
      : news(executor), timer(executor) {}

  AsyncEvent news;  ///< there may be an answer, or the time is up
  boost::asio::steady_timer timer;
  bool time_is_up = false;
};

struct HttpConnection {
  Socket socket;
  bool reading = true;  ///< a request is awaited or half received
  bool lasts = false;   ///< its answer is a stream or a transfer
  std::shared_ptr<LaterAnswer> later{};
};

/// What the accepting task, the connections' tasks and the server share; lives as long as any.
struct HttpServerState {
  HttpServerState(Acceptor listening, RequestHandler answer, ServerOptions options)
      : acceptor(std::move(listening)),
        handler(std::move(answer)),
        body_max(options.body_max),
        peers(acceptor.get_executor(), std::move(options.user_names)),
        changed(acceptor.get_executor()) {}

  void stop();
  /// Makes room by closing the oldest connection that has no whole request, if there is one.
  bool evict();

  Acceptor acceptor;
  RequestHandler handler;
  std::size_t body_max;
  PeerUsers peers;
  AsyncEvent changed;                     ///< a connection has ended, or the server stops
  std::list<HttpConnection> connections;  ///< in the order of their arrival
  std::list<AsyncEvent> streams;          ///< set when there may be something new to send
  std::list<std::shared_ptr<WaitingPoll>> polls;
  bool polls_end = false;  ///< none waits any longer
  std::optional<SocketFile> file;
  std::exception_ptr failure;
  bool stopping = false;
};

}  // namespace mactiond::net

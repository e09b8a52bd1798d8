#pragma once

#include <boost/asio/awaitable.hpp>

#include "base/error.hpp"
#include "http/message.hpp"

namespace mactiond {

template <class T>
using Task = boost::asio::awaitable<T>;

}  // namespace mactiond

namespace mactiond::http {

/// Sends one request and returns its whole answer, whatever its status, or the transport's error.
/// Never throws for expected failures, never follows a redirect, never retries.
///
/// A cancelled send (terminal cancellation of the awaiting coroutine) returns Errc::Cancelled.
class Client {
 public:
  Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  virtual ~Client() = default;
  [[nodiscard]] virtual Task<Result<Response>> send(Request request, Limits limits) = 0;
};

}  // namespace mactiond::http

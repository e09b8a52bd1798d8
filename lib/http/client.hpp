#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "http/message.hpp"
#include "http/send_error.hpp"

namespace mactiond {

template <class T>
using Task = boost::asio::awaitable<T>;

}  // namespace mactiond

namespace mactiond::http {

using SendResult = boost::system::result<Response, SendError>;

/// The bytes of a body, as they come. Where it is destroyed before its end, what brings them ends.
class BodySource {
 public:
  BodySource() = default;
  BodySource(const BodySource&) = delete;
  BodySource& operator=(const BodySource&) = delete;
  virtual ~BodySource() = default;
  /// The next bytes; none at the end of the body. Not called again after that or an error.
  [[nodiscard]] virtual Task<Result<std::string>> next() = 0;
};

/// An answer whose header has come.
struct OpenAnswer {
  Response head;  ///< without a body
  /// Not decoded. It has no deadline of its own, and may outlive the client.
  std::unique_ptr<BodySource> body;
};

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
  [[nodiscard]] virtual Task<SendResult> send(Request request, Limits limits) = 0;
  /// The same on a connection of its own, until the header of the answer has come.
  [[nodiscard]] virtual Task<Result<OpenAnswer>> open(Request request, Limits limits) = 0;
};

}  // namespace mactiond::http

#pragma once

#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/error.hpp"
#include "http/message.hpp"

namespace mactiond::net {

/// A complete request to us. Its url has a target and no host: that is in the Host header, also
/// where the request named it in an absolute target.
struct Incoming {
  http::Request request;
  bool keep_alive = false;
};

/// Puts HTTP/1 requests together from the bytes of one connection, one after the other. At most
/// 16 KiB of header and body_max bytes of body each.
///
/// Fields of a trailer are left out.
///
/// Errors: Errc::HeaderTooLarge, Errc::BodyTooLarge, Errc::MalformedHttp, the last also for a Host
/// header that is doubled, or missing in HTTP/1.1; none can be recovered from.
class RequestReader {
 public:
  /// What the client waits for before it sends the body (RFC 9110, 10.1.1).
  enum class Expectation : std::uint8_t { None, Continue, Unknown };

  explicit RequestReader(std::size_t body_max);
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;
  ~RequestReader();

  /// Where the next bytes go; valid until the next call.
  [[nodiscard]] boost::asio::mutable_buffer prepare();
  void commit(std::size_t size);
  /// Works through what has come: true once a request is complete.
  [[nodiscard]] Result<bool> run();
  /// The complete request; the next one may follow.
  [[nodiscard]] Incoming take();
  /// Of the request whose body has yet to come whole.
  [[nodiscard]] Expectation expectation() const;
  /// Whether a part of a request has come.
  [[nodiscard]] bool is_started() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mactiond::net

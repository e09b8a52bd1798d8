#pragma once

#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "http/message.hpp"

namespace mactiond::net {

/// Puts one HTTP/1 answer together from the bytes of a connection. Interim (1xx) answers are
/// skipped and count towards the header limit. Accepts the odd forms that AnswerNormalizer
/// corrects.
///
/// Errors: Errc::HeaderTooLarge, Errc::BodyTooLarge, Errc::MalformedHttp, Errc::ConnectionLost.
class ResponseReader {
 public:
  struct Limits {
    std::size_t header_bytes = 0;
    std::size_t body_bytes = 0;
    bool bodiless = false;  ///< the answer to HEAD or CONNECT: its header is all
  };

  explicit ResponseReader(const Limits& limits);
  ResponseReader(const ResponseReader&) = delete;
  ResponseReader& operator=(const ResponseReader&) = delete;
  ~ResponseReader();

  /// Where the next bytes go; valid until the next call.
  [[nodiscard]] boost::asio::mutable_buffer prepare();
  /// size bytes were put there. True: the answer is complete; call no more.
  [[nodiscard]] Result<bool> commit(std::size_t size);
  /// The peer has ended the stream in order. Success if that completes the answer.
  [[nodiscard]] Result<void> end();

  [[nodiscard]] bool received_any() const;
  /// Whether the connection may serve another request: the complete answer agreed to it, was
  /// certain about its length, and nothing came after it.
  [[nodiscard]] bool is_reusable() const;
  /// Whether bytes came after the complete answer.
  [[nodiscard]] bool has_rest() const;
  /// Status and headers of a final answer as soon as they are complete, without a body.
  [[nodiscard]] std::optional<http::Response> head() const;
  /// The body as far as it came since the last call; take() then lacks it. For streams.
  [[nodiscard]] std::string drain();
  /// The complete answer, its body as it came.
  [[nodiscard]] http::Response take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mactiond::net

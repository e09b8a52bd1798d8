#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/secret.hpp"
#include "base/time.hpp"
#include "http/url.hpp"

namespace mactiond::http {

struct Header {
  std::string name;
  std::string value;
  bool operator==(const Header&) const = default;
};

/// The first value under name, letter case ignored.
[[nodiscard]] std::optional<std::string_view> find_header(const std::vector<Header>& headers,
                                                          std::string_view name);

/// Who is at the other end of a Unix socket, as the kernel knows it.
struct Peer {
  unsigned uid = 0;
  std::string name;  ///< empty where the system has none
};

/// "alice (uid 1000)", "uid 1000", or "unknown".
[[nodiscard]] std::string peer_text(const std::optional<Peer>& peer);

/// A request as plain data. Host, Content-Length and Connection are the client's, and so is
/// Accept-Encoding where it is not given.
struct Request {
  std::string method = "GET";
  Url url;
  std::vector<Header> headers;
  /// Sent as Authorization; apart from the headers so that no log can print it.
  Secret authorization;
  std::string body;
  std::optional<Peer> peer{};  ///< of a request to us that is no mere read, over a Unix socket
};

/// Whether the request changes nothing.
[[nodiscard]] inline bool only_reads(const Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

/// A complete answer; the body is decoded (gzip, deflate) already.
struct Response {
  int status = 0;
  std::vector<Header> headers;
  std::string body;
};

/// An answer of a server that lasts until the client leaves, pulled piece by piece and no faster
/// than the client takes it.
struct Stream {
  std::vector<Header> headers;
  /// The next bytes; none while there is nothing new, nothing at all where the stream ends.
  std::function<std::optional<std::string>()> pull;
  /// Sent now and then while there is nothing new.
  std::string heartbeat;
};

class BodySource;

/// An answer of a server, 200, whose body comes from elsewhere. Where that breaks off, so does the
/// answer: the client never takes a part for the whole.
struct Transfer {
  std::vector<Header> headers;
  std::optional<std::uint64_t> size;  ///< of the body; sent as Content-Length
  std::shared_ptr<BodySource> body;
};

/// An answer of a server that is made elsewhere and comes later.
struct Later {
  using Made = std::variant<Response, Transfer>;
  /// Called once. done takes the answer, once, from within begin or at any time after it; by then
  /// the client or the server may be gone.
  std::function<void(std::function<void(Made)> done)> begin;
  /// Called where the client leaves before the answer is there: nobody waits for it any more.
  std::function<void()> left{};
};

/// An answer of a server that is looked for until it is there: a long poll.
struct Poll {
  /// The answer; nothing while there is none yet. last: there must be one now.
  std::function<std::optional<Response>(bool last)> look;
  Duration patience{};  ///< how long it may take; zero: look once
};

using Answer = std::variant<Response, Stream, Later, Poll>;

/// What one exchange may cost.
struct Limits {
  /// From the call to the last byte of the answer, everything included.
  Duration timeout = std::chrono::seconds(30);
  /// Until the connection is ready and the request starts to leave. A request that cannot leave
  /// in time is not sent: quota windows rely on it (core/quota/token_bucket.hpp, kSendWithin).
  Duration connect_timeout = std::chrono::seconds(10);
  /// A GET on a kept connection that the server closed before the first byte of an answer may be
  /// sent again on a new one. It may have been counted the first time, so not where calls are.
  bool replay = true;
  /// The status is all that is asked for: once the header of a final answer is there, a body that
  /// is too large, cut off, late or undecodable is left out instead of failing the exchange.
  bool head_suffices = false;
  std::size_t header_bytes = std::size_t{64} * 1024;
  /// Of the decoded body, and of the encoded one.
  std::size_t body_bytes = std::size_t{64} * 1024 * 1024;
};

}  // namespace mactiond::http

#include "client.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "event_stream.hpp"
#include "http/message.hpp"
#include "http1/response_reader.hpp"

namespace mactiond::ctl {
namespace {

/// Longer than the heartbeat of the daemon's streams.
constexpr std::chrono::seconds kSilenceMax{60};
constexpr std::size_t kAnswerMax = std::size_t{64} << 20U;
constexpr std::size_t kHeaderMax = std::size_t{64} << 10U;

class Socket {
 public:
  explicit Socket(const Question& question)
      : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)), question_(question) {
    const timeval limit = {question.patience.count(), 0};
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  ~Socket() { close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

  /// Whether something came while there was patience.
  [[nodiscard]] bool await_bytes() const {
    constexpr int kTickMs = 1000;
    for (auto left = question_.patience; left.count() > 0; --left) {
      pollfd peer{fd_, POLLIN, 0};
      if (poll(&peer, 1, kTickMs) > 0) return true;
      if (question_.each_second) question_.each_second();
    }
    return false;
  }

 private:
  int fd_;
  const Question& question_;
};

std::string errno_text() { return std::generic_category().message(errno); }

Failure explain_connect(const std::string& path) {
  switch (errno) {
    case ENOENT:
    case ECONNREFUSED:
      return {"no daemon listens on " + path + ": is mactiond running?"};
    case EACCES:
      return {"no permission to use " + path + ": be root or in the group that owns the socket"};
    default:
      return {path + ": " + errno_text()};
  }
}

std::optional<Failure> connect_to(const Socket& socket, const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return Failure{path + ": the path is too long"};
  std::memcpy(address.sun_path, path.data(), path.size());
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (connect(socket.fd(), generic, sizeof address) == 0) return std::nullopt;
  return explain_connect(path);
}

std::optional<Failure> send_all(const Socket& socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = send(socket.fd(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return Failure{"the daemon does not take the request: " + errno_text(), true};
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return std::nullopt;
}

// Why the bytes that came are no answer.
Failure explain_answer(const Error& error, const net::ResponseReader& reader) {
  if (error.code == Errc::BodyTooLarge) return {"the answer is too large", true};
  if (error.code == Errc::ConnectionLost && reader.head()) return {"the answer was cut off", true};
  return {kForeign, true};
}

// Whether the answer is complete now.
std::variant<bool, Failure> read_some(const Socket& socket, net::ResponseReader& reader) {
  if (!socket.await_bytes()) return Failure{"the daemon does not answer", true};
  const auto space = reader.prepare();
  ssize_t got = 0;
  do {
    got = recv(socket.fd(), space.data(), space.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return Failure{"the connection broke: " + errno_text(), true};
  if (got == 0) {
    const auto ended = reader.end();
    if (!ended) return explain_answer(ended.error(), reader);
    return true;
  }
  const auto done = reader.commit(static_cast<std::size_t>(got));
  if (!done) return explain_answer(done.error(), reader);
  return *done;
}

std::string request_of(const Question& question, std::string_view accept,
                       const std::string& last_id) {
  std::string request = question.method + ' ' + question.target +
                        " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: ";
  request.append(accept).append("\r\n");
  if (!last_id.empty()) request += "Last-Event-ID: " + last_id + "\r\n";
  for (const auto& [name, value] : question.headers) request += name + ": " + value + "\r\n";
  if (!question.body.empty()) request += "Content-Type: application/json\r\n";
  if (question.method != "GET") {
    request += "Content-Length: " + std::to_string(question.body.size()) + "\r\n";
  }
  return request + "\r\n" + question.body;
}

std::optional<Failure> start(const Socket& socket, const std::string& path,
                             const std::string& request) {
  if (socket.fd() < 0) return Failure{errno_text()};
  if (auto failure = connect_to(socket, path)) return failure;
  return send_all(socket, request);
}

// An answer of the daemon says how long it is; only its streams last until it closes them. is_done:
// what read_some returned last.
std::variant<Answer, Failure> read_answer(const Socket& socket, net::ResponseReader& reader,
                                          std::variant<bool, Failure> is_done) {
  for (;; is_done = read_some(socket, reader)) {
    if (const auto* failure = std::get_if<Failure>(&is_done)) return *failure;
    if (std::get<bool>(is_done)) break;
  }
  http::Response response = reader.take();
  if (!http::find_header(response.headers, "Content-Length")) return Failure{kForeign, true};
  const auto retry_after = http::find_header(response.headers, "Retry-After").value_or("");
  return Answer{response.status, std::move(response.body), std::string(retry_after)};
}

// The body of a 200 goes to the intake while it comes; its Answer is empty.
std::variant<Answer, Failure> read_stream(const Socket& socket, const Intake& intake) {
  net::ResponseReader reader({kHeaderMax, std::numeric_limits<std::size_t>::max()});
  bool is_open = false;
  for (;;) {
    const auto is_done = read_some(socket, reader);
    const auto head = is_open ? std::nullopt : reader.head();
    if (head && head->status != 200) return read_answer(socket, reader, is_done);
    if (head && !intake.begin(*head)) return Answer{200, ""};
    is_open = is_open || head.has_value();
    const std::string piece = is_open ? reader.drain() : std::string();
    if (!piece.empty() && !intake.take(piece)) return Answer{200, ""};
    if (const auto* failure = std::get_if<Failure>(&is_done)) return *failure;
    if (std::get<bool>(is_done)) return Answer{200, ""};
  }
}

bool says_its_end(const http::Response& head) {
  return http::find_header(head.headers, "Content-Length") ||
         http::find_header(head.headers, "Transfer-Encoding");
}

}  // namespace

std::variant<Answer, Failure> ask(const std::string& socket_path, const Question& question) {
  const Socket socket(question);
  const auto failure = start(socket, socket_path, request_of(question, "application/json", {}));
  if (failure) return *failure;
  net::ResponseReader reader({kHeaderMax, kAnswerMax});
  return read_answer(socket, reader, false);
}

std::variant<Answer, Failure> get(const std::string& socket_path, const std::string& target) {
  return ask(socket_path, {target});
}

std::variant<Answer, Failure> receive(const std::string& socket_path, const Question& question,
                                      const Intake& intake) {
  const Socket socket(question);
  if (const auto failure = start(socket, socket_path, request_of(question, "*/*", {}))) {
    return *failure;
  }
  bool is_known_whole = true;
  const auto begin = [&](const http::Response& head) {
    // Otherwise its end would look like a break, or a break like its end.
    is_known_whole = says_its_end(head);
    return is_known_whole && intake.begin(head);
  };
  auto result = read_stream(socket, {begin, intake.take});
  if (!is_known_whole) return Failure{kForeign, true};
  return result;
}

std::variant<Answer, Failure> follow(const std::string& socket_path, Feed& feed,
                                     const std::function<bool(std::string_view)>& take) {
  const Question question{.target = feed.target, .patience = kSilenceMax};
  const Socket socket(question);
  const std::string request = request_of(question, "text/event-stream", feed.last_id);
  if (const auto failure = start(socket, socket_path, request)) return *failure;
  EventStream events;
  bool is_wanted = true;
  const auto begin = [&](const http::Response& /*head*/) {
    if (feed.on_open) feed.on_open();
    return true;
  };
  const auto take_events = [&](std::string_view piece) {
    is_wanted = events.push(piece, take);
    if (!events.last_id().empty()) feed.last_id = events.last_id();
    return is_wanted;
  };
  auto result = read_stream(socket, {begin, take_events});
  const auto* answer = std::get_if<Answer>(&result);
  const bool is_refused = answer != nullptr && answer->status != 200;
  if (is_wanted && !is_refused) return Failure{"the daemon ended the stream", true};
  return result;
}

}  // namespace mactiond::ctl

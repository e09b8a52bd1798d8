#include "client.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/text.hpp"

namespace mactiond::ctl {
namespace {

/// Longer than the heartbeat of the daemon's streams.
constexpr std::chrono::seconds kSilenceMax{60};
constexpr std::size_t kAnswerMax = std::size_t{64} << 20U;

class Socket {
 public:
  explicit Socket(std::chrono::seconds patience)
      : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit = {patience.count(), 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  }
  ~Socket() { close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

/// What was read of an event so far.
struct EventInHand {
  std::string id;
  std::string data;
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
    if (sent < 0) return Failure{"the daemon does not take the request: " + errno_text()};
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return std::nullopt;
}

// Everything until the daemon closes, which it was asked to do after the answer.
std::variant<std::string, Failure> receive_all(const Socket& socket) {
  std::string text;
  std::array<char, 16384> buffer{};
  while (text.size() <= kAnswerMax) {
    const ssize_t got = recv(socket.fd(), buffer.data(), buffer.size(), 0);
    if (got == 0) return text;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) {
      return Failure{"the daemon does not answer"};
    }
    if (got < 0) return Failure{"the connection broke: " + errno_text()};
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return Failure{"the answer is too large"};
}

std::optional<std::size_t> content_length(std::string_view head) {
  constexpr std::string_view kName = "content-length:";
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    if (iequals(line.substr(0, kName.size()), kName)) {
      const std::string_view value = trim(line.substr(kName.size()));
      std::size_t length = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
      if (error == std::errc{} && end == value.data() + value.size()) return length;
      return std::nullopt;
    }
    head.remove_prefix(std::min(line.size() + 2, head.size()));
  }
  return std::nullopt;
}

std::variant<Answer, Failure> parse_answer(std::string_view text) {
  const Failure broken{"what listens there does not answer like mactiond"};
  const std::size_t head_end = text.find("\r\n\r\n");
  constexpr std::size_t kStatusAt = std::string_view("HTTP/1.1 ").size();
  if (!text.starts_with("HTTP/1.") || head_end == std::string_view::npos) return broken;
  Answer answer;
  const std::string_view digits = text.substr(kStatusAt, 3);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), answer.status);
  if (error != std::errc{} || end != digits.data() + digits.size()) return broken;
  const std::string_view body = text.substr(head_end + 4);
  const auto length = content_length(text.substr(0, head_end));
  if (!length) return broken;
  if (body.size() < *length) return Failure{"the answer was cut off"};
  answer.body = body.substr(0, *length);
  return answer;
}

// One line of a stream; false as soon as take wants no more.
bool take_line(std::string_view line, Feed& feed, EventInHand& event,
               const std::function<bool(std::string_view)>& take) {
  constexpr std::string_view kData = "data: ";
  constexpr std::string_view kId = "id: ";
  if (line.starts_with(kId)) event.id = line.substr(kId.size());
  if (line.starts_with(kData)) event.data = line.substr(kData.size());
  if (!line.empty()) return true;
  // Only now, or an event that was cut off would count as seen.
  const EventInHand whole = std::exchange(event, {});
  if (!whole.id.empty()) feed.last_id = whole.id;
  return whole.data.empty() || take(whole.data);
}

// Whole lines go from text to take.
bool take_lines(std::string& text, Feed& feed, EventInHand& event,
                const std::function<bool(std::string_view)>& take) {
  std::size_t begin = 0;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    if (!take_line(line, feed, event, take)) return false;
  }
  text.erase(0, begin);
  return true;
}

}  // namespace

std::variant<Answer, Failure> ask(const std::string& socket_path, const Question& question) {
  const Socket socket(question.patience);
  if (socket.fd() < 0) return Failure{errno_text()};
  if (auto failure = connect_to(socket, socket_path)) return *std::move(failure);
  std::string request = question.method + ' ' + question.target +
                        " HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n"
                        "Connection: close\r\n";
  if (!question.body.empty()) request += "Content-Type: application/json\r\n";
  if (question.method != "GET") {
    request += "Content-Length: " + std::to_string(question.body.size()) + "\r\n";
  }
  request += "\r\n" + question.body;
  if (auto failure = send_all(socket, request)) return *std::move(failure);
  const auto received = receive_all(socket);
  if (const auto* failure = std::get_if<Failure>(&received)) return *failure;
  return parse_answer(std::get<std::string>(received));
}

std::variant<Answer, Failure> get(const std::string& socket_path, const std::string& target) {
  return ask(socket_path, {target});
}

std::variant<Answer, Failure> follow(const std::string& socket_path, Feed& feed,
                                     const std::function<bool(std::string_view)>& take) {
  const Socket socket(kSilenceMax);
  if (socket.fd() < 0) return Failure{errno_text()};
  if (auto failure = connect_to(socket, socket_path)) return *std::move(failure);
  std::string request = "GET " + feed.target +
                        " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                        "Connection: close\r\n";
  if (!feed.last_id.empty()) request += "Last-Event-ID: " + feed.last_id + "\r\n";
  request += "\r\n";
  if (auto failure = send_all(socket, request)) return *std::move(failure);
  std::string text;
  EventInHand event;
  bool in_head = true;
  std::array<char, 16384> buffer{};
  while (text.size() <= kAnswerMax) {
    const ssize_t got = recv(socket.fd(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (in_head) {
      const auto end = text.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      if (text.find(" 200 ") > text.find("\r\n")) {
        const auto rest = receive_all(socket);
        if (const auto* more = std::get_if<std::string>(&rest)) text += *more;
        return parse_answer(text);
      }
      text.erase(0, end + 4);
      in_head = false;
      if (feed.on_open) feed.on_open();
    }
    if (!take_lines(text, feed, event, take)) return Answer{200, ""};
  }
  return Failure{"the daemon ended the stream"};
}

}  // namespace mactiond::ctl

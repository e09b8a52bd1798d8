#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

namespace mactiond::test {

/// A blocking client; every read ends after 40 seconds at the latest.
class RawClient {
 public:
  explicit RawClient(const std::string& path) : descriptor_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    connect(reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  }
  explicit RawClient(unsigned short port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { ::close(descriptor_); }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto size = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (size <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
  }
  std::string read_some() {
    std::array<char, 4096> piece{};
    const auto size = ::recv(descriptor_, piece.data(), piece.size(), 0);
    return size > 0 ? std::string(piece.data(), static_cast<std::size_t>(size)) : std::string();
  }
  std::string read_to_end() {
    std::string all;
    for (std::string piece = read_some(); !piece.empty(); piece = read_some()) all += piece;
    return all;
  }
  /// Until text holds what is expected at its end.
  std::string read_until(std::string_view tail) {
    std::string all;
    while (!all.ends_with(tail)) {
      const std::string piece = read_some();
      if (piece.empty()) return all;
      all += piece;
    }
    return all;
  }
  /// Whether the server ends a connection on a Unix socket without being read from.
  [[nodiscard]] bool was_closed_within(int limit_s) const {
    pollfd ended{descriptor_, 0, 0};
    return ::poll(&ended, 1, limit_s * 1000) == 1 && (ended.revents & POLLHUP) != 0;
  }
  [[nodiscard]] bool connected() const { return connected_; }

 private:
  void connect(const sockaddr* address, socklen_t size) {
    const timeval limit{40, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    connected_ = ::connect(descriptor_, address, size) == 0;
  }
  int descriptor_;
  bool connected_ = false;
};

}  // namespace mactiond::test

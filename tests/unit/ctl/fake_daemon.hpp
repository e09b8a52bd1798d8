#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace mactiond::ctl {

/// An answer as the daemon sends it.
inline std::string http_answer(int status, const std::string& body,
                               const std::string& headers = {}) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

/// Listens on a Unix socket as the daemon does, and answers each request with the text that is
/// prepared for it. An empty text, and what nothing is prepared for, is a connection that is closed
/// without an answer.
class FakeDaemon {
 public:
  FakeDaemon() {
    std::string pattern = (std::filesystem::temp_directory_path() / "mactiond-XXXXXX").string();
    MACTIOND_ASSERT(mkdtemp(pattern.data()) != nullptr);
    directory_ = pattern;
    path_ = directory_ + "/admin.sock";
  }
  ~FakeDaemon() {
    stop();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  FakeDaemon(const FakeDaemon&) = delete;
  FakeDaemon& operator=(const FakeDaemon&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

  /// What becomes of a connection when its answer is sent.
  enum class After { Close, Hang };

  void start(std::vector<std::string> answers, After after = After::Close) {
    stop();
    after_ = after;
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    MACTIOND_ASSERT(bind(listener_, generic, sizeof address) == 0);
    MACTIOND_ASSERT(listen(listener_, 8) == 0);
    server_ = std::thread([this, answers = std::move(answers)] { serve(answers); });
  }

  /// No daemon listens then.
  void stop() {
    if (!server_.joinable()) return;
    shutdown(listener_, SHUT_RDWR);
    server_.join();
    close(listener_);
    std::filesystem::remove(path_);
  }

  /// All that came until now, also before a stop.
  [[nodiscard]] std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void serve(const std::vector<std::string>& answers) {
    for (std::size_t next = 0;; ++next) {
      const int peer = accept(listener_, nullptr, nullptr);
      if (peer < 0) return;
      std::string request = receive(peer);
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(std::move(request));
      }
      const std::string& text = next < answers.size() ? answers[next] : std::string();
      static_cast<void>(send(peer, text.data(), text.size(), MSG_NOSIGNAL));
      if (after_ == After::Hang) static_cast<void>(receive(peer));
      close(peer);
    }
  }

  static std::string receive(int peer) {
    constexpr std::string_view kEnd = "\r\n\r\n";
    constexpr std::string_view kLength = "Content-Length: ";
    std::string text;
    std::size_t wanted = std::string::npos;
    std::array<char, 4096> buffer{};
    while (text.size() < wanted) {
      const ssize_t got = recv(peer, buffer.data(), buffer.size(), 0);
      if (got <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(got));
      const std::size_t head = text.find(kEnd);
      if (head == std::string::npos) continue;
      const std::size_t length = text.find(kLength);
      wanted = head + kEnd.size();
      if (length < head) wanted += std::stoul(text.substr(length + kLength.size()));
    }
    return text;
  }

  std::string directory_;
  std::string path_;
  After after_ = After::Close;
  int listener_ = -1;
  std::thread server_;
  std::mutex mutex_;
  std::vector<std::string> requests_;
};

}  // namespace mactiond::ctl

#include "io/net/scripted_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <stdexcept>

namespace mactiond::test {
namespace {

// "Content-Length: " as the client under test writes it.
std::size_t body_length(std::string_view header) {
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const auto at = header.find(kName);
  if (at == std::string_view::npos) return 0;
  return std::stoul(std::string(header.substr(at + kName.size(), 12)));
}

}  // namespace

Peer::~Peer() { SSL_free(tls_); }

std::string Peer::server_name() const {
  const char* name = tls_ ? SSL_get_servername(tls_, TLSEXT_NAMETYPE_host_name) : nullptr;
  return name ? name : "";
}

bool Peer::start_tls(SSL_CTX* context) {
  tls_ = SSL_new(context);
  SSL_set_fd(tls_, descriptor_);
  return SSL_accept(tls_) == 1;
}

std::string Peer::read_some() {
  std::array<char, 4096> piece{};
  const auto size = tls_ ? SSL_read(tls_, piece.data(), static_cast<int>(piece.size()))
                         : static_cast<int>(::recv(descriptor_, piece.data(), piece.size(), 0));
  return size > 0 ? std::string(piece.data(), static_cast<std::size_t>(size)) : std::string();
}

std::string Peer::read_request() {
  for (;;) {
    const auto end = unread_.find("\r\n\r\n");
    if (end != std::string::npos) {
      const std::size_t size = end + 4 + body_length(std::string_view(unread_).substr(0, end));
      if (unread_.size() >= size) {
        std::string request = unread_.substr(0, size);
        unread_.erase(0, size);
        return request;
      }
    }
    const std::string piece = read_some();
    if (piece.empty()) return {};
    unread_ += piece;
  }
}

bool Peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto size = tls_ ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                           : static_cast<int>(::send(descriptor_, bytes.data(), bytes.size(), 0));
    if (size <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

void Peer::drip(std::string_view bytes, std::chrono::milliseconds interval) {
  for (const char byte : bytes) {
    if (!send({&byte, 1}) || wait(interval)) return;
  }
}

bool Peer::wait(std::chrono::milliseconds time) {
  pollfd gone{descriptor_, POLLRDHUP, 0};
  return ::poll(&gone, 1, static_cast<int>(time.count())) > 0;
}

void Peer::stall() {
  while (!read_some().empty()) continue;
}

void Peer::close() {
  if (tls_) SSL_shutdown(tls_);
  ::shutdown(descriptor_, SHUT_RDWR);
}

void Peer::cut() { ::shutdown(descriptor_, SHUT_RDWR); }

void Peer::reset() {
  const linger now{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

ScriptedServer::ScriptedServer(Script script) : script_(std::move(script)) { listen(); }

ScriptedServer::ScriptedServer(Script script, const Identity& identity, int tls_version_max)
    : script_(std::move(script)), context_(SSL_CTX_new(TLS_server_method())) {
  SSL_CTX_use_certificate(context_, identity.certificate.get());
  SSL_CTX_use_PrivateKey(context_, identity.key.get());
  if (tls_version_max != 0) {
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_ctrl(context_, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_VERSION, nullptr);
    SSL_CTX_ctrl(context_, SSL_CTRL_SET_MAX_PROTO_VERSION, tls_version_max, nullptr);
  }
  listen();
}

void ScriptedServer::listen() {
  std::signal(SIGPIPE, SIG_IGN);
  listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof(address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, generic, &size) != 0) {
    throw std::runtime_error("cannot listen");
  }
  port_ = std::to_string(ntohs(address.sin_port));
  acceptor_ = std::thread([this] { accept_all(); });
}

void ScriptedServer::accept_all() {
  for (;;) {
    const int descriptor = ::accept(listener_, nullptr, nullptr);
    const std::lock_guard lock(mutex_);
    if (descriptor < 0 || stopping_) {
      if (descriptor >= 0) ::close(descriptor);
      return;
    }
    open_.push_back(descriptor);
    threads_.emplace_back([this, descriptor, number = count_] { run(descriptor, number); });
    ++count_;
  }
}

void ScriptedServer::run(int descriptor, int number) {
  {
    Peer peer(descriptor, number);
    if (!context_ || peer.start_tls(context_)) script_(peer);
  }
  const std::lock_guard lock(mutex_);
  std::erase(open_, descriptor);
  ::close(descriptor);
}

int ScriptedServer::connections() {
  const std::lock_guard lock(mutex_);
  return count_;
}

ScriptedServer::~ScriptedServer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int descriptor : open_) ::shutdown(descriptor, SHUT_RDWR);
  }
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  ::close(listener_);
  SSL_CTX_free(context_);
}

}  // namespace mactiond::test

#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "io/net/certificates.hpp"

namespace mactiond::test {

/// The server's end of one connection. Every call blocks until it is done, the peer is gone, or
/// the server is being destroyed.
class Peer {
 public:
  Peer(int descriptor, int number) : descriptor_(descriptor), number_(number) {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer();

  /// 0 for the first connection of the server, and so on.
  [[nodiscard]] int number() const { return number_; }
  /// The server name of the TLS handshake; empty if none was given.
  [[nodiscard]] std::string server_name() const;

  [[nodiscard]] bool start_tls(SSL_CTX* context);
  /// One request, header and body; empty if the peer is gone.
  [[nodiscard]] std::string read_request();
  [[nodiscard]] std::string read_some();
  bool send(std::string_view bytes);
  /// One byte every interval.
  void drip(std::string_view bytes, std::chrono::milliseconds interval);
  /// Until the peer closes, or the time is over. True: it has closed.
  bool wait(std::chrono::milliseconds time);
  /// Until the peer closes.
  void stall();
  /// In order: close_notify, then the end of the stream.
  void close();
  /// The end of the stream without close_notify.
  void cut();
  void reset();

 private:
  friend class ScriptedServer;
  int descriptor_;
  int number_;
  SSL* tls_ = nullptr;
  std::string unread_;
};

/// A server on a port of 127.0.0.1 that runs a script for every connection, each on a thread.
class ScriptedServer {
 public:
  using Script = std::function<void(Peer&)>;

  /// Plain TCP.
  explicit ScriptedServer(Script script);
  /// The TLS handshake is done before the script is called, which is not called if it fails.
  ScriptedServer(Script script, const Identity& identity, int tls_version_max = 0);
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer();

  [[nodiscard]] const std::string& port() const { return port_; }
  [[nodiscard]] int connections();

 private:
  void listen();
  void accept_all();
  void run(int descriptor, int number);

  Script script_;
  SSL_CTX* context_ = nullptr;
  int listener_ = -1;
  std::string port_;
  std::mutex mutex_;
  std::vector<int> open_;
  std::list<std::thread> threads_;
  int count_ = 0;
  bool stopping_ = false;
  std::thread acceptor_;
};

}  // namespace mactiond::test

#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "io/net/certificates.hpp"
#include "io/net/loop.hpp"
#include "io/net/scripted_server.hpp"
#include "net/https_client.hpp"

namespace mactiond::test {

inline const Authority& authority() {
  static const Authority instance;
  return instance;
}

inline const Identity& localhost() {
  static const Identity identity = authority().issue({});
  return identity;
}

inline http::Request request_to(const ScriptedServer& server, const std::string& scheme,
                                const std::string& method = "GET") {
  http::Request request;
  request.method = method;
  request.url = http::Url{scheme, "127.0.0.1", server.port(), "/path?secret=1"};
  if (method == "POST") request.body = "body";
  return request;
}

inline std::string answer(const std::string& body, const std::string& fields = "") {
  return "HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

/// Stands still until it is moved.
class SteppedClock final : public Clock {
 public:
  [[nodiscard]] Now now() const override { return now_; }
  void pass(Duration time) { now_.mono += time; }

 private:
  Now now_;
};

/// One client that trusts the test authority, and the loop it runs on.
class ClientTest : public testing::Test {
 protected:
  ClientTest() { use({}); }

  void use(net::ClientOptions options) {
    if (options.ca_file.empty()) options.ca_file = authority().file();
    client_ = std::move(*net::make_client(loop_.context.get_executor(), clock_, options));
  }

  http::SendResult send(http::Request request) {
    return loop_.run(client_->send(std::move(request), limits_));
  }
  /// GET from a server that speaks TLS, and from one that does not.
  http::SendResult get(const ScriptedServer& server) { return send(request_to(server, "https")); }
  http::SendResult get_plain(const ScriptedServer& server) {
    return send(request_to(server, "http"));
  }

  /// What a GET ends in if that is the server's whole answer to it, and it closes in order then.
  http::SendResult get_answer(const std::string& bytes) {
    const ScriptedServer server([&bytes](Peer& peer) {
      if (peer.read_request().empty()) return;
      peer.send(bytes);
      peer.close();
    });
    return get_plain(server);
  }

  Loop loop_;
  SteppedClock clock_;
  http::Limits limits_ = [] {
    http::Limits limits;
    limits.timeout = std::chrono::seconds(24);
    limits.connect_timeout = std::chrono::seconds(12);
    limits.header_bytes = 4096;
    limits.body_bytes = 65536;
    return limits;
  }();
  std::unique_ptr<http::Client> client_;
};

/// EXPECT_EQ on this shows the whole message where it fails.
inline std::string ending(const http::SendResult& result) {
  if (result) return std::to_string(result->status) + ' ' + result->body;
  return std::string(to_string(static_cast<Errc>(result.error().code.value())));
}

inline std::string ending(Errc code) { return std::string(to_string(code)); }

}  // namespace mactiond::test

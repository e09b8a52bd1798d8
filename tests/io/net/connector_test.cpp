#include "net/connector.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "io/net/client_fixture.hpp"
#include "net/deadline.hpp"
#include "net/tls.hpp"

namespace mactiond::test {
namespace {

namespace ip = boost::asio::ip;
using net::Addresses;
using std::chrono::milliseconds;
using testing::HasSubstr;

void answer_ok(Peer& peer) {
  while (!peer.read_request().empty()) peer.send(answer("ok"));
}

/// An address and port of this machine where connections are neither made nor refused: its
/// queue of connections is full.
class BlackHole {
 public:
  BlackHole(const char* host, const std::string& port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
    inet_pton(AF_INET, host, &address.sin_addr);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    const int listener = open_socket();
    held_ = ::bind(listener, generic, sizeof(address)) == 0 && ::listen(listener, 0) == 0;
    for (int i = 0; i < 8; ++i) {
      static_cast<void>(::connect(open_socket(), generic, sizeof(address)));
    }
  }
  BlackHole(const BlackHole&) = delete;
  BlackHole& operator=(const BlackHole&) = delete;
  ~BlackHole() {
    for (const int descriptor : descriptors_) ::close(descriptor);
  }
  [[nodiscard]] bool held() const { return held_; }

 private:
  int open_socket() {
    descriptors_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    return descriptors_.back();
  }
  std::vector<int> descriptors_;
  bool held_ = false;
};

class Connector : public testing::Test {
 protected:
  void resolve_to(std::vector<std::string> texts) {
    addresses_.clear();
    for (const auto& text : texts) addresses_.push_back(ip::make_address(text));
  }

  Result<std::unique_ptr<net::Connection>> connect(const std::string& host, const std::string& port,
                                                   net::Connector::Options options = {},
                                                   milliseconds limit = milliseconds(12'000)) {
    net::Connector connector(loop_.context.get_executor(), *net::make_tls_context(""),
                             std::move(options),
                             [found = addresses_](const std::string&) { return found; });
    const http::Url url{"http", host, port, "/"};
    boost::asio::steady_timer timer(loop_.context, limit);
    return loop_.run(net::with_deadline(connector.connect(url, limit, phase_), timer));
  }

  Loop loop_;
  Addresses addresses_;
  std::string_view phase_;
};

TEST_F(Connector, TriesTheNextAddressWhenOneRefuses) {
  const ScriptedServer server(answer_ok);
  resolve_to({"::1", "127.0.0.2", "127.0.0.1"});
  EXPECT_TRUE(connect("a.example", server.port()));
}

TEST_F(Connector, ADeadAddressLeavesTimeForTheNext) {
  const ScriptedServer server(answer_ok);
  const BlackHole hole("127.0.0.2", server.port());
  ASSERT_TRUE(hole.held());
  resolve_to({"127.0.0.2", "127.0.0.1"});
  EXPECT_TRUE(connect("a.example", server.port(), {}, milliseconds(4000)));
  EXPECT_GE(loop_.elapsed, milliseconds(995)) << "the first address was not dead";
}

TEST_F(Connector, TheLimitHoldsWhenNoAddressAnswers) {
  const ScriptedServer server(answer_ok);
  const BlackHole hole("127.0.0.2", server.port());
  resolve_to({"127.0.0.2"});
  const auto connected = connect("a.example", server.port(), {}, milliseconds(300));
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().code, make_error_code(Errc::DeadlineExceeded));
  EXPECT_EQ(phase_, "connecting");
  EXPECT_LT(loop_.elapsed, milliseconds(10'000));
}

TEST_F(Connector, ContactsNoLinkLocalAddressWhenAskedNotTo) {
  ScriptedServer server(answer_ok);
  net::Connector::Options options;
  options.refuse_metadata = true;
  for (const char* host : {"169.254.169.254", "0xa9fea9fe", "fe80::1", "::ffff:169.254.0.1"}) {
    const auto connected = connect(host, server.port(), options);
    ASSERT_FALSE(connected) << host;
    EXPECT_EQ(connected.error().code, make_error_code(Errc::AddressRefused)) << host;
  }
  resolve_to({"127.0.0.1", "169.254.169.254"});
  const auto connected = connect("rebound.example", server.port(), options);
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().code, make_error_code(Errc::AddressRefused));
  EXPECT_EQ(server.connections(), 0);
  resolve_to({"127.0.0.1"});
  EXPECT_TRUE(connect("a.example", server.port(), options));
}

class Proxy : public ClientTest {
 protected:
  void use_proxy(const ScriptedServer& proxy, const std::string& user = "") {
    net::ClientOptions options;
    options.proxy = *http::parse_proxy("http://" + user + "127.0.0.1:" + proxy.port());
    options.refuse_metadata = true;
    use(options);
  }
  http::Request beyond() {
    http::Request request;
    request.url = http::Url{"https", "api.example", "443", "/secret"};
    return request;
  }
  http::SendResult answered(const std::string& bytes) {
    const ScriptedServer proxy([&bytes](Peer& peer) {
      if (peer.read_request().empty()) return;
      peer.send(bytes);
      peer.close();
    });
    use_proxy(proxy);
    return send(beyond());
  }
};

TEST_F(Proxy, GetsATunnelForTheServerAndTlsInside) {
  std::vector<std::string> seen;
  const Identity identity = authority().issue({.names = "DNS:api.example"});
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_use_certificate(context, identity.certificate.get());
  SSL_CTX_use_PrivateKey(context, identity.key.get());
  {
    ScriptedServer proxy([&seen, context](Peer& peer) {
      seen.push_back(peer.read_request());
      peer.send("HTTP/1.0 200 Connection established\r\nX-Proxy: 1\r\n\r\n");
      if (!peer.start_tls(context)) return;
      for (;;) {
        const std::string request = peer.read_request();
        if (request.empty()) return;
        seen.push_back(peer.server_name() + ' ' + request.substr(0, 11));
        peer.send(answer("through"));
      }
    });
    use_proxy(proxy);
    EXPECT_EQ(ending(send(beyond())), "200 through");
    EXPECT_EQ(ending(send(beyond())), "200 through");
    EXPECT_EQ(proxy.connections(), 1);
    client_.reset();
  }
  SSL_CTX_free(context);
  EXPECT_EQ(seen, (std::vector<std::string>{
                      "CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n\r\n",
                      "api.example GET /secret", "api.example GET /secret"}));
}

TEST_F(Proxy, MayAnswerInAnOddForm) {
  const Identity identity = authority().issue({.names = "DNS:api.example"});
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_use_certificate(context, identity.certificate.get());
  SSL_CTX_use_PrivateKey(context, identity.key.get());
  for (const std::string established :
       {"HTTP/1.1 200\r\n\r\n", "HTTP/1.0 200\n\n", "HTTP/1.1 200 OK\nX-Proxy: 1\r\n\n",
        "HTTP/1.1 100\n\nHTTP/1.1 200\n\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    SCOPED_TRACE(established);
    const ScriptedServer proxy([&established, context](Peer& peer) {
      if (peer.read_request().empty()) return;
      peer.send(established);
      if (peer.start_tls(context) && !peer.read_request().empty()) peer.send(answer("through"));
      peer.stall();
    });
    use_proxy(proxy);
    EXPECT_EQ(ending(send(beyond())), "200 through");
    client_.reset();
  }
  SSL_CTX_free(context);
}

TEST_F(Proxy, SaysWhatTheProxyAnswered) {
  const auto result =
      answered("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(ending(result), ending(Errc::ProxyFailed));
  EXPECT_THAT(result.error().where, HasSubstr("HTTP 407"));
}

/// The requests that a proxy and the server behind it are sent, with these credentials.
class ProxyCredentials : public Proxy {
 protected:
  void send_through(const std::string& user) {
    const Identity identity = authority().issue({.names = "DNS:api.example"});
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context, identity.certificate.get());
    SSL_CTX_use_PrivateKey(context, identity.key.get());
    {
      const ScriptedServer proxy([this, context](Peer& peer) {
        to_proxy_ = peer.read_request();
        peer.send("HTTP/1.1 200 OK\r\n\r\n");
        if (!peer.start_tls(context)) return;
        to_server_ = peer.read_request();
        peer.send(answer("through"));
        peer.stall();
      });
      use_proxy(proxy, user);
      EXPECT_EQ(ending(send(beyond())), "200 through");
      client_.reset();
    }
    SSL_CTX_free(context);
  }
  std::string to_proxy_;
  std::string to_server_;
};

TEST_F(ProxyCredentials, GoToTheProxyAlone) {
  send_through("alice:s3cret@");
  EXPECT_THAT(to_proxy_, HasSubstr("\r\nProxy-Authorization: Basic YWxpY2U6czNjcmV0\r\n"));
  EXPECT_THAT(to_server_, HasSubstr("GET /secret"));
  EXPECT_EQ(to_server_.find("uthorization"), std::string::npos) << to_server_;
}

// 401 is what some proxies answer to a wrong password; it is never the server's own 401.
TEST_F(Proxy, SaysWhenTheProxyRefusesTheCredentials) {
  for (const std::string status : {"407 Proxy Authentication Required", "401 Unauthorized"}) {
    const std::string line = "HTTP/1.1 " + status + "\r\n";
    const std::string code = status.substr(0, 3);
    const auto without = answered(line + "Proxy-Authenticate: Basic realm=\"x\"\r\n\r\n");
    EXPECT_EQ(ending(without), ending(Errc::ProxyFailed));
    EXPECT_THAT(without.error().where, HasSubstr("HTTP " + code));
    EXPECT_THAT(without.error().where, HasSubstr("set proxy_auth"));

    const ScriptedServer proxy([&line](Peer& peer) {
      if (!peer.read_request().empty()) peer.send(line + "\r\n");
      peer.close();
    });
    use_proxy(proxy, "alice:s3cret@");
    const auto wrong = send(beyond());
    EXPECT_EQ(ending(wrong), ending(Errc::ProxyFailed));
    EXPECT_THAT(wrong.error().where, HasSubstr("the proxy refused the user or the password"));
    EXPECT_EQ(wrong.error().message().find("s3cret"), std::string::npos);
    EXPECT_EQ(wrong.error().message().find("YWxp"), std::string::npos);
  }
  const auto other = answered("HTTP/1.1 407 No\r\nProxy-Authenticate: NTLM\r\n\r\n");
  EXPECT_THAT(other.error().where, HasSubstr("does not offer Basic"));
}

TEST_F(Proxy, IsDecidedForEachServer) {
  ScriptedServer direct(answer_ok, localhost());
  ScriptedServer proxy([](Peer& peer) {
    if (!peer.read_request().empty()) peer.send("HTTP/1.1 503 No\r\n\r\n");
  });
  net::ClientOptions options;
  options.proxy = *http::parse_proxy("http://127.0.0.1:" + proxy.port());
  options.no_proxy = "127.0.0.0/8";
  use(options);
  EXPECT_EQ(ending(get(direct)), "200 ok");
  EXPECT_EQ(proxy.connections(), 0);
  EXPECT_EQ(ending(send(beyond())), ending(Errc::ProxyFailed));
  EXPECT_EQ(proxy.connections(), 1);
  EXPECT_EQ(direct.connections(), 1);
}

TEST_F(Proxy, FailsWhenTheTunnelIsBroken) {
  EXPECT_EQ(ending(answered("")), ending(Errc::ProxyFailed));
  EXPECT_EQ(ending(answered("garbage\r\n\r\n")), ending(Errc::ProxyFailed));
  EXPECT_EQ(ending(answered("HTTP/1.1 200 OK\r\n\r\nearly")), ending(Errc::ProxyFailed));
  EXPECT_EQ(ending(answered("HTTP/1.1 200 OK\r\nX: " + std::string(20000, 'x') + "\r\n\r\n")),
            ending(Errc::ProxyFailed));
  EXPECT_EQ(ending(answered("HTTP/1.1 200 OK\r\n\r\n")), ending(Errc::TlsFailed));
}

TEST_F(Proxy, IsNotAskedForALinkLocalAddress) {
  ScriptedServer proxy([](Peer& peer) { peer.stall(); });
  use_proxy(proxy);
  auto request = beyond();
  request.url.host = "169.254.169.254";
  EXPECT_EQ(ending(send(request)), ending(Errc::AddressRefused));
  EXPECT_EQ(proxy.connections(), 0);
}

TEST_F(Proxy, TheConnectLimitHoldsWhenItStalls) {
  const ScriptedServer proxy([](Peer& peer) { peer.stall(); });
  use_proxy(proxy);
  limits_.connect_timeout = milliseconds(500);
  const auto result = send(beyond());
  EXPECT_EQ(ending(result), ending(Errc::DeadlineExceeded));
  EXPECT_EQ(result.error().where, "api.example:443 (asking the proxy)");
}

}  // namespace
}  // namespace mactiond::test

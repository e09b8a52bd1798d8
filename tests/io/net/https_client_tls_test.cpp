#include <gmock/gmock.h>

#include <fstream>
#include <string>

#include "io/net/client_fixture.hpp"
#include "net/tls.hpp"

namespace mactiond::test {
namespace {

using testing::HasSubstr;

void answer_ok(Peer& peer) {
  while (!peer.read_request().empty()) peer.send(answer("ok"));
}

class HttpsClientTls : public ClientTest {
 protected:
  http::Request by_name(const ScriptedServer& server) {
    auto request = request_to(server, "https");
    request.url.host = "localhost";
    return request;
  }
  std::string ending_with(const Identity& identity) {
    const ScriptedServer server(answer_ok, identity);
    const auto result = get(server);
    if (!result) message_ = result.error().message();
    return ending(result);
  }
  std::string message_;
};

TEST_F(HttpsClientTls, ChecksAnAddressAgainstTheCertificate) {
  EXPECT_EQ(ending_with(authority().issue({.names = "IP:127.0.0.1"})), "200 ok");
  EXPECT_EQ(ending_with(authority().issue({.names = "IP:127.0.0.2"})),
            ending(Errc::CertificateRejected));
  EXPECT_EQ(ending_with(authority().issue({.names = "DNS:127.0.0.1"})),
            ending(Errc::CertificateRejected));
}

TEST_F(HttpsClientTls, ChecksANameAgainstTheCertificate) {
  const ScriptedServer good(answer_ok, authority().issue({.names = "DNS:localhost"}));
  EXPECT_EQ(ending(send(by_name(good))), "200 ok");
  const ScriptedServer bad(answer_ok, authority().issue({.names = "DNS:elsewhere.example"}));
  const auto result = send(by_name(bad));
  EXPECT_EQ(ending(result), ending(Errc::CertificateRejected));
  EXPECT_THAT(result.error().where, HasSubstr("hostname mismatch"));
}

TEST_F(HttpsClientTls, DoesNotTakeTheCommonNameForAName) {
  // The subject of every test certificate is "mactiond test server".
  const ScriptedServer server(answer_ok, authority().issue({.names = "email:a@b.example"}));
  EXPECT_EQ(ending(send(by_name(server))), ending(Errc::CertificateRejected));
}

TEST_F(HttpsClientTls, NamesTheServerButNotAnAddress) {
  std::string named = "none";
  {
    const ScriptedServer server(
        [&named](Peer& peer) {
          named = peer.server_name();
          answer_ok(peer);
        },
        localhost());
    EXPECT_EQ(ending(send(by_name(server))), "200 ok");
    EXPECT_EQ(ending(get(server)), "200 ok");
  }
  EXPECT_EQ(named, "");
}

TEST_F(HttpsClientTls, SendsTheNameItAsksFor) {
  std::string named;
  {
    const ScriptedServer server(
        [&named](Peer& peer) {
          named = peer.server_name();
          answer_ok(peer);
        },
        localhost());
    EXPECT_EQ(ending(send(by_name(server))), "200 ok");
  }
  EXPECT_EQ(named, "localhost");
}

TEST_F(HttpsClientTls, RejectsAnUnknownAuthority) {
  const Authority other;
  EXPECT_EQ(ending_with(other.issue({})), ending(Errc::CertificateRejected));
  EXPECT_THAT(message_, HasSubstr("unable to get local issuer certificate"));
}

TEST_F(HttpsClientTls, RejectsASelfSignedCertificate) {
  EXPECT_EQ(ending_with(self_signed({})), ending(Errc::CertificateRejected));
  EXPECT_THAT(message_, HasSubstr("self-signed certificate"));
}

TEST_F(HttpsClientTls, RejectsAnExpiredCertificate) {
  EXPECT_EQ(ending_with(authority().issue({.from_seconds = -7200, .until_seconds = -3600})),
            ending(Errc::CertificateRejected));
  EXPECT_THAT(message_, HasSubstr("certificate has expired"));
}

TEST_F(HttpsClientTls, RejectsACertificateThatIsNotYetValid) {
  EXPECT_EQ(ending_with(authority().issue({.from_seconds = 3600, .until_seconds = 7200})),
            ending(Errc::CertificateRejected));
}

/// Chains that end at a trusted certificate which is no root.
class PartialChain : public HttpsClientTls {
 protected:
  void trust(const std::string& file) {
    net::ClientOptions options;
    options.ca_file = file;
    use(options);
  }
  std::string ending_with_itself_trusted(const Identity& identity) {
    const CertificateFile file(identity.certificate.get());
    trust(file.path());
    return ending_with(identity);
  }
  Authority root_;
  Authority issuing_{&root_};
};

TEST_F(PartialChain, TheIssuingAuthoritySuffices) {
  trust(issuing_.file());
  EXPECT_EQ(ending_with(issuing_.issue({})), "200 ok");
  EXPECT_EQ(ending_with(root_.issue({})), ending(Errc::CertificateRejected)) << "above it";
  EXPECT_EQ(ending_with(issuing_.issue({.names = "IP:127.0.0.2"})),
            ending(Errc::CertificateRejected));
  EXPECT_EQ(ending_with(issuing_.issue({.from_seconds = -7200, .until_seconds = -3600})),
            ending(Errc::CertificateRejected));
  EXPECT_EQ(ending_with(issuing_.issue({.purposes = "clientAuth"})),
            ending(Errc::CertificateRejected));
}

TEST_F(PartialChain, TheServersOwnCertificateSuffices) {
  EXPECT_EQ(ending_with_itself_trusted(issuing_.issue({})), "200 ok");
  EXPECT_EQ(ending_with_itself_trusted(issuing_.issue({.purposes = "serverAuth"})), "200 ok");
  EXPECT_EQ(ending_with_itself_trusted(self_signed({})), "200 ok");
}

TEST_F(PartialChain, TheServersOwnCertificateMustFitAllTheSame) {
  for (const Wanted& wanted :
       {Wanted{.names = "IP:127.0.0.2"}, Wanted{.from_seconds = -7200, .until_seconds = -3600},
        Wanted{.from_seconds = 3600, .until_seconds = 7200}, Wanted{.purposes = "clientAuth"}}) {
    EXPECT_EQ(ending_with_itself_trusted(issuing_.issue(wanted)),
              ending(Errc::CertificateRejected));
    EXPECT_EQ(ending_with_itself_trusted(self_signed(wanted)), ending(Errc::CertificateRejected));
  }
}

TEST_F(PartialChain, AServersCertificateVouchesForNoOther) {
  const Identity pinned = issuing_.issue({});
  const CertificateFile file(pinned.certificate.get());
  trust(file.path());
  EXPECT_EQ(ending_with(issuing_.issue({})), ending(Errc::CertificateRejected));
  EXPECT_EQ(ending_with(signed_by(pinned, {})), ending(Errc::CertificateRejected));
}

TEST_F(PartialChain, AnExpiredIssuingAuthorityIsRejected) {
  const Authority old(&root_, {.from_seconds = -7200, .until_seconds = -3600});
  trust(old.file());
  EXPECT_EQ(ending_with(old.issue({})), ending(Errc::CertificateRejected));
}

TEST_F(HttpsClientTls, SpeaksTls12ButNothingOlder) {
  const ScriptedServer old(answer_ok, localhost(), TLS1_1_VERSION);
  EXPECT_EQ(ending(get(old)), ending(Errc::TlsFailed));
  const ScriptedServer recent(answer_ok, localhost(), TLS1_2_VERSION);
  EXPECT_EQ(ending(get(recent)), "200 ok");
}

TEST_F(HttpsClientTls, OffersNothingOlderThanTls12WhateverTheSystemAllows) {
  const auto context = net::make_tls_context("");
  ASSERT_TRUE(context);
  SSL_CTX* native = (*context)->native_handle();
  EXPECT_EQ(SSL_CTX_ctrl(native, SSL_CTRL_GET_MIN_PROTO_VERSION, 0, nullptr), TLS1_2_VERSION);
}

TEST_F(HttpsClientTls, FailsAgainstAServerThatSpeaksNoTls) {
  const ScriptedServer server([](Peer& peer) {
    peer.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    peer.close();
  });
  EXPECT_EQ(ending(get(server)), ending(Errc::TlsFailed));
}

TEST_F(HttpsClientTls, FailsWhenTheServerClosesInTheHandshake) {
  const ScriptedServer server([](Peer& peer) { peer.close(); });
  EXPECT_EQ(ending(get(server)), ending(Errc::TlsFailed));
}

TEST_F(HttpsClientTls, TakesAnEndWithoutCloseNotifyForATruncation) {
  for (const std::string head : {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n"}) {
    const ScriptedServer server(
        [&head](Peer& peer) {
          if (peer.read_request().empty()) return;
          peer.send(head + "half of it");
          peer.cut();
        },
        localhost());
    EXPECT_EQ(ending(get(server)), ending(Errc::ConnectionLost));
  }
}

TEST_F(HttpsClientTls, TakesAnEndWithCloseNotifyForTheEnd) {
  const ScriptedServer server(
      [](Peer& peer) {
        if (peer.read_request().empty()) return;
        peer.send("HTTP/1.1 200 OK\r\n\r\nall of it");
        peer.close();
      },
      localhost());
  EXPECT_EQ(ending(get(server)), "200 all of it");
}

TEST_F(HttpsClientTls, NeedsNoCloseNotifyAfterACompleteAnswer) {
  const ScriptedServer server(
      [](Peer& peer) {
        if (peer.read_request().empty()) return;
        peer.send(answer("ok"));
        peer.cut();
      },
      localhost());
  EXPECT_EQ(ending(get(server)), "200 ok");
}

TEST_F(HttpsClientTls, CarriesLargeBodiesBothWays) {
  const std::string large(3 * 1024 * 1024, 'x');
  const ScriptedServer server(
      [](Peer& peer) {
        const std::string request = peer.read_request();
        if (!request.empty()) peer.send(answer(request.substr(request.find("\r\n\r\n") + 4)));
      },
      localhost());
  limits_.body_bytes = large.size();
  auto request = request_to(server, "https", "POST");
  request.body = large;
  const auto result = send(request);
  ASSERT_TRUE(result) << result.error().message();
  EXPECT_TRUE(result->body == large);
}

TEST_F(HttpsClientTls, RefusesAnAuthorityFileThatHoldsNoCertificate) {
  for (const std::string path : {"/nonexistent/ca.pem", "/dev/null", "/"}) {
    net::ClientOptions options;
    options.ca_file = path;
    const auto client = net::make_client(loop_.context.get_executor(), clock_, options);
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code, make_error_code(Errc::PathNotUsable));
    EXPECT_THAT(client.error().where, testing::StartsWith(path));
  }
}

}  // namespace
}  // namespace mactiond::test

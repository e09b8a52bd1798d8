#include "doctor/route_checks.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/iso_time.hpp"

namespace mactiond::doctor {
namespace {

using http::CertificateFault;
using http::Passage;
using Stage = Passage::Stage;

constexpr const char* kProxy = "proxy.example:3128";

WallTime at(const char* text) { return parse_iso_time(text).value(); }

http::PeerCertificate shown() {
  return {"CN=api.example", "CN=Corp Inspection CA,O=Corp", at("2026-01-01T00:00:00Z"),
          at("2027-01-01T00:00:00Z")};
}

Passage stopped(Stage stage, Error error) {
  Passage passage;
  passage.stage = stage;
  passage.error = std::move(error);
  if (stage > Stage::Resolving) passage.addresses = {"192.0.2.1"};
  return passage;
}

Passage through_proxy(Passage passage) {
  passage.proxy = kProxy;
  return passage;
}

Passage refused(CertificateFault fault) {
  Passage passage = stopped(Stage::Tls, Error(Errc::CertificateRejected, "OpenSSL's words"));
  passage.fault = fault;
  passage.certificate = shown();
  return passage;
}

Checks judge(Passage passage, bool is_tls = true, bool secret = false) {
  Route route{"api.example:443", "api-", "api", is_tls, secret, std::move(passage)};
  return route_checks({"region", "eu"}, route, at("2026-11-30T12:00:00Z"));
}

struct Row {
  const char* fault;
  Passage passage;
  const char* check;
  std::vector<std::string> detail;
  std::vector<std::string> remedy;
};

std::vector<Row> unreachable() {
  return {
      {"name unknown",
       stopped(Stage::Resolving, Error(Errc::ResolveFailed, "Name not known")),
       "api-name",
       {"api.example:443", "Name not known"},
       {"correct api", "resolv.conf"}},
      {"name service silent",
       stopped(Stage::Resolving, Error(Errc::DeadlineExceeded, "")),
       "api-name",
       {"gives no answer"},
       {"name service"}},
      {"name of the proxy unknown",
       through_proxy(stopped(Stage::Resolving, Error(Errc::ResolveFailed, "Name not known"))),
       "api-name",
       {kProxy},
       {"HTTPS_PROXY"}},
      {"refused",
       stopped(Stage::Connecting, Error(Errc::ConnectionFailed, "192.0.2.1: Connection refused")),
       "api-connection",
       {"refuses", "192.0.2.1"},
       {"correct api", "start"}},
      {"no route",
       stopped(Stage::Connecting, Error(Errc::DeadlineExceeded, "")),
       "api-connection",
       {"gives no answer"},
       {"firewall", "proxy"}},
      {"forbidden address",
       stopped(Stage::Connecting, Error(Errc::AddressRefused, "169.254.1.1")),
       "api-name",
       {"never contacted"},
       {"correct api"}},
  };
}

std::vector<Row> behind_a_proxy() {
  return {
      {"proxy not there",
       through_proxy(stopped(Stage::Connecting,
                             Error(Errc::ConnectionFailed, "192.0.2.1: Connection refused"))),
       "api-proxy",
       {kProxy, "refuses"},
       {"proxy"}},
      {"proxy wants a user",
       through_proxy(stopped(
           Stage::Tunnel,
           Error(Errc::ProxyFailed, "HTTP 407: the proxy wants a user and a password; set x"))),
       "api-proxy",
       {"wants a user", "407"},
       {"proxy_auth"}},
      {"proxy refuses the user",
       through_proxy(stopped(
           Stage::Tunnel,
           Error(Errc::ProxyFailed, "HTTP 407: the proxy refused the user or the password"))),
       "api-proxy",
       {"refused the user"},
       {"correct proxy_auth"}},
      {"proxy refuses the server",
       through_proxy(stopped(Stage::Tunnel, Error(Errc::ProxyFailed, "HTTP 403"))),
       "api-proxy",
       {"refuses a tunnel", "403"},
       {"allow api.example:443", "NO_PROXY"}},
      {"proxy silent",
       through_proxy(stopped(Stage::Tunnel, Error(Errc::DeadlineExceeded, ""))),
       "api-proxy",
       {"no tunnel"},
       {"proxy's log"}},
  };
}

std::vector<Row> without_tls() {
  return {
      {"inspected",
       refused(CertificateFault::UnknownIssuer),
       "api-tls",
       {"not trusted", "Corp Inspection CA"},
       {"ca_file", "TLS inspection"}},
      {"expired",
       refused(CertificateFault::Expired),
       "api-tls",
       {"expired at 2027-01-01"},
       {"renew", "clock of this host (2026-11-30T12:00:00Z)"}},
      {"not yet valid",
       refused(CertificateFault::NotYetValid),
       "api-tls",
       {"not valid before 2026-01-01"},
       {"set the clock"}},
      {"wrong name",
       refused(CertificateFault::WrongName),
       "api-tls",
       {"CN=api.example is not made for api.example:443"},
       {"correct api"}},
      {"other fault",
       refused(CertificateFault::Other),
       "api-tls",
       {"OpenSSL's words"},
       {"certificate"}},
      {"no TLS there",
       stopped(Stage::Tls, Error(Errc::TlsFailed, "wrong version number")),
       "api-tls",
       {"wrong version number"},
       {"TLS 1.2", "port"}},
      {"TLS silent",
       stopped(Stage::Tls, Error(Errc::DeadlineExceeded, "")),
       "api-tls",
       {"does not answer"},
       {"hangs"}},
      {"CA file unreadable",
       stopped(Stage::Tls, Error(Errc::PathNotUsable, "/ca.pem (none)")),
       "api-tls",
       {"/ca.pem"},
       {"PEM"}},
  };
}

std::vector<Row> rows() {
  std::vector<Row> all = unreachable();
  for (const auto& more : {behind_a_proxy(), without_tls()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

TEST(RouteChecks, NameCauseAndRemedy) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.fault);
    const Checks checks = judge(row.passage);
    ASSERT_FALSE(checks.empty());
    const Check& last = checks.back();
    EXPECT_FALSE(last.ok);
    EXPECT_EQ(last.check, row.check);
    for (const auto& word : row.detail) {
      EXPECT_NE(last.detail.find(word), std::string::npos) << last.detail;
    }
    for (const auto& word : row.remedy) {
      EXPECT_NE(last.remedy.find(word), std::string::npos) << last.remedy;
    }
    for (std::size_t i = 0; i + 1 < checks.size(); ++i) EXPECT_TRUE(checks[i].ok);
  }
}

Passage ready() {
  Passage passage;
  passage.stage = Stage::Ready;
  passage.addresses = {"192.0.2.1", "2001:db8::1"};
  passage.certificate = shown();
  return passage;
}

TEST(RouteChecks, SayWhatIsGood) {
  const Checks checks = judge(through_proxy(ready()));
  ASSERT_EQ(checks.size(), 3U);
  EXPECT_TRUE(all_ok(checks));
  EXPECT_EQ(checks[0].detail, "the proxy proxy.example:3128 is 192.0.2.1, 2001:db8::1");
  EXPECT_EQ(checks[1].check, "api-proxy");
  EXPECT_EQ(checks[2].detail,
            "certificate of CN=Corp Inspection CA,O=Corp, valid until 2027-01-01");
}

TEST(RouteChecks, OfPlainHttpLookAtTheConnection) {
  Passage passage = ready();
  passage.certificate.reset();
  const Checks checks = judge(passage, false);
  ASSERT_EQ(checks.size(), 2U);
  EXPECT_EQ(checks[1].check, "api-connection");
  EXPECT_TRUE(checks[1].ok);
}

// Its issuer has the name of its subject.
TEST(RouteChecks, NameNothingOfASecretServerWithASelfSignedCertificate) {
  for (Passage passage : {ready(), refused(CertificateFault::UnknownIssuer)}) {
    passage.certificate->issuer = passage.certificate->subject;
    for (const Check& check : judge(passage, true, true)) {
      EXPECT_EQ(check.detail.find("api.example"), std::string::npos) << check.detail;
    }
  }
}

TEST(RouteChecks, NameNothingOfASecretServer) {
  for (const Row& row : rows()) {
    SCOPED_TRACE(row.fault);
    for (const Check& check : judge(row.passage, true, true)) {
      if (!row.passage.proxy.empty()) continue;
      const std::string text = check.detail + check.remedy;
      EXPECT_EQ(text.find("api.example"), std::string::npos) << text;
      EXPECT_EQ(text.find("192.0.2.1"), std::string::npos) << text;
    }
  }
  for (const Check& check : judge(ready(), true, true)) {
    EXPECT_EQ(check.detail.find("192.0.2.1"), std::string::npos) << check.detail;
  }
}

}  // namespace
}  // namespace mactiond::doctor

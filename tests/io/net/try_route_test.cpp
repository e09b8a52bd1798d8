#include "net/try_route.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>

#include "io/net/client_fixture.hpp"

namespace mactiond::test {
namespace {

using http::CertificateFault;
using http::Passage;
using Stage = Passage::Stage;
using testing::HasSubstr;

class TryRoute : public testing::Test {
 protected:
  Passage pass(const ScriptedServer& server, const std::string& scheme = "https") {
    return pass(http::Url{scheme, "127.0.0.1", server.port(), "/"});
  }
  Passage pass(const http::Url& url) {
    net::RouteOptions options;
    options.client = client_;
    return loop_.run(
        net::try_route(loop_.context.get_executor(), options, url, std::chrono::seconds(20)));
  }
  CertificateFault fault_of(const Identity& identity) {
    const ScriptedServer server([](Peer& peer) { peer.close(); }, identity);
    const Passage passage = pass(server);
    EXPECT_EQ(passage.stage, Stage::Tls);
    EXPECT_TRUE(passage.certificate);
    return passage.fault;
  }

  Loop loop_;
  net::ClientOptions client_ = [] {
    net::ClientOptions options;
    options.ca_file = authority().file();
    return options;
  }();
};

TEST_F(TryRoute, MakesAConnectionAndSendsNothing) {
  std::string sent = "nothing yet";
  Passage passage;
  {
    const ScriptedServer server([&sent](Peer& peer) { sent = peer.read_request(); }, localhost());
    passage = pass(server);
  }
  EXPECT_EQ(sent, "");
  EXPECT_EQ(passage.stage, Stage::Ready);
  EXPECT_FALSE(passage.error);
  EXPECT_EQ(passage.addresses, std::vector<std::string>{"127.0.0.1"});
  ASSERT_TRUE(passage.certificate);
  EXPECT_EQ(passage.fault, CertificateFault::None);
  EXPECT_THAT(passage.certificate->subject, HasSubstr("mactiond test server"));
  EXPECT_EQ(passage.certificate->not_after - passage.certificate->not_before,
            std::chrono::hours(2));
}

TEST_F(TryRoute, NamesTheFaultOfACertificate) {
  EXPECT_EQ(fault_of(self_signed({})), CertificateFault::UnknownIssuer);
  EXPECT_EQ(fault_of(Authority().issue({})), CertificateFault::UnknownIssuer);
  EXPECT_EQ(fault_of(authority().issue({.until_seconds = -60})), CertificateFault::Expired);
  EXPECT_EQ(fault_of(authority().issue({.from_seconds = 600})), CertificateFault::NotYetValid);
  EXPECT_EQ(fault_of(authority().issue({.names = "DNS:elsewhere.example"})),
            CertificateFault::WrongName);
}

TEST_F(TryRoute, OfPlainHttpEndsWithTheConnection) {
  const ScriptedServer server([](Peer& peer) { peer.close(); });
  const Passage passage = pass(server, "http");
  EXPECT_EQ(passage.stage, Stage::Ready);
  EXPECT_FALSE(passage.certificate);
}

TEST_F(TryRoute, SaysWhereItEnded) {
  client_.lookup = [](const std::string&) -> Result<net::Addresses> {
    return Error(Errc::ResolveFailed, "no such name");
  };
  const Passage unknown = pass({"https", "nowhere.example", "443", "/"});
  EXPECT_EQ(unknown.stage, Stage::Resolving);
  EXPECT_EQ(unknown.error->where, "no such name");
  const Passage refused = pass({"https", "127.0.0.1", "1", "/"});
  EXPECT_EQ(refused.stage, Stage::Connecting);
  EXPECT_THAT(refused.error->where, HasSubstr("refused"));
}

TEST_F(TryRoute, NamesTheProxyThatRefuses) {
  const ScriptedServer proxy([](Peer& peer) {
    if (!peer.read_request().empty()) peer.send("HTTP/1.1 407 No\r\n\r\n");
  });
  client_.proxy = http::Proxy{http::Url{"http", "127.0.0.1", proxy.port(), "/"}, Secret()};
  const Passage passage = pass({"https", "api.example", "443", "/"});
  EXPECT_EQ(passage.stage, Stage::Tunnel);
  EXPECT_EQ(passage.proxy, "127.0.0.1:" + proxy.port());
  EXPECT_THAT(passage.error->where, HasSubstr("wants a user"));
}

TEST_F(TryRoute, NamesACaFileThatIsNotUsable) {
  client_.ca_file = "/nowhere/ca.pem";
  const Passage passage = pass({"https", "127.0.0.1", "1", "/"});
  EXPECT_EQ(passage.stage, Stage::Tls);
  EXPECT_EQ(passage.error->code, Errc::PathNotUsable);
}

}  // namespace
}  // namespace mactiond::test

#include "net/syslog_client.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "io/net/client_fixture.hpp"

namespace mactiond::test {
namespace {

/// Keeps what each connection was sent.
class Receiver {
 public:
  [[nodiscard]] ScriptedServer::Script script() {
    return [this](Peer& peer) {
      for (std::string piece = peer.read_some(); !piece.empty(); piece = peer.read_some()) {
        add(peer.number(), piece);
      }
      peer.close();
      add(peer.number(), ".");
    };
  }
  [[nodiscard]] std::string text() {
    const std::lock_guard lock(mutex_);
    std::string all;
    for (const auto& [number, text] : texts_) all += text;
    return all;
  }

 private:
  void add(int number, const std::string& piece) {
    const std::lock_guard lock(mutex_);
    texts_[number] += piece;
  }
  std::mutex mutex_;
  std::map<int, std::string> texts_;
};

class SyslogClient : public testing::Test {
 protected:
  void connect(const std::string& port) {
    client_ = std::move(*net::SyslogClient::make(loop_.context.get_executor(), clock_, "127.0.0.1",
                                                 port, authority().file()));
  }
  void send(const std::string& octets) {
    const auto sent = loop_.run(client_->send(octets, std::chrono::seconds(8)));
    EXPECT_TRUE(sent) << sent.error().message();
  }
  Loop loop_;
  SteppedClock clock_;
  std::unique_ptr<net::SyslogClient> client_;
};

TEST_F(SyslogClient, OpensANewConnectionAfterAMinuteOfSilence) {
  Receiver receiver;
  ScriptedServer server(receiver.script(), localhost());
  connect(server.port());
  send("a");
  clock_.pass(std::chrono::seconds(59));
  send("b");
  EXPECT_EQ(server.connections(), 1);
  clock_.pass(std::chrono::seconds(60));
  send("c");
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(SyslogClient, ClosesABusyConnectionAfterFiveMinutesAndLosesNothing) {
  Receiver receiver;
  {
    ScriptedServer server(receiver.script(), localhost());
    connect(server.port());
    for (int i = 0; i < 10; ++i) {
      send(std::to_string(i));
      clock_.pass(std::chrono::seconds(30));
    }
    EXPECT_EQ(server.connections(), 1);
    send("x");
    EXPECT_EQ(server.connections(), 2);
    clock_.pass(std::chrono::seconds(10));
    send("y");
    EXPECT_EQ(server.connections(), 2);
    client_.reset();
  }
  EXPECT_EQ(receiver.text(), "0123456789.xy.");
}

TEST_F(SyslogClient, TrustsTheReceiversOwnCertificate) {
  Receiver receiver;
  const Identity identity = authority().issue({});
  const CertificateFile file(identity.certificate.get());
  ScriptedServer server(receiver.script(), identity);
  client_ = std::move(*net::SyslogClient::make(loop_.context.get_executor(), clock_, "127.0.0.1",
                                               server.port(), file.path()));
  send("a");
}

}  // namespace
}  // namespace mactiond::test

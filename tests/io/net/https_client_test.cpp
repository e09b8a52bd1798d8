#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <string>
#include <vector>

#include "io/net/client_fixture.hpp"

namespace mactiond::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class HttpsClient : public ClientTest {};

// Answers every request with its number on the connection.
void count_requests(Peer& peer) {
  for (int i = 0; !peer.read_request().empty(); ++i) {
    peer.send(answer(std::to_string(peer.number()) + '.' + std::to_string(i)));
  }
}

TEST_F(HttpsClient, ReturnsStatusHeadersAndBody) {
  const ScriptedServer server(
      [](Peer& peer) {
        if (peer.read_request().empty()) return;
        peer.send(
            "HTTP/1.1 404 Not Found\r\nX-One: a\r\nx-two:  b \r\nContent-Length: 4\r\n\r\nbody");
        peer.stall();
      },
      localhost());
  const auto result = get(server);
  ASSERT_TRUE(result) << result.error().message();
  EXPECT_EQ(result->status, 404);
  EXPECT_EQ(result->body, "body");
  EXPECT_EQ(http::find_header(result->headers, "x-one"), "a");
  EXPECT_EQ(http::find_header(result->headers, "X-Two"), "b");
}

TEST_F(HttpsClient, SendsWhatItWasGivenAndLittleElse) {
  std::string seen;
  {
    const ScriptedServer server(
        [&seen](Peer& peer) {
          seen = peer.read_request();
          peer.send(answer(""));
        },
        localhost());
    auto request = request_to(server, "https", "POST");
    request.headers.push_back({"Content-Type", "application/json"});
    request.authorization = Secret("Bearer token");
    ASSERT_TRUE(send(request));
    EXPECT_EQ(seen, "POST /path?secret=1 HTTP/1.1\r\nHost: 127.0.0.1:" + server.port() +
                        "\r\nAccept-Encoding: gzip, deflate\r\nContent-Type: application/json\r\n"
                        "Authorization: Bearer token\r\nContent-Length: 4\r\n\r\nbody");
  }
}

TEST_F(HttpsClient, UsesOneConnectionForRequestsInARow) {
  ScriptedServer server(count_requests, localhost());
  EXPECT_EQ(ending(get(server)), "200 0.0");
  EXPECT_EQ(ending(get(server)), "200 0.1");
  EXPECT_EQ(ending(get(server)), "200 0.2");
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpsClient, KeepsNoConnectionWhenAskedNotTo) {
  net::ClientOptions options;
  options.idle_connections = 0;
  use(options);
  ScriptedServer server(count_requests, localhost());
  EXPECT_EQ(ending(get(server)), "200 0.0");
  EXPECT_EQ(ending(get(server)), "200 1.0");
}

TEST_F(HttpsClient, KeepsNoConnectionThatTheServerWillClose) {
  ScriptedServer server([](Peer& peer) {
    if (!peer.read_request().empty()) peer.send(answer("x", "Connection: close\r\n"));
    peer.stall();
  });
  EXPECT_EQ(ending(get_plain(server)), "200 x");
  EXPECT_EQ(ending(get_plain(server)), "200 x");
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(HttpsClient, KeepsNoConnectionWithBytesAfterTheAnswer) {
  ScriptedServer server([](Peer& peer) {
    if (!peer.read_request().empty()) peer.send(answer("x") + answer("smuggled"));
    peer.stall();
  });
  EXPECT_EQ(ending(get_plain(server)), "200 x");
  EXPECT_EQ(ending(get_plain(server)), "200 x");
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(HttpsClient, ServesConcurrentSendsOnConnectionsOfTheirOwn) {
  ScriptedServer server(count_requests, localhost());
  std::vector<std::string> endings;
  for (int i = 0; i < 8; ++i) {
    boost::asio::co_spawn(loop_.context, client_->send(request_to(server, "https"), limits_),
                          [&endings](std::exception_ptr failure, http::SendResult result) {
                            EXPECT_FALSE(failure);
                            endings.push_back(ending(result));
                          });
  }
  loop_.finish();
  ASSERT_EQ(endings.size(), 8U);
  for (const auto& text : endings) EXPECT_THAT(text, testing::EndsWith(".0"));
  EXPECT_EQ(server.connections(), 8);
}

TEST_F(HttpsClient, NeverTakesAConnectionToAnotherPort) {
  const ScriptedServer first([](Peer& peer) {
    while (!peer.read_request().empty()) peer.send(answer("first"));
  });
  const ScriptedServer second([](Peer& peer) {
    while (!peer.read_request().empty()) peer.send(answer("second"));
  });
  EXPECT_EQ(ending(get_plain(first)), "200 first");
  EXPECT_EQ(ending(get_plain(second)), "200 second");
}

// Answers the first request of the first connection and closes when the second one comes.
void close_at_second_request(Peer& peer) {
  if (peer.read_request().empty()) return;
  peer.send(answer("ok"));
  if (peer.number() == 0) {
    static_cast<void>(peer.read_request());
    peer.close();
  } else {
    peer.stall();
  }
}

TEST_F(HttpsClient, ReplacesAConnectionThatWasClosedAtTheRequestForGet) {
  ScriptedServer server(close_at_second_request, localhost());
  EXPECT_EQ(ending(get(server)), "200 ok");
  EXPECT_EQ(ending(get(server)), "200 ok");
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(HttpsClient, SendsNoPostTwiceWhenAConnectionWasClosedAtTheRequest) {
  ScriptedServer server(close_at_second_request, localhost());
  EXPECT_EQ(ending(get(server)), "200 ok");
  EXPECT_EQ(ending(send(request_to(server, "https", "POST"))), ending(Errc::ConnectionLost));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpsClient, SendsACountedGetOnlyOnce) {
  ScriptedServer server(close_at_second_request, localhost());
  limits_.replay = false;
  EXPECT_EQ(ending(get(server)), "200 ok");
  EXPECT_EQ(ending(get(server)), ending(Errc::ConnectionLost));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpsClient, ReplacesOnlyOnce) {
  ScriptedServer server([](Peer& peer) {
    if (peer.read_request().empty()) return;
    if (peer.number() == 0) peer.send(answer("ok"));
    if (peer.number() == 0) static_cast<void>(peer.read_request());
    peer.close();
  });
  EXPECT_EQ(ending(get_plain(server)), "200 ok");
  EXPECT_EQ(ending(get_plain(server)), ending(Errc::ConnectionLost));
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(HttpsClient, DoesNotReplaceAConnectionThatEndedInsideTheAnswer) {
  ScriptedServer server([](Peer& peer) {
    if (peer.read_request().empty()) return;
    peer.send(answer("ok"));
    if (peer.read_request().empty()) return;
    peer.send("HTTP/1.1 200 OK\r\n");
    peer.close();
  });
  EXPECT_EQ(ending(get_plain(server)), "200 ok");
  EXPECT_EQ(ending(get_plain(server)), ending(Errc::ConnectionLost));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpsClient, DoesNotUseAConnectionThatWasClosedWhileIdle) {
  std::promise<void> closed;
  ScriptedServer server([&closed](Peer& peer) {
    if (peer.read_request().empty()) return;
    peer.send(answer(std::to_string(peer.number())));
    if (peer.number() > 0) return peer.stall();
    peer.close();
    closed.set_value();
  });
  EXPECT_EQ(ending(get_plain(server)), "200 0");
  closed.get_future().wait();
  // POST is never repeated, so it would fail if it met the closed connection.
  EXPECT_EQ(ending(send(request_to(server, "http", "POST"))), "200 1");
}

TEST_F(HttpsClient, UsesNoConnectionThatWasIdleForAMinute) {
  ScriptedServer server(count_requests, localhost());
  EXPECT_EQ(ending(get(server)), "200 0.0");
  clock_.pass(std::chrono::seconds(59));
  EXPECT_EQ(ending(get(server)), "200 0.1");
  clock_.pass(std::chrono::seconds(61));
  EXPECT_EQ(ending(send(request_to(server, "https", "POST"))), "200 1.0");
}

TEST_F(HttpsClient, OpensANewConnectionAfterFiveMinutesHoweverBusyTheFormerWas) {
  ScriptedServer server(count_requests);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(ending(get_plain(server)), "200 0." + std::to_string(i));
    clock_.pass(std::chrono::seconds(30));
  }
  EXPECT_EQ(ending(get_plain(server)), "200 1.0");
}

TEST_F(HttpsClient, LooksForTheServerAgainWhenAConnectionIsTooOld) {
  std::atomic<int> lookups = 0;
  net::ClientOptions options;
  options.lookup = [&lookups](const std::string&) {
    ++lookups;
    return net::Addresses(1, boost::asio::ip::make_address("127.0.0.1"));
  };
  use(options);
  ScriptedServer server(count_requests);
  auto request = request_to(server, "http");
  request.url.host = "moving.example";
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(ending(send(request)), "200 0." + std::to_string(i));
    clock_.pass(std::chrono::seconds(30));
  }
  EXPECT_EQ(lookups, 1);
  EXPECT_EQ(ending(send(request)), "200 1.0");
  EXPECT_EQ(lookups, 2);
}

TEST_F(HttpsClient, ClosesTheConnectionsThatItDoesNotUse) {
  std::promise<void> closed;
  ScriptedServer server([&closed](Peer& peer) {
    count_requests(peer);
    if (peer.number() == 0) closed.set_value();
  });
  EXPECT_EQ(ending(get_plain(server)), "200 0.0");
  clock_.pass(std::chrono::minutes(2));
  EXPECT_EQ(ending(get_plain(server)), "200 1.0");
  EXPECT_EQ(closed.get_future().wait_for(std::chrono::seconds(8)), std::future_status::ready);
}

TEST_F(HttpsClient, ReportsAConnectionRefused) {
  std::string port;
  {
    const ScriptedServer gone([](Peer&) {});
    port = gone.port();
  }
  http::Request request;
  request.url = http::Url{"https", "127.0.0.1", port, "/hidden"};
  const auto result = send(request);
  EXPECT_EQ(ending(result), ending(Errc::ConnectionFailed));
  EXPECT_THAT(result.error().where, StartsWith("127.0.0.1:" + port + " (127.0.0.1: "));
}

TEST_F(HttpsClient, NeverNamesTheTargetInAnError) {
  const auto result = get_answer("garbage\r\n\r\n");
  EXPECT_THAT(result.error().message(), Not(HasSubstr("secret")));
  EXPECT_THAT(result.error().message(), StartsWith("127.0.0.1:"));
}

TEST_F(HttpsClient, SendsNothingThatWouldAddAHeaderLine) {
  ScriptedServer server([](Peer& peer) { peer.stall(); });
  auto request = request_to(server, "http");
  request.authorization = Secret("Bearer a\r\nX-Evil: 1");
  EXPECT_EQ(ending(send(request)), ending(Errc::InvalidSecret));
  request.authorization = Secret();
  request.headers.push_back({"X", "a\nb"});
  EXPECT_EQ(ending(send(request)), ending(Errc::MalformedHttp));
  request.headers.clear();
  request.url.target = "/a b";
  EXPECT_EQ(ending(send(request)), ending(Errc::InvalidUrl));
  EXPECT_EQ(server.connections(), 0);
}

}  // namespace
}  // namespace mactiond::test

#include <gmock/gmock.h>

#include <future>
#include <string>
#include <vector>

#include "io/net/client_fixture.hpp"
#include "support/deflated.hpp"

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

TEST_F(HttpsClient, KeepsNoConnectionWhenToldNotTo) {
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
                          [&endings](std::exception_ptr failure, Result<http::Response> result) {
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

TEST_F(HttpsClient, ReadsChunkedBodies) {
  EXPECT_EQ(ending(get_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "5;name=value\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n")),
            "200 hello world");
}

TEST_F(HttpsClient, ReadsAnAnswerThatEndsWithTheConnection) {
  EXPECT_EQ(ending(get_answer("HTTP/1.0 200 OK\r\n\r\nall of it")), "200 all of it");
  EXPECT_EQ(ending(get_answer("HTTP/1.1 200 OK\r\n\r\n")), "200 ");
}

TEST_F(HttpsClient, KeepsNoHttp10ConnectionUnlessOffered) {
  ScriptedServer server([](Peer& peer) {
    while (!peer.read_request().empty()) peer.send("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx");
  });
  EXPECT_EQ(ending(get_plain(server)), "200 x");
  EXPECT_EQ(ending(get_plain(server)), "200 x");
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(HttpsClient, SkipsInterimAnswers) {
  EXPECT_EQ(ending(get_answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n"
                              "Link: </x>\r\n\r\n" +
                              answer("x"))),
            "200 x");
}

TEST_F(HttpsClient, GivesUpOnAFloodOfInterimAnswers) {
  std::string flood;
  while (flood.size() < 100000) flood += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(ending(get_answer(flood + answer("x"))), ending(Errc::HeaderTooLarge));
}

TEST_F(HttpsClient, AnswersToHeadAndNotModifiedHaveNoBody) {
  ScriptedServer server([](Peer& peer) {
    while (!peer.read_request().empty()) {
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Encoding: gzip\r\n\r\n");
    }
  });
  EXPECT_EQ(ending(send(request_to(server, "http", "HEAD"))), "200 ");
  EXPECT_EQ(ending(send(request_to(server, "http", "HEAD"))), "200 ");
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(ending(get_answer("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n")), "304 ");
}

TEST_F(HttpsClient, FollowsNoRedirect) {
  ScriptedServer other([](Peer& peer) { peer.stall(); });
  const auto result =
      get_answer("HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:" + other.port() +
                 "/\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(ending(result), "307 ");
  EXPECT_EQ(other.connections(), 0);
}

TEST_F(HttpsClient, DecodesGzip) {
  const std::string packed = deflated("hello hello hello\n", kGzip);
  EXPECT_EQ(ending(get_answer(answer(packed, "Content-Encoding: gzip\r\n"))),
            "200 hello hello hello\n");
  EXPECT_EQ(ending(get_answer(answer(packed.substr(0, 20), "Content-Encoding: gzip\r\n"))),
            ending(Errc::BadContentEncoding));
}

TEST_F(HttpsClient, StopsADecompressedBodyAtTheLimit) {
  const std::string bomb = deflated(std::string(20 * 1024 * 1024, '\0'), kGzip);
  ASSERT_LT(bomb.size(), limits_.body_bytes);
  EXPECT_EQ(ending(get_answer(answer(bomb, "Content-Encoding: gzip\r\n"))),
            ending(Errc::BodyTooLarge));
}

TEST_F(HttpsClient, RefusesAContentCodingItDidNotAskFor) {
  EXPECT_EQ(ending(get_answer(answer("x", "Content-Encoding: br\r\n"))),
            ending(Errc::BadContentEncoding));
  EXPECT_EQ(ending(get_answer(answer("x", "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n"))),
            ending(Errc::BadContentEncoding));
}

TEST_F(HttpsClient, StopsAtTheBodyLimit) {
  limits_.body_bytes = 10;
  EXPECT_EQ(ending(get_answer(answer("0123456789"))), "200 0123456789");
  EXPECT_EQ(ending(get_answer(answer("0123456789a"))), ending(Errc::BodyTooLarge));
  EXPECT_EQ(ending(get_answer("HTTP/1.1 200 OK\r\n\r\n0123456789a")), ending(Errc::BodyTooLarge));
  EXPECT_EQ(ending(get_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "6\r\n012345\r\n5\r\n6789a\r\n0\r\n\r\n")),
            ending(Errc::BodyTooLarge));
}

TEST_F(HttpsClient, StopsABodyWithoutEndAtTheLimit) {
  ScriptedServer server(
      [](Peer& peer) {
        if (peer.read_request().empty()) return;
        const std::string piece(65536, 'x');
        peer.send("HTTP/1.1 200 OK\r\n\r\n");
        while (peer.send(piece)) continue;
      },
      localhost());
  limits_.body_bytes = 1024 * 1024;
  EXPECT_EQ(ending(get(server)), ending(Errc::BodyTooLarge));
}

TEST_F(HttpsClient, StopsAtTheHeaderLimit) {
  EXPECT_EQ(ending(get_answer(answer("x", "A: " + std::string(3000, 'a') + "\r\n"))), "200 x");
  EXPECT_EQ(ending(get_answer(answer("x", "A: " + std::string(5000, 'a') + "\r\n"))),
            ending(Errc::HeaderTooLarge));
}

TEST_F(HttpsClient, StopsAHeaderOfManyLinesEachComingAlone) {
  ScriptedServer server(
      [](Peer& peer) {
        if (peer.read_request().empty()) return;
        peer.send("HTTP/1.1 200 OK\r\n");
        while (peer.send("X-Line: 0123456789\r\n")) continue;
      },
      localhost());
  EXPECT_EQ(ending(get(server)), ending(Errc::HeaderTooLarge));
}

TEST_F(HttpsClient, RefusesAmbiguousLengths) {
  for (const char* fields :
       {"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
        "Content-Length: 1\r\nContent-Length: 2\r\n", "Content-Length: -1\r\n",
        "Content-Length: 99999999999999999999999\r\n", "Content-Length: 1\r\n x\r\n",
        "Transfer-Encoding: gzip\r\n", "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: identity\r\nContent-Length: 1\r\n"}) {
    SCOPED_TRACE(fields);
    EXPECT_EQ(ending(get_answer(std::string("HTTP/1.1 200 OK\r\n") + fields + "\r\nx")),
              ending(Errc::MalformedHttp));
  }
}

TEST_F(HttpsClient, RefusesWhatIsNotHttp) {
  for (const std::string bytes :
       {"hello\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 200 OK\nX: y\n\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "HTTP/1.1 000 Odd\r\n\r\n"}) {
    SCOPED_TRACE(bytes);
    EXPECT_EQ(ending(get_answer(bytes)), ending(Errc::MalformedHttp));
  }
}

TEST_F(HttpsClient, RefusesBrokenChunks) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(ending(get_answer(head + "zz\r\nx\r\n0\r\n\r\n")), ending(Errc::MalformedHttp));
  EXPECT_EQ(ending(get_answer(head + "1\r\nxy\r\n0\r\n\r\n")), ending(Errc::MalformedHttp));
  EXPECT_EQ(ending(get_answer(head + "1\r\nx\r\n")), ending(Errc::ConnectionLost));
  EXPECT_EQ(ending(get_answer(head + "1\r\nx\r\n0\r\n")), ending(Errc::ConnectionLost));
  EXPECT_EQ(ending(get_answer(head + "1;" + std::string(200000, 'e') + "\r\nx\r\n0\r\n\r\n")),
            ending(Errc::MalformedHttp));
  EXPECT_EQ(ending(get_answer(head + "ffffffffffffffff\r\nx")), ending(Errc::BodyTooLarge));
}

TEST_F(HttpsClient, NoticesABodyThatIsCutOff) {
  EXPECT_EQ(ending(get_answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")),
            ending(Errc::ConnectionLost));
  EXPECT_EQ(ending(get_answer("HTTP/1.1 200 OK\r\nContent-Le")), ending(Errc::ConnectionLost));
  EXPECT_EQ(ending(get_answer("")), ending(Errc::ConnectionLost));
}

TEST_F(HttpsClient, NoticesAResetInsideTheBody) {
  const ScriptedServer server([](Peer& peer) {
    if (peer.read_request().empty()) return;
    peer.send("HTTP/1.1 200 OK\r\n\r\nhalf");
    peer.reset();
  });
  EXPECT_EQ(ending(get_plain(server)), ending(Errc::ConnectionLost));
}

TEST_F(HttpsClient, ReadsAnAnswerThatComesByteByByte) {
  const std::string text =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
  ScriptedServer server(
      [&text](Peer& peer) {
        if (peer.read_request().empty()) return;
        for (const char byte : text) peer.send({&byte, 1});
        peer.stall();
      },
      localhost());
  EXPECT_EQ(ending(get(server)), "200 ok");
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

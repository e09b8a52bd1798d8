#include <string>

#include "io/net/client_fixture.hpp"
#include "support/deflated.hpp"

namespace mactiond::test {
namespace {

class HttpsClientAnswer : public ClientTest {};

TEST_F(HttpsClientAnswer, ReadsChunkedBodies) {
  EXPECT_EQ(ending(get_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "5;name=value\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n")),
            "200 hello world");
}

TEST_F(HttpsClientAnswer, ReadsAnAnswerThatEndsWithTheConnection) {
  EXPECT_EQ(ending(get_answer("HTTP/1.0 200 OK\r\n\r\nall of it")), "200 all of it");
  EXPECT_EQ(ending(get_answer("HTTP/1.1 200 OK\r\n\r\n")), "200 ");
}

TEST_F(HttpsClientAnswer, KeepsNoHttp10ConnectionUnlessOffered) {
  ScriptedServer server([](Peer& peer) {
    while (!peer.read_request().empty()) peer.send("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx");
  });
  EXPECT_EQ(ending(get_plain(server)), "200 x");
  EXPECT_EQ(ending(get_plain(server)), "200 x");
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(HttpsClientAnswer, SkipsInterimAnswers) {
  EXPECT_EQ(ending(get_answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n"
                              "Link: </x>\r\n\r\n" +
                              answer("x"))),
            "200 x");
}

TEST_F(HttpsClientAnswer, GivesUpOnAFloodOfInterimAnswers) {
  std::string flood;
  while (flood.size() < 100000) flood += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(ending(get_answer(flood + answer("x"))), ending(Errc::HeaderTooLarge));
}

TEST_F(HttpsClientAnswer, AnswersToHeadAndNotModifiedHaveNoBody) {
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

TEST_F(HttpsClientAnswer, FollowsNoRedirect) {
  ScriptedServer other([](Peer& peer) { peer.stall(); });
  const auto result =
      get_answer("HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:" + other.port() +
                 "/\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(ending(result), "307 ");
  EXPECT_EQ(other.connections(), 0);
}

TEST_F(HttpsClientAnswer, DecodesGzip) {
  const std::string packed = deflated("hello hello hello\n", kGzip);
  EXPECT_EQ(ending(get_answer(answer(packed, "Content-Encoding: gzip\r\n"))),
            "200 hello hello hello\n");
  EXPECT_EQ(ending(get_answer(answer(packed.substr(0, 20), "Content-Encoding: gzip\r\n"))),
            ending(Errc::BadContentEncoding));
}

TEST_F(HttpsClientAnswer, StopsADecompressedBodyAtTheLimit) {
  const std::string bomb = deflated(std::string(20 * 1024 * 1024, '\0'), kGzip);
  ASSERT_LT(bomb.size(), limits_.body_bytes);
  EXPECT_EQ(ending(get_answer(answer(bomb, "Content-Encoding: gzip\r\n"))),
            ending(Errc::BodyTooLarge));
}

TEST_F(HttpsClientAnswer, RefusesAContentCodingItDidNotAskFor) {
  EXPECT_EQ(ending(get_answer(answer("x", "Content-Encoding: br\r\n"))),
            ending(Errc::BadContentEncoding));
  EXPECT_EQ(ending(get_answer(answer("x", "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n"))),
            ending(Errc::BadContentEncoding));
}

TEST_F(HttpsClientAnswer, AnErrorAnswerKeepsItsStatusWhateverItsBodyIs) {
  for (const char* coding : {"br", "gzip"}) {
    EXPECT_EQ(
        ending(get_answer("HTTP/1.1 400 Bad Request\r\nContent-Length: 1\r\nContent-Encoding: " +
                          std::string(coding) + "\r\n\r\nx")),
        "400 ");
  }
}

TEST_F(HttpsClientAnswer, StopsAtTheBodyLimit) {
  limits_.body_bytes = 10;
  EXPECT_EQ(ending(get_answer(answer("0123456789"))), "200 0123456789");
  EXPECT_EQ(ending(get_answer(answer("0123456789a"))), ending(Errc::BodyTooLarge));
  EXPECT_EQ(ending(get_answer("HTTP/1.1 200 OK\r\n\r\n0123456789a")), ending(Errc::BodyTooLarge));
  EXPECT_EQ(ending(get_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "6\r\n012345\r\n5\r\n6789a\r\n0\r\n\r\n")),
            ending(Errc::BodyTooLarge));
}

TEST_F(HttpsClientAnswer, StopsABodyWithoutEndAtTheLimit) {
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

TEST_F(HttpsClientAnswer, ABodyThatFailsDoesNotFailAnAnswerWhoseHeadSuffices) {
  limits_.head_suffices = true;
  limits_.body_bytes = 10;
  EXPECT_EQ(ending(get_answer(answer("0123456789a"))), "200 ") << "too large";
  EXPECT_EQ(ending(get_answer("HTTP/1.1 200 OK\r\n\r\n0123456789a")), "200 ");
  EXPECT_EQ(ending(get_answer(answer("x", "Content-Encoding: br\r\n"))), "200 ");
  EXPECT_EQ(ending(get_answer("HTTP/1.1 410 Gone\r\nContent-Length: 5\r\n\r\nx")), "410 ");
  EXPECT_EQ(ending(get_answer("HTTP/1.1 200 OK\r\nContent-")), ending(Errc::ConnectionLost));
}

TEST_F(HttpsClientAnswer, StopsAtTheHeaderLimit) {
  EXPECT_EQ(ending(get_answer(answer("x", "A: " + std::string(3000, 'a') + "\r\n"))), "200 x");
  EXPECT_EQ(ending(get_answer(answer("x", "A: " + std::string(5000, 'a') + "\r\n"))),
            ending(Errc::HeaderTooLarge));
}

TEST_F(HttpsClientAnswer, StopsAHeaderOfManyLinesEachComingAlone) {
  ScriptedServer server(
      [](Peer& peer) {
        if (peer.read_request().empty()) return;
        peer.send("HTTP/1.1 200 OK\r\nX");
        while (peer.send("-Line: 0123456789\r\nX")) continue;
      },
      localhost());
  EXPECT_EQ(ending(get(server)), ending(Errc::HeaderTooLarge));
}

TEST_F(HttpsClientAnswer, RefusesAmbiguousLengths) {
  for (const char* fields :
       {"Content-Length: 1\r\nContent-Length: 2\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: x\r\n",
        "Content-Length: 1\r\nTransfer-Encoding: gzip, chunked\r\n",
        "Content-Length: 1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: -1\r\n", "Content-Length: 99999999999999999999999\r\n",
        "Content-Length: 1\r\n x\r\n", "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: identity\r\nContent-Length: 1\r\n"}) {
    SCOPED_TRACE(fields);
    EXPECT_EQ(ending(get_answer(std::string("HTTP/1.1 200 OK\r\n") + fields + "\r\nx")),
              ending(Errc::MalformedHttp));
  }
}

// The chunks count, and the connection is used for nothing else.
TEST_F(HttpsClientAnswer, TakesALengthBesideChunkedAndKeepsNoSuchConnection) {
  for (const std::string fields : {"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
                                   "Transfer-Encoding: chunked\r\nContent-Length: 999\r\n",
                                   "Content-Length: 5\nTransfer-Encoding: chunked\n",
                                   "Content-Length: 1\r\nContent-Length: 2\r\n"
                                   "Transfer-Encoding: chunked\r\n"}) {
    SCOPED_TRACE(fields);
    ScriptedServer server([&fields](Peer& peer) {
      while (!peer.read_request().empty()) {
        peer.send("HTTP/1.1 200 OK\r\n" + fields + "\r\n5\r\nhello\r\n0\r\n\r\n");
      }
    });
    EXPECT_EQ(ending(get_plain(server)), "200 hello");
    EXPECT_EQ(ending(get_plain(server)), "200 hello");
    EXPECT_EQ(server.connections(), 2);
  }
}

TEST_F(HttpsClientAnswer, TakesAStatusLineWithoutAReason) {
  for (const char* line :
       {"HTTP/1.1 200\r\n", "HTTP/1.1 200 \r\n", "HTTP/1.1 200\n", "HTTP/1.1 200\t\r\n"}) {
    EXPECT_EQ(ending(get_answer(std::string(line) + "Content-Length: 1\r\n\r\nx")), "200 x");
    EXPECT_EQ(ending(get_answer("HTTP/1.1 100\r\n\r\n" + std::string(line) + "\r\nall")),
              "200 all");
  }
}

TEST_F(HttpsClientAnswer, TakesLinesThatEndInABareLineFeed) {
  EXPECT_EQ(ending(get_answer("HTTP/1.1 200 OK\nContent-Length: 3\nX: y\n\na\nb")), "200 a\nb");
  EXPECT_EQ(ending(get_answer("HTTP/1.1 200 OK\nX: y\r\n\nall\n")), "200 all\n");
  EXPECT_EQ(ending(get_answer("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n"
                              "3\na\nb\n2;e\r\n\r\n\n0\nX-Trailer: 1\n\n")),
            "200 a\nb\r\n");
  EXPECT_EQ(ending(get_answer("HTTP/1.1 103 Early Hints\nLink: </x>\n\n" + answer("x"))), "200 x");
}

TEST_F(HttpsClientAnswer, RefusesWhatIsNotHttp) {
  for (const std::string bytes :
       {"hello\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 200 OK\rX: y\r\r", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\nno colon\n\n", "HTTP/1.1 200OK\n\n", "\nHTTP/1.1 200 OK\n\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "HTTP/1.1 000 Odd\r\n\r\n"}) {
    SCOPED_TRACE(bytes);
    EXPECT_EQ(ending(get_answer(bytes)), ending(Errc::MalformedHttp));
  }
}

TEST_F(HttpsClientAnswer, RefusesBrokenChunks) {
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(ending(get_answer(head + "zz\r\nx\r\n0\r\n\r\n")), ending(Errc::MalformedHttp));
  EXPECT_EQ(ending(get_answer(head + "1\r\nxy\r\n0\r\n\r\n")), ending(Errc::MalformedHttp));
  EXPECT_EQ(ending(get_answer(head + "1\r\nx\r\n")), ending(Errc::ConnectionLost));
  EXPECT_EQ(ending(get_answer(head + "1\r\nx\r\n0\r\n")), ending(Errc::ConnectionLost));
  EXPECT_EQ(ending(get_answer(head + "1;" + std::string(200000, 'e') + "\r\nx\r\n0\r\n\r\n")),
            ending(Errc::MalformedHttp));
  EXPECT_EQ(ending(get_answer(head + "ffffffffffffffff\r\nx")), ending(Errc::BodyTooLarge));
}

TEST_F(HttpsClientAnswer, NoticesABodyThatIsCutOff) {
  EXPECT_EQ(ending(get_answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")),
            ending(Errc::ConnectionLost));
  EXPECT_EQ(ending(get_answer("HTTP/1.1 200 OK\r\nContent-Le")), ending(Errc::ConnectionLost));
  EXPECT_EQ(ending(get_answer("")), ending(Errc::ConnectionLost));
}

TEST_F(HttpsClientAnswer, NoticesAResetInsideTheBody) {
  const ScriptedServer server([](Peer& peer) {
    if (peer.read_request().empty()) return;
    peer.send("HTTP/1.1 200 OK\r\n\r\nhalf");
    peer.reset();
  });
  EXPECT_EQ(ending(get_plain(server)), ending(Errc::ConnectionLost));
}

TEST_F(HttpsClientAnswer, ReadsAnAnswerThatComesByteByByte) {
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

}  // namespace
}  // namespace mactiond::test

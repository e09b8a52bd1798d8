#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

#include "io/net/download_fixture.hpp"

namespace mactiond::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

class DownloadBreak : public DownloadTest {};

const std::string kHalf = "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 10\r\n\r\n0123";

std::string part(const std::string& range, const std::string& body,
                 const std::string& fields = "ETag: \"a\"\r\n") {
  return "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " + range + "\r\n" + fields +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST_F(DownloadBreak, IsResumedByRange) {
  EXPECT_EQ(fetch({kHalf, part("4-9/10", "456789")}), "whole: 0123456789");
  ASSERT_EQ(requests_.size(), 2U);
  EXPECT_THAT(requests_[1], HasSubstr("\r\nRange: bytes=4-\r\nIf-Range: \"a\"\r\n"));
}

TEST_F(DownloadBreak, IsResumedAgainAndAgain) {
  const std::string more =
      "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 4-9/10\r\nETag: \"a\"\r\n"
      "Content-Length: 6\r\n\r\n45";
  EXPECT_EQ(fetch({kHalf, more, "", part("6-9/10", "6789")}), "whole: 0123456789");
}

TEST_F(DownloadBreak, IsSkippedOverWhereTheServerStartsOver) {
  EXPECT_EQ(fetch({kHalf, answer("0123456789", "ETag: \"a\"\r\n")}), "whole: 0123456789");
  EXPECT_THAT(fetch({kHalf, answer("abcdefghij", "ETag: \"b\"\r\n")}),
              StartsWith("after 0123: 127.0.0.1: the file changed on the server"));
  EXPECT_THAT(fetch({kHalf, answer("abcdefghij")}), StartsWith("after 0123: 127.0.0.1: the file"));
}

TEST_F(DownloadBreak, EndsAtAWrongPart) {
  EXPECT_THAT(fetch({kHalf, part("3-9/10", "3456789")}), HasSubstr("another part of the file"));
  EXPECT_THAT(fetch({kHalf, part("4-9/10", "456789", "ETag: \"b\"\r\n")}), HasSubstr("changed"));
  EXPECT_THAT(fetch({kHalf,
                     "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */3\r\n"
                     "Content-Length: 0\r\n\r\n"}),
              HasSubstr("changed on the server"));
  EXPECT_THAT(fetch({kHalf, "HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"}),
              StartsWith("after 0123: 127.0.0.1: the server redirects"));
}

TEST_F(DownloadBreak, EndsWhereTheServerCannotResume) {
  EXPECT_EQ(fetch({"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123"}),
            "after 0123: 127.0.0.1: the download broke off (the connection ended before the answer "
            "was complete) and the server cannot resume it; run the command again");
}

TEST_F(DownloadBreak, IsSeenInChunksAndWithoutALength) {
  EXPECT_THAT(fetch({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n"}),
              HasSubstr("broke off"));
  const ScriptedServer server(
      [](Peer& peer) {
        if (peer.read_request().empty()) return;
        peer.send("HTTP/1.1 200 OK\r\n\r\n0123");
        peer.cut();
      },
      localhost());
  EXPECT_THAT(fetch(server), HasSubstr("broke off")) << "TLS did not end in order";
}

TEST_F(DownloadBreak, OfChunksThatAreNoneIsTheEnd) {
  EXPECT_THAT(fetch({"HTTP/1.1 200 OK\r\nETag: \"a\"\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "4\r\n0123\r\nnone\r\n"}),
              HasSubstr("bad chunk"));
  EXPECT_EQ(connections_, 1);
}

TEST_F(DownloadBreak, HappensSoManyTimesAtMost) {
  EXPECT_EQ(fetch({kHalf}),
            "after 0123: 127.0.0.1: the download broke off 4 times, the last time: the connection "
            "ended before the answer was complete");
  EXPECT_EQ(connections_, 4);
}

TEST_F(DownloadBreak, IsRepeatedBeforeTheFirstByteToo) {
  EXPECT_EQ(fetch({"", "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", answer("0123")}),
            "whole: 0123");
}

TEST_F(DownloadBreak, IsAnAnswerThatNeverBegins) {
  limits_.head = 50ms;
  const ScriptedServer server([](Peer& peer) { peer.stall(); }, localhost());
  EXPECT_THAT(fetch(server), StartsWith("refused: 127.0.0.1: the download broke off 4 times"));
  limits_.plan.breaks = 1'000'000;
  limits_.begin = 300ms;
  EXPECT_EQ(fetch(server), "refused: 127.0.0.1: the server does not send the file in time");
}

TEST_F(DownloadBreak, IsABodyThatNeverEnds) {
  limits_.silence = 50ms;
  ScriptedServer server(
      [](Peer& peer) {
        if (peer.read_request().empty()) return;
        const std::string rest = part("4-9/10", "456789");
        peer.send(peer.number() == 0 ? kHalf : rest.substr(0, rest.size() - 6));
        peer.stall();
      },
      localhost());
  EXPECT_THAT(fetch(server), EndsWith("4 times, the last time: no complete answer before the "
                                      "deadline"));
  EXPECT_EQ(server.connections(), 4);
}

TEST_F(DownloadBreak, IsABodyThatDrips) {
  limits_.slow_time = 100ms;
  limits_.slow_bytes = 1000;
  const ScriptedServer server(
      [](Peer& peer) {
        if (peer.read_request().empty()) return;
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        peer.drip(std::string(100'000, 'x'), 10ms);
      },
      localhost());
  EXPECT_THAT(fetch(server), HasSubstr("broke off (too few bytes came)"));
}

TEST_F(DownloadBreak, IsTheEndAfterTheWholeTime) {
  limits_.total = 300ms;
  const ScriptedServer server(
      [](Peer& peer) {
        if (peer.read_request().empty()) return;
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        peer.drip(std::string(100'000, 'x'), 10ms);
      },
      localhost());
  EXPECT_THAT(fetch(server), EndsWith("the download takes too long"));
}

}  // namespace
}  // namespace mactiond::test

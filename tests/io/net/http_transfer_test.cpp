#include <gmock/gmock.h>

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "http/client.hpp"
#include "io/net/http_server_fixture.hpp"
#include "io/net/raw_client.hpp"
#include "net/await.hpp"

namespace mactiond::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// What became of a source.
struct Fate {
  std::atomic<int> pieces = 0;  ///< asked for
  std::promise<void> gone;
};

/// Pieces of a body, then its end, a break or silence.
class Source final : public http::BodySource {
 public:
  enum class End { Whole, Break, Silence, Never };
  Source(Fate& fate, int pieces, End end) : fate_(fate), left_(pieces), end_(end) {}
  ~Source() override { fate_.gone.set_value(); }

  Task<Result<std::string>> next() override {
    ++fate_.pieces;
    if (end_ == End::Never) co_return std::string(65536, 'x');
    if (left_-- > 0) co_return std::string("0123456789abcdef!");
    if (end_ == End::Whole) co_return std::string();
    if (end_ == End::Break) co_return Error(Errc::ConnectionLost, "");
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer never(executor, boost::asio::steady_timer::time_point::max());
    co_await never.async_wait(net::kAwait);
    co_return Error(Errc::Cancelled, "");
  }

 private:
  Fate& fate_;
  int left_;
  End end_;
};

/// A server that answers by transfers, at once or later.
struct Transferring {
  Fate fate;
  Source::End end = Source::End::Whole;
  Serving serving{[this](const http::Request& request) -> http::Answer {
    if (request.url.target == "/echo") return echo(request);
    const bool has_size = request.url.target == "/size";
    return http::Later{[this, has_size](const auto& done) {
      http::Transfer transfer;
      transfer.headers = {{"Content-Type", "application/zip"}};
      if (has_size) transfer.size = 34;
      transfer.body = std::make_shared<Source>(fate, 2, end);
      done(std::move(transfer));
    }};
  }};

  std::string ask(const std::string& target, const std::string& method = "GET") {
    RawClient client(serving.port());
    client.send(method + ' ' + target + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    return client.read_to_end();
  }
};

TEST_F(HttpServer, TransfersABodyOfKnownSize) {
  Transferring transferring;
  EXPECT_EQ(transferring.ask("/size"),
            "HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nContent-Length: 34\r\n"
            "Connection: close\r\n\r\n0123456789abcdef!0123456789abcdef!");
}

TEST_F(HttpServer, TransfersABodyInChunks) {
  Transferring transferring;
  EXPECT_EQ(transferring.ask("/chunks"),
            "HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\nTransfer-Encoding: chunked\r\n"
            "Connection: close\r\n\r\n11\r\n0123456789abcdef!\r\n11\r\n0123456789abcdef!\r\n"
            "0\r\n\r\n");
}

TEST_F(HttpServer, TransfersTheHeaderAloneForHead) {
  Transferring transferring;
  EXPECT_THAT(transferring.ask("/size", "HEAD"), EndsWith("Connection: close\r\n\r\n"));
  transferring.fate.gone.get_future().get();
  EXPECT_EQ(transferring.fate.pieces, 0);
}

TEST_F(HttpServer, NeverShowsAPartAsTheWhole) {
  for (const std::string target : {"/chunks", "/size"}) {
    Transferring transferring;
    transferring.end = Source::End::Break;
    const std::string answer = transferring.ask(target);
    EXPECT_THAT(answer, HasSubstr("0123456789abcdef!"));
    EXPECT_THAT(answer, Not(EndsWith("0\r\n\r\n")));
    transferring.fate.gone.get_future().get();
  }
}

TEST_F(HttpServer, GivesATransferUpWhereTheClientLeaves) {
  Transferring transferring;
  transferring.end = Source::End::Silence;
  {
    RawClient client(transferring.serving.port());
    client.send("GET /chunks HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(client.read_until("11\r\n0123456789abcdef!\r\n11\r\n0123456789abcdef!\r\n"),
                StartsWith("HTTP/1.1 200 OK"));
  }
  transferring.fate.gone.get_future().get();
}

TEST_F(HttpServer, GivesATransferUpWhereItStops) {
  Transferring transferring;
  transferring.end = Source::End::Silence;
  RawClient client(transferring.serving.port());
  client.send("GET /chunks HTTP/1.1\r\nHost: h\r\n\r\n");
  client.read_until("11\r\n0123456789abcdef!\r\n11\r\n0123456789abcdef!\r\n");
  transferring.serving.stop();
  EXPECT_TRUE(transferring.serving.ended_in_order());
  transferring.fate.gone.get_future().get();
  EXPECT_THAT(client.read_to_end(), Not(HasSubstr("0\r\n\r\n")));
}

TEST_F(HttpServer, TransfersNoFasterThanTheClientReads) {
  Transferring transferring;
  transferring.end = Source::End::Never;
  RawClient client(transferring.serving.port());
  client.send("GET /chunks HTTP/1.1\r\nHost: h\r\n\r\n");
  int before = -1;
  // It stands still once the buffers of both sockets are full.
  while (before != transferring.fate.pieces) {
    before = transferring.fate.pieces;
    for (int i = 0; i < 20; ++i) EXPECT_THAT(transferring.ask("/echo"), HasSubstr("GET /echo"));
  }
  EXPECT_LT(transferring.fate.pieces, 200) << "12 MiB";
}

}  // namespace
}  // namespace mactiond::test

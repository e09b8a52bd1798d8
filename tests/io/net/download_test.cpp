#include <gmock/gmock.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <future>
#include <string>

#include "io/net/download_fixture.hpp"

namespace mactiond::test {
namespace {

using testing::HasSubstr;

class Download : public DownloadTest {};

Task<bool> fetch_pieces(net::Download& download, std::string& all, std::size_t& largest) {
  const auto begun = co_await download.begin();
  if (!begun) co_return false;
  for (;;) {
    auto piece = co_await download.next();
    if (!piece) co_return false;
    if (piece->empty()) co_return true;
    largest = std::max(largest, piece->size());
    all += *piece;
  }
}

TEST_F(Download, BringsTheWholeBody) {
  EXPECT_EQ(fetch({answer("0123456789", "ETag: \"a\"\r\n")}), "whole: 0123456789");
  EXPECT_EQ(fetch({answer("")}), "whole: ");
  EXPECT_EQ(fetch({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n2\r\n45\r\n"
                   "0\r\n\r\n"}),
            "whole: 012345");
  EXPECT_EQ(fetch({"HTTP/1.1 200 OK\r\n\r\n0123"}), "whole: 0123") << "to the end of the stream";
}

TEST_F(Download, BringsALargeBodyInSmallPieces) {
  std::string body(std::size_t{3} << 20U, 'x');
  for (std::size_t i = 0; i < body.size(); i += 7) body[i] = static_cast<char>(i);
  const auto server = server_of({answer(body)});
  const auto download = download_from(*server);
  std::size_t largest = 0;
  std::string all;
  EXPECT_TRUE(loop_.run(fetch_pieces(*download, all, largest)));
  EXPECT_TRUE(all == body);
  EXPECT_LE(largest, std::size_t{128} * 1024);
  EXPECT_EQ(download->size(), body.size());
  EXPECT_EQ(download->received(), body.size());
}

TEST_F(Download, SendsNoTokenAndWantsNoEncoding) {
  std::string port;
  {
    const auto server = server_of({answer("x")});
    port = server->port();
    EXPECT_EQ(fetch(*server), "whole: x");
  }
  ASSERT_EQ(requests_.size(), 1U);
  EXPECT_EQ(requests_[0], "GET /file?sig=s3cret HTTP/1.1\r\nHost: 127.0.0.1:" + port +
                              "\r\nAccept-Encoding: identity\r\n\r\n");
}

TEST_F(Download, FollowsNoRedirect) {
  EXPECT_EQ(fetch({"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/b\r\n"
                   "Content-Length: 0\r\n\r\n"}),
            "refused: 127.0.0.1: the server redirects (HTTP 302), which is not followed");
  EXPECT_EQ(connections_, 1);
}

TEST_F(Download, SaysWhyThereIsNothing) {
  EXPECT_EQ(fetch({"HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\ns3cret"}),
            "refused: 127.0.0.1: the server refuses the link (HTTP 403): it may have expired; run "
            "the command again");
  limits_.plan.bytes = 5;
  EXPECT_EQ(fetch({answer("012345")}), "refused: 127.0.0.1: the file is larger than 5 B");
  EXPECT_EQ(fetch({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n4\r\n4567"
                   "\r\n0\r\n\r\n"}),
            "after : 127.0.0.1: the file is larger than 5 B");
}

TEST_F(Download, WantsACertificateThatIsTrusted) {
  const Authority stranger;
  const ScriptedServer server([](Peer& peer) { peer.stall(); }, stranger.issue({}));
  EXPECT_THAT(fetch(server), HasSubstr("refused: 127.0.0.1:" + server.port()));
  EXPECT_THAT(fetch(server), HasSubstr("the server's certificate was not accepted"));
}

TEST_F(Download, GoesThroughTheProxy) {
  std::promise<std::string> tunnel;
  const ScriptedServer proxy([&tunnel](Peer& peer) {
    tunnel.set_value(peer.read_request());
    peer.send("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
    peer.stall();
  });
  net::ClientOptions options;
  options.proxy = http::Proxy{{"http", "127.0.0.1", proxy.port(), "/"}, {}};
  use(options);
  EXPECT_THAT(fetch({answer("x")}), HasSubstr("the proxy refused or broke the tunnel"));
  EXPECT_THAT(tunnel.get_future().get(), HasSubstr("CONNECT 127.0.0.1:"));
}

TEST_F(Download, ClosesItsConnectionWhereItIsGivenUp) {
  std::promise<bool> closed;
  const ScriptedServer server(
      [&closed](Peer& peer) {
        if (peer.read_request().empty()) return;
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123");
        closed.set_value(peer.wait(std::chrono::seconds(20)));
      },
      localhost());
  auto download = download_from(server);
  EXPECT_TRUE(loop_.run(download->begin()));
  download.reset();
  EXPECT_TRUE(closed.get_future().get());
}

TEST_F(Download, EndsOnceWhereItIsCancelled) {
  const ScriptedServer server(
      [](Peer& peer) {
        if (peer.read_request().empty()) return;
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nETag: \"a\"\r\n\r\n0123");
        peer.stall();
      },
      localhost());
  const auto download = download_from(server);
  boost::asio::cancellation_signal signal;
  std::string ending;
  boost::asio::co_spawn(loop_.context, fetch_all(*download),
                        boost::asio::bind_cancellation_slot(
                            signal.slot(), [&ending](std::exception_ptr failure, std::string text) {
                              ending += failure ? "thrown" : text;
                            }));
  while (download->received() < 4) loop_.context.run_one();
  loop_.on_loop([&] { signal.emit(boost::asio::cancellation_type::terminal); });
  loop_.finish();
  EXPECT_EQ(ending, "cancelled after 0123");
}

}  // namespace
}  // namespace mactiond::test

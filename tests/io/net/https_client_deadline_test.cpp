#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <string>

#include "io/net/client_fixture.hpp"

namespace mactiond::test {
namespace {

using std::chrono::milliseconds;

class HttpsClientDeadline : public ClientTest {
 protected:
  // The exact limit plus what a busy machine may add.
  void expect_elapsed(milliseconds limit) {
    EXPECT_GE(loop_.elapsed, limit - milliseconds(5));
    EXPECT_LT(loop_.elapsed, limit + std::chrono::seconds(8));
  }
};

TEST_F(HttpsClientDeadline, HoldsWhenTheHandshakeStalls) {
  const ScriptedServer server([](Peer& peer) { peer.stall(); });
  limits_.connect_timeout = milliseconds(200);
  const auto result = get(server);
  EXPECT_EQ(ending(result), ending(Errc::DeadlineExceeded));
  EXPECT_EQ(result.error().where, "127.0.0.1:" + server.port() + " (TLS handshake)");
  EXPECT_FALSE(result.error().begun);
  expect_elapsed(milliseconds(200));
}

TEST_F(HttpsClientDeadline, HoldsWhenTheAnswerDoesNotBegin) {
  const ScriptedServer server([](Peer& peer) { peer.stall(); }, localhost());
  limits_.timeout = milliseconds(1000);  // the handshake needs a part of it
  const auto result = get(server);
  EXPECT_EQ(ending(result), ending(Errc::DeadlineExceeded));
  EXPECT_EQ(result.error().where, "127.0.0.1:" + server.port() + " (waiting for the answer)");
  EXPECT_TRUE(result.error().begun);
  expect_elapsed(milliseconds(1000));
}

TEST_F(HttpsClientDeadline, TheConnectLimitDoesNotCoverTheAnswer) {
  const ScriptedServer server(
      [](Peer& peer) {
        if (peer.read_request().empty()) return;
        peer.drip(answer("ok"), milliseconds(40));
        peer.stall();
      },
      localhost());
  limits_.connect_timeout = milliseconds(1000);
  EXPECT_EQ(ending(get(server)), "200 ok");
}

TEST_F(HttpsClientDeadline, HoldsWhenTheAnswerStalls) {
  for (const std::string part :
       {"HTTP/1.1 200 OK\r\nContent-", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1234",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n"}) {
    SCOPED_TRACE(part);
    const ScriptedServer server(
        [&part](Peer& peer) {
          if (peer.read_request().empty()) return;
          peer.send(part);
          peer.stall();
        },
        localhost());
    limits_.timeout = milliseconds(200);
    EXPECT_EQ(ending(get(server)), ending(Errc::DeadlineExceeded));
    expect_elapsed(milliseconds(200));
  }
}

TEST_F(HttpsClientDeadline, HoldsAgainstASlowDrip) {
  for (const std::string start : {"", "HTTP/1.1 200 OK\r\n\r\n"}) {
    const ScriptedServer server(
        [&start](Peer& peer) {
          if (peer.read_request().empty()) return;
          peer.send(start);
          peer.drip("HTTP/1.1 200 OK\r\nX: " + std::string(4000, 'x'), milliseconds(10));
        },
        localhost());
    limits_.timeout = milliseconds(300);
    EXPECT_EQ(ending(get(server)), ending(Errc::DeadlineExceeded));
    expect_elapsed(milliseconds(300));
  }
}

TEST_F(HttpsClientDeadline, HoldsWhenTheServerReadsNothing) {
  std::promise<void> over;
  auto until_over = over.get_future().share();
  const ScriptedServer server([until_over](Peer&) { until_over.wait(); });
  limits_.timeout = milliseconds(200);
  auto request = request_to(server, "http", "POST");
  request.body.assign(64 * 1024 * 1024, 'x');
  const auto result = send(request);
  EXPECT_EQ(ending(result), ending(Errc::DeadlineExceeded));
  EXPECT_TRUE(result.error().begun) << "a part of it";
  expect_elapsed(milliseconds(200));
  over.set_value();
}

TEST_F(HttpsClientDeadline, SendsNothingWhenThereIsNoTimeLeft) {
  ScriptedServer server([](Peer& peer) { peer.stall(); });
  limits_.timeout = Duration(0);
  EXPECT_EQ(ending(get_plain(server)), ending(Errc::DeadlineExceeded));
  limits_.timeout = milliseconds(-1);
  const auto result = get_plain(server);
  EXPECT_EQ(ending(result), ending(Errc::DeadlineExceeded));
  EXPECT_FALSE(result.error().begun);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(HttpsClientDeadline, ARequestIsNotSentAgainAfterTheConnectLimit) {
  ScriptedServer server([](Peer& peer) {
    if (peer.read_request().empty()) return;
    peer.send(answer("ok"));
    if (peer.read_request().empty()) return;
    peer.wait(milliseconds(400));
    peer.close();
  });
  EXPECT_EQ(ending(get_plain(server)), "200 ok");
  limits_.connect_timeout = milliseconds(200);
  const auto result = get_plain(server);
  EXPECT_EQ(ending(result), ending(Errc::DeadlineExceeded));
}

TEST_F(HttpsClientDeadline, AConnectionOfAFailedRequestIsNotUsedAgain) {
  ScriptedServer server([](Peer& peer) {
    if (peer.read_request().empty()) return;
    if (peer.number() == 0) return peer.stall();
    peer.send(answer("ok"));
  });
  limits_.timeout = milliseconds(500);
  EXPECT_EQ(ending(get_plain(server)), ending(Errc::DeadlineExceeded));
  limits_.timeout = std::chrono::seconds(20);
  EXPECT_EQ(ending(get_plain(server)), "200 ok");
  EXPECT_EQ(server.connections(), 2);
}

class HttpsClientCancelled : public ClientTest {
 protected:
  struct Ended {
    bool done = false;
    bool threw = false;
    std::string how;
    bool begun = true;
  };

  void spawn(Task<http::SendResult> task, Ended& ended) {
    auto finish = [&ended](std::exception_ptr failure, http::SendResult result) {
      ended = {true, failure != nullptr, failure ? "exception" : ending(result)};
      if (!failure && !result) ended.begun = result.error().begun;
    };
    boost::asio::co_spawn(loop_.context, std::move(task),
                          boost::asio::bind_cancellation_slot(signal_.slot(), finish));
  }
  void cancel() { signal_.emit(boost::asio::cancellation_type::terminal); }

  boost::asio::cancellation_signal signal_;
};

TEST_F(HttpsClientCancelled, ReturnsWhileTheAnswerIsAwaited) {
  ScriptedServer server(
      [this](Peer& peer) {
        if (peer.read_request().empty()) return;
        boost::asio::post(loop_.context, [this] { cancel(); });
        peer.stall();
      },
      localhost());
  Ended ended;
  spawn(client_->send(request_to(server, "https"), limits_), ended);
  loop_.finish();
  EXPECT_TRUE(ended.done);
  EXPECT_EQ(ended.how, ending(Errc::Cancelled));
  EXPECT_TRUE(ended.begun);
}

TEST_F(HttpsClientCancelled, ReturnsBetweenAnyTwoStepsEdge) {
  ScriptedServer server(
      [](Peer& peer) {
        while (!peer.read_request().empty()) peer.send(answer("ok"));
      },
      localhost());
  bool completed = false;
  int cancelled = 0;
  for (int steps = 0; !completed; ++steps) {
    ASSERT_LT(steps, 1000);
    use({});
    Ended ended;
    auto request = request_to(server, "https");
    request.url.host = "localhost";
    spawn(client_->send(request, limits_), ended);
    loop_.context.restart();
    for (int i = 0; i < steps && !ended.done; ++i) {
      loop_.context.run_one_for(std::chrono::seconds(5));
    }
    completed = ended.done;
    cancel();
    loop_.finish();
    EXPECT_TRUE(ended.done);
    EXPECT_FALSE(ended.threw) << "after " << steps << " steps";
    // An answer that was complete already may still be returned.
    if (ended.how == ending(Errc::Cancelled))
      ++cancelled;
    else
      EXPECT_EQ(ended.how, "200 ok") << "after " << steps << " steps";
  }
  EXPECT_GT(cancelled, 10);
}

TEST_F(HttpsClientCancelled, ADeadlineBetweenAnyTwoStepsLeavesAUsableClient) {
  ScriptedServer server(
      [](Peer& peer) {
        while (!peer.read_request().empty()) peer.send(answer("ok"));
      },
      localhost());
  for (int tenths = 1; tenths < 60; ++tenths) {
    limits_.timeout = std::chrono::microseconds(100 * tenths);
    const auto result = get(server);
    EXPECT_EQ(ending(result), result ? "200 ok" : ending(Errc::DeadlineExceeded));
  }
  limits_.timeout = std::chrono::seconds(20);
  EXPECT_EQ(ending(get(server)), "200 ok");
}

Task<http::SendResult> cancel_then_send(http::Client& client, http::Request request,
                                              http::Limits limits,
                                              boost::asio::cancellation_signal& signal) {
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  signal.emit(boost::asio::cancellation_type::terminal);
  co_return co_await client.send(std::move(request), limits);
}

TEST_F(HttpsClientCancelled, SendsNothingForATaskCancelledBefore) {
  ScriptedServer server([](Peer& peer) { peer.stall(); });
  Ended ended;
  spawn(cancel_then_send(*client_, request_to(server, "http"), limits_, signal_), ended);
  loop_.finish();
  EXPECT_EQ(ended.how, ending(Errc::Cancelled));
  EXPECT_FALSE(ended.begun);
  EXPECT_EQ(server.connections(), 0);
}

Task<http::SendResult> send_then_wait(http::Client& client, http::Request request,
                                            http::Limits limits) {
  auto result = co_await client.send(std::move(request), limits);
  const auto executor = co_await boost::asio::this_coro::executor;
  boost::asio::steady_timer timer(executor);
  co_await timer.async_wait(boost::asio::use_awaitable);
  co_return result;
}

TEST_F(HttpsClientCancelled, LeavesTheCallersWayOfCancellationAsItWas) {
  ScriptedServer server([this](Peer& peer) {
    if (peer.read_request().empty()) return;
    boost::asio::post(loop_.context, [this] { cancel(); });
    peer.stall();
  });
  Ended ended;
  spawn(send_then_wait(*client_, request_to(server, "http"), limits_), ended);
  loop_.finish();
  EXPECT_TRUE(ended.threw);
}

}  // namespace
}  // namespace mactiond::test

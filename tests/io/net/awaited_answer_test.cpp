#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "io/net/raw_client.hpp"
#include "io/net/serving.hpp"
#include "net/http_server.hpp"

namespace mactiond::test {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kPoll = "GET /poll HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr const char* kPollOnce = "GET /poll HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
constexpr const char* kPlain = "GET /plain HTTP/1.1\r\nHost: a\r\n\r\n";

/// What the polls of a server look at.
struct Watched {
  std::atomic<bool> there{false};
  std::atomic<int> looks{0};
  Duration patience = 60s;

  http::Answer answer(const http::Request& request) {
    if (request.url.target != "/poll") return http::Response{200, {}, "plain"};
    http::Poll poll;
    poll.patience = patience;
    poll.look = [this](bool last) -> std::optional<http::Response> {
      ++looks;
      if (there) return http::Response{200, {}, "there"};
      if (last) return http::Response{200, {}, "not yet"};
      return std::nullopt;
    };
    return poll;
  }
  net::RequestHandler handler() {
    return [this](const http::Request& request) { return answer(request); };
  }
  void await_looks(int count) const {
    while (looks < count) std::this_thread::yield();
  }
};

TEST(AwaitedAnswer, APollAnswersAtOnceWhatIsThere) {
  Watched watched;
  watched.there = true;
  const Serving serving(watched.handler());
  RawClient client(serving.port());
  client.send(kPoll);
  EXPECT_THAT(client.read_until("there"), StartsWith("HTTP/1.1 200 OK\r\n"));
  client.send(kPlain);
  EXPECT_THAT(client.read_until("plain"), EndsWith("plain")) << "the connection stays open";
}

TEST(AwaitedAnswer, APollLooksAgainWhenWokenAndOthersAreServedMeanwhile) {
  Watched watched;
  Serving serving(watched.handler());
  RawClient client(serving.port());
  client.send(kPoll);
  watched.await_looks(1);
  RawClient other(serving.port());
  other.send(kPlain);
  EXPECT_THAT(other.read_until("plain"), EndsWith("plain"));
  serving.wake_streams();
  watched.await_looks(2);
  watched.there = true;
  serving.wake_streams();
  EXPECT_THAT(client.read_until("there"), EndsWith("there"));
}

TEST(AwaitedAnswer, APollAnswersWhenItsTimeIsUp) {
  Watched watched;
  watched.patience = 20ms;
  const Serving serving(watched.handler());
  RawClient client(serving.port());
  client.send(kPoll);
  EXPECT_THAT(client.read_until("not yet"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(watched.looks, 2);
}

TEST(AwaitedAnswer, APollWithoutPatienceLooksOnce) {
  Watched watched;
  watched.patience = {};
  const Serving serving(watched.handler());
  RawClient client(serving.port());
  client.send(kPoll);
  EXPECT_THAT(client.read_until("not yet"), EndsWith("not yet"));
  EXPECT_EQ(watched.looks, 1);
}

TEST(AwaitedAnswer, KeepsTheRequestThatFollowsAPoll) {
  Watched watched;
  Serving serving(watched.handler());
  RawClient client(serving.port());
  client.send(kPoll);
  watched.await_looks(1);
  client.send(kPlain);
  serving.wake_streams();
  watched.await_looks(2);
  watched.there = true;
  serving.wake_streams();
  EXPECT_THAT(client.read_until("plain"), HasSubstr("there"));
}

TEST(AwaitedAnswer, RefusesMorePollsThanItsLimitAndAClientThatLeavesFreesItsPlace) {
  Watched watched;
  Serving serving(watched.handler());
  std::vector<std::unique_ptr<RawClient>> waiting;
  for (int i = 0; i < 64; ++i) {
    waiting.push_back(std::make_unique<RawClient>(serving.port()));
    waiting.back()->send(kPoll);
  }
  watched.await_looks(64);
  RawClient refused(serving.port());
  refused.send(kPoll);
  EXPECT_THAT(refused.read_to_end(), StartsWith("HTTP/1.1 503"));

  waiting.pop_back();
  watched.there = true;
  std::string answer;
  for (int i = 0; i < 1000 && !answer.ends_with("there"); ++i) {
    RawClient next(serving.port());
    next.send(kPollOnce);
    answer = next.read_to_end();
  }
  EXPECT_THAT(answer, EndsWith("there"));
}

TEST(AwaitedAnswer, EndsEveryPollAndThoseThatFollow) {
  Watched watched;
  Serving serving(watched.handler());
  RawClient client(serving.port());
  client.send(kPoll);
  watched.await_looks(1);
  serving.end_polls();
  EXPECT_THAT(client.read_until("not yet"), StartsWith("HTTP/1.1 200 OK\r\n"));
  client.send(kPoll);
  EXPECT_THAT(client.read_until("not yet"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST(AwaitedAnswer, AServerIsAnsweringUntilTheAnswerHasLeft) {
  Watched watched;
  Serving serving(watched.handler());
  RawClient client(serving.port());
  client.send(kPoll);
  watched.await_looks(1);
  EXPECT_TRUE(serving.is_answering());
  serving.end_polls();
  client.read_until("not yet");
  while (serving.is_answering()) std::this_thread::yield();
  EXPECT_FALSE(serving.is_answering()) << "the connection is open, without a request";
}

TEST(AwaitedAnswer, APollEndsWhenTheServerStops) {
  Watched watched;
  Serving serving(watched.handler());
  RawClient client(serving.port());
  client.send(kPoll);
  watched.await_looks(1);
  serving.stop();
  EXPECT_TRUE(serving.ended_in_order());
  EXPECT_EQ(client.read_to_end(), "");
}

/// Promises an answer to every request and says when the client has left.
struct Promise {
  std::promise<std::function<void(http::Response)>> asked;
  std::promise<void> left;

  net::RequestHandler handler() {
    return [this](const http::Request&) -> http::Answer {
      return http::Later{[this](auto done) { asked.set_value(std::move(done)); },
                         [this] { left.set_value(); }};
    };
  }
};

TEST(AwaitedAnswer, APromiseHearsThatItsClientHasLeft) {
  Promise promise;
  Serving serving(promise.handler());
  auto client = std::make_unique<RawClient>(serving.port());
  client->send(kPlain);
  const auto done = promise.asked.get_future().get();
  client.reset();
  EXPECT_EQ(promise.left.get_future().wait_for(30s), std::future_status::ready);
  serving.post([done] { done({200, {}, "too late"}); });
}

TEST(AwaitedAnswer, APromiseThatIsKeptHearsNothing) {
  Promise promise;
  auto left = promise.left.get_future();
  {
    Serving serving(promise.handler());
    RawClient client(serving.port());
    client.send(kPlain);
    const auto done = promise.asked.get_future().get();
    serving.post([done] { done({200, {}, "kept"}); });
    EXPECT_THAT(client.read_until("kept"), EndsWith("kept"));
  }
  EXPECT_EQ(left.wait_for(0s), std::future_status::timeout);
}

}  // namespace
}  // namespace mactiond::test

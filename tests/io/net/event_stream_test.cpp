#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/net/raw_client.hpp"
#include "io/net/serving.hpp"
#include "net/http_server.hpp"

namespace mactiond::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kRequest = "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n";

/// What all streams of a server have to say; filled before a wake-up.
struct Source {
  std::atomic<int> pieces{0};  ///< there so far
  std::atomic<bool> ended{false};
  std::size_t padding = 0;

  http::Answer answer(const http::Request& request) {
    if (request.url.target != "/stream") return http::Response{200, {}, "plain"};
    http::Stream stream;
    stream.headers = {{"Content-Type", "text/event-stream"}};
    stream.heartbeat = ":\n\n";
    stream.pull = [this, next = 0]() mutable -> std::optional<std::string> {
      if (next < pieces) {
        const std::string number = std::to_string(++next);
        return std::string(padding, 'x') + "piece " + number + "\n";
      }
      if (ended) return std::nullopt;
      return std::string();
    };
    return stream;
  }
  net::RequestHandler handler() {
    return [this](const http::Request& request) { return answer(request); };
  }
};

TEST(EventStream, SendsWhatIsThereAndContinuesWhenWoken) {
  Source source;
  source.pieces = 2;
  Serving serving(source.handler());
  RawClient client(serving.port());
  client.send(kRequest);
  const std::string first = client.read_until("piece 2\n");
  EXPECT_THAT(first, StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"));
  EXPECT_THAT(first, EndsWith("\r\n\r\npiece 1\npiece 2\n"));
  EXPECT_THAT(first, testing::Not(HasSubstr("Content-Length")));

  source.pieces = 3;
  serving.wake_streams();
  EXPECT_EQ(client.read_until("piece 3\n"), "piece 3\n");
}

TEST(EventStream, EndsTheConnectionWithTheStream) {
  Source source;
  source.ended = true;
  const Serving serving(source.handler());
  RawClient client(serving.port());
  client.send(kRequest);
  EXPECT_THAT(client.read_to_end(), EndsWith("Connection: close\r\n\r\n"));
}

TEST(EventStream, AnswersHeadByTheHeaderAlone) {
  Source source;
  source.pieces = 1;
  const Serving serving(source.handler());
  RawClient client(serving.port());
  client.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(client.read_to_end(), EndsWith("Connection: close\r\n\r\n"));
}

TEST(EventStream, RefusesMoreThanItsLimitAndServesTheRest) {
  Source source;
  source.pieces = 1;
  const Serving serving(source.handler());
  std::vector<std::unique_ptr<RawClient>> streams;
  for (int i = 0; i < 16; ++i) {
    streams.push_back(std::make_unique<RawClient>(serving.port()));
    streams.back()->send(kRequest);
    ASSERT_THAT(streams.back()->read_until("piece 1\n"), EndsWith("piece 1\n"));
  }
  RawClient refused(serving.port());
  refused.send(kRequest);
  const std::string answer = refused.read_to_end();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(answer, HasSubstr("application/problem+json"));
  RawClient other(serving.port());
  other.send("GET /plain HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(other.read_to_end(), EndsWith("plain"));

  // A place is free as soon as a client has gone, without a heartbeat.
  streams.pop_back();
  std::string again;
  for (int i = 0; i < 100 && !again.ends_with("piece 1\n"); ++i) {
    RawClient next(serving.port());
    next.send(kRequest);
    again = next.read_until("\n");
    if (again.ends_with("\r\n")) again += next.read_until("piece 1\n");
  }
  EXPECT_THAT(again, EndsWith("piece 1\n"));
}

TEST(EventStream, DropsAClientThatDoesNotRead) {
  Source source;
  source.padding = std::size_t{1} << 20U;
  source.pieces = 1000;
  const std::string path = testing::TempDir() + "stuck-" + std::to_string(::getpid()) + ".sock";
  const Serving serving(path, 0600, source.handler());
  RawClient stuck(path);
  stuck.send(kRequest);
  RawClient reader(path);
  reader.send(kRequest);
  std::size_t read = 0;
  while (read < std::size_t{30} << 20U) {
    const std::size_t size = reader.read_some().size();
    ASSERT_GT(size, 0U) << "after " << read;
    read += size;
  }
  // Fills what the kernel takes, then lasts until the server's patience ends.
  EXPECT_TRUE(stuck.was_closed_within(40));
}

TEST(EventStream, EndsWhenTheServerStops) {
  Source source;
  source.pieces = 1;
  Serving serving(source.handler());
  RawClient client(serving.port());
  client.send(kRequest);
  client.read_until("piece 1\n");
  serving.stop();
  EXPECT_TRUE(serving.ended_in_order());
  EXPECT_EQ(client.read_to_end(), "");
}

}  // namespace
}  // namespace mactiond::test

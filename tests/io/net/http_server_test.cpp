#include <gmock/gmock.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "io/net/client_fixture.hpp"
#include "io/net/http_server_fixture.hpp"
#include "io/net/raw_client.hpp"

namespace mactiond::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

TEST_F(HttpServer, AnswersRequestsOnOneConnectionOneAfterTheOther) {
  const Serving serving;
  RawClient client(serving.port());
  client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.read_until("GET /a "),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 7\r\n\r\nGET /a ");
  client.send(
      "POST /missing HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbodyGET /b HTTP/1.0\r\n\r\n");
  const std::string rest = client.read_to_end();
  EXPECT_THAT(rest, StartsWith("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(rest, HasSubstr("POST /missing body"));
  EXPECT_THAT(rest, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(rest, EndsWith("GET /b "));
}

TEST_F(HttpServer, AnswersHeadWithoutABody) {
  const Serving serving;
  RawClient client(serving.port());
  client.send("HEAD /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.read_to_end(), EndsWith("Content-Length: 8\r\nConnection: close\r\n\r\n"));
}

TEST_F(HttpServer, ReportsWhatIsWrongWithARequest) {
  const Serving serving;
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"garbage\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
      {"GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n",
       "HTTP/1.1 431 Request Header Fields Too Large\r\n"},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 16777216\r\n\r\n" +
           std::string(16 * 1024 * 1024, 'x'),
       "HTTP/1.1 413 Payload Too Large\r\n"}};
  for (const auto& [request, expected] : rows) {
    RawClient client(serving.port());
    EXPECT_TRUE(client.send(request)) << "closed before all of it was read";
    const std::string answer = client.read_to_end();
    EXPECT_THAT(answer, StartsWith(expected));
    EXPECT_THAT(answer, HasSubstr("Content-Type: application/problem+json\r\n"));
    EXPECT_THAT(answer, EndsWith("}"));
  }
}

TEST_F(HttpServer, TellsAClientToContinue) {
  const Serving serving;
  RawClient client(serving.port());
  const std::string head = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n";
  for (int i = 0; i < 2; ++i) {
    client.send(head + "Expect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("{}");
    EXPECT_THAT(client.read_until("POST /a {}"), StartsWith("HTTP/1.1 200"));
  }
  client.send(head + "Expect: 100-continue\r\n\r\n{}");
  EXPECT_THAT(client.read_until("POST /a {}"), StartsWith("HTTP/1.1 200"))
      << "the body came with the header";
  client.send(head + "Expect: a-cookie\r\n\r\n");
  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 417 Expectation Failed\r\n"));
}

TEST_F(HttpServer, GivesARequestTenSeconds) {
  const Serving serving;
  RawClient silent(serving.port());
  RawClient half(serving.port());
  const auto started = std::chrono::steady_clock::now();
  half.send("GET / HTTP/1.1\r\nHost: h\r\n");
  EXPECT_THAT(half.read_to_end(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_EQ(silent.read_to_end(), "");
  const auto elapsed = std::chrono::steady_clock::now() - started;
  EXPECT_GE(elapsed, seconds(9));
  EXPECT_LT(elapsed, seconds(25));
}

TEST_F(HttpServer, TakesABodyOfTheLimit) {
  const Serving serving;
  RawClient client(serving.port());
  const std::string body(1048576, 'x');
  client.send(
      "POST /big HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 1048576\r\n\r\n" +
      body);
  EXPECT_THAT(client.read_to_end(), EndsWith("POST /big " + body));
}

TEST_F(HttpServer, ServesMoreClientsThanItTakesAtOnce) {
  const Serving serving;
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 128; ++i) idle.push_back(std::make_unique<RawClient>(serving.port()));
  for (auto& client : idle) {
    client->send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(client->read_until("GET /a "), StartsWith("HTTP/1.1 200"));
  }
  RawClient waiting(serving.port());
  waiting.send("GET /b HTTP/1.1\r\nHost: h\r\n\r\n");
  idle.erase(idle.begin());
  EXPECT_THAT(waiting.read_until("GET /b "), EndsWith("GET /b "));
}

TEST_F(HttpServer, HalfSentRequestsKeepNobodyOut) {
  const Serving serving;
  std::vector<std::unique_ptr<RawClient>> half;
  for (int i = 0; i < 128; ++i) {
    half.push_back(std::make_unique<RawClient>(serving.port()));
    half.back()->send("GET /a HTTP/1.1\r\nHost: h\r\n");
  }
  RawClient whole(serving.port());
  whole.send("GET /b HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(whole.read_until("GET /b "), EndsWith("GET /b "));
  EXPECT_EQ(half.front()->read_to_end(), "") << "closed at once, not answered after ten seconds";
  half.back()->send("\r\n");
  EXPECT_THAT(half.back()->read_until("GET /a "), EndsWith("GET /a ")) << "the oldest went only";
}

/// Promises an answer to every request; takes the first promise apart.
struct Promising {
  std::promise<std::function<void(http::Response)>> asked;
  Serving serving{[this](const http::Request& request) -> http::Answer {
    if (request.url.target == "/other") return echo(request);
    if (request.url.target == "/now") {
      return http::Later{[request](const auto& done) { done(echo(request)); }};
    }
    return http::Later{[this](auto done) { asked.set_value(std::move(done)); }};
  }};
};

TEST_F(HttpServer, AnswersAPromiseThatIsKeptAtOnce) {
  const Promising promising;
  RawClient client(promising.serving.port());
  client.send("POST /now HTTP/1.1\r\nHost: h\r\n\r\nPOST /other HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string answers = client.read_until("POST /other ");
  EXPECT_THAT(answers, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answers, HasSubstr("POST /now HTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServer, KeepsAPromiseLaterAndServesOthersMeanwhile) {
  Promising promising;
  RawClient client(promising.serving.port());
  client.send("POST /later HTTP/1.1\r\nHost: h\r\n\r\nPOST /other HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto done = promising.asked.get_future().get();
  RawClient other(promising.serving.port());
  other.send("GET /other HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(other.read_until("GET /other "), StartsWith("HTTP/1.1 200 OK\r\n"));
  promising.serving.post([done] { done({202, {}, "late"}); });
  const std::string answers = client.read_until("POST /other ");
  EXPECT_THAT(answers, StartsWith("HTTP/1.1 202 Accepted\r\n"));
  EXPECT_THAT(answers, HasSubstr("lateHTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServer, APromiseMayComeAfterTheClientOrTheServer) {
  Promising promising;
  auto client = std::make_unique<RawClient>(promising.serving.port());
  client->send("POST /later HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto done = promising.asked.get_future().get();
  client.reset();
  promising.serving.post([done] { done({200, {}, "late"}); });
  promising.asked = {};
  RawClient waiting(promising.serving.port());
  waiting.send("POST /later HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto never = promising.asked.get_future().get();
  promising.serving.stop();
  EXPECT_TRUE(promising.serving.ended_in_order());
  EXPECT_EQ(waiting.read_to_end(), "");
  never({200, {}, "too late"});
}

TEST_F(HttpServer, StopEndsEveryConnection) {
  Serving serving;
  RawClient idle(serving.port());
  RawClient half(serving.port());
  half.send("GET /a HTTP/1.1\r\nHost: h\r\n");
  RawClient asked(serving.port());
  asked.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(asked.read_until("GET /a "), EndsWith("GET /a "));
  serving.stop();
  EXPECT_TRUE(serving.ended_in_order());
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_EQ(half.read_to_end(), "");
  EXPECT_EQ(asked.read_to_end(), "");
}

TEST_F(HttpServer, AnExceptionFromTheHandlerEndsTheServer) {
  Serving serving([](const http::Request&) -> http::Response { throw std::logic_error("bug"); });
  RawClient client(serving.port());
  client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(client.read_to_end(), "");
  serving.join();
  EXPECT_TRUE(serving.failure());
}

TEST_F(HttpServer, CanBeDestroyedWithoutHavingServed) {
  { EXPECT_TRUE(listen(path_)); }
  EXPECT_NE(::access(path_.c_str(), F_OK), 0);
  loop_.finish();
}

}  // namespace
}  // namespace mactiond::test

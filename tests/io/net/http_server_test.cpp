#include "net/http_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <fstream>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "io/net/client_fixture.hpp"
#include "io/net/loop.hpp"
#include "io/net/raw_client.hpp"
#include "io/net/serving.hpp"

namespace mactiond::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class HttpServer : public testing::Test {
 protected:
  HttpServer() {
    std::array<char, 32> name{"/tmp/mactiond-server-XXXXXX"};
    directory_ = ::mkdtemp(name.data());
    path_ = directory_ + "/admin.sock";
  }
  ~HttpServer() override {
    ::unlink(path_.c_str());
    ::rmdir(directory_.c_str());
  }
  Result<std::unique_ptr<net::HttpServer>> listen(const std::string& path) {
    return net::HttpServer::listen_unix(loop_.context.get_executor(), path, 0660, echo);
  }

  Loop loop_;
  std::string directory_;
  std::string path_;
};

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
  for (int i = 0; i < 64; ++i) idle.push_back(std::make_unique<RawClient>(serving.port()));
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
  for (int i = 0; i < 64; ++i) {
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

TEST_F(HttpServer, CreatesTheSocketWithItsModeAndRemovesIt) {
  {
    const Serving serving(path_, 0640);
    struct stat entry {};
    ASSERT_EQ(::lstat(path_.c_str(), &entry), 0);
    EXPECT_TRUE(S_ISSOCK(entry.st_mode));
    EXPECT_EQ(entry.st_mode & 07777U, 0640U);
    RawClient client(path_);
    client.send("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(client.read_to_end(), EndsWith("GET /a "));
    EXPECT_EQ(serving.port(), 0);
  }
  EXPECT_NE(::access(path_.c_str(), F_OK), 0);
}

http::Response answer_peer(const http::Request& request) {
  return {200, {}, '<' + http::peer_text(request.peer) + '>'};
}

constexpr const char* kChange = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";

TEST_F(HttpServer, KnowsWhoChangesSomethingOverAUnixSocket) {
  const std::string uid = std::to_string(::geteuid());
  const auto names = [](unsigned) { return std::string("alice"); };
  const Serving serving(path_, 0660, answer_peer, names);
  RawClient client(path_);
  client.send(kChange);
  EXPECT_THAT(client.read_until(">"), EndsWith("<alice (uid " + uid + ")>"));
  client.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.read_until(">"), EndsWith("<unknown>"));
  const Serving over_tcp(answer_peer);
  RawClient far(over_tcp.port());
  far.send(kChange);
  EXPECT_THAT(far.read_until(">"), EndsWith("<unknown>"));
}

TEST_F(HttpServer, WaitsASecondForThePeersNameAndHoldsNobody) {
  std::promise<std::string> name;
  const auto answer = name.get_future().share();
  const auto names = [answer](unsigned) { return answer.get(); };
  const Serving serving(path_, 0660, answer_peer, names);
  RawClient client(path_);
  client.send(kChange);
  RawClient other(path_);
  const auto started = std::chrono::steady_clock::now();
  other.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(other.read_until(">"), EndsWith("<unknown>"));
  EXPECT_LT(std::chrono::steady_clock::now() - started, 900ms);
  EXPECT_THAT(client.read_until(">"), EndsWith("<uid " + std::to_string(::geteuid()) + ">"));
  name.set_value("alice");
}

TEST_F(HttpServer, TwoChangesAtOnceBothKnowThePeersName) {
  std::promise<std::string> name;
  const auto answer = name.get_future().share();
  const Serving serving(path_, 0660, answer_peer, [answer](unsigned) { return answer.get(); });
  RawClient one(path_);
  one.send(kChange);
  RawClient other(path_);
  other.send(kChange);
  RawClient reading(path_);
  reading.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(reading.read_until(">"), EndsWith("<unknown>"));
  name.set_value("alice");
  EXPECT_THAT(one.read_until(">"), HasSubstr("alice"));
  EXPECT_THAT(other.read_until(">"), HasSubstr("alice"));
}

TEST_F(HttpServer, StopsWhileAPeersNameIsLookedUp) {
  std::promise<std::string> name;
  const auto answer = name.get_future().share();
  std::atomic<bool> handled = false;
  std::promise<void> looked_up;
  {
    const Serving serving(
        path_, 0660,
        [&handled](const http::Request& request) {
          handled = true;
          return answer_peer(request);
        },
        [answer, &looked_up](unsigned) {
          looked_up.set_value();
          return answer.get();
        });
    RawClient client(path_);
    client.send(kChange);
    looked_up.get_future().get();
  }
  EXPECT_FALSE(handled) << "nothing is changed after the stop";
  name.set_value("alice");
}

TEST_F(HttpServer, LeavesALiveSocketAlone) {
  const Serving serving(path_, 0660);
  const auto second = listen(path_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, make_error_code(Errc::AddressInUse));
  EXPECT_EQ(second.error().where, path_);
  RawClient client(path_);
  EXPECT_TRUE(client.connected());
}

TEST_F(HttpServer, ReplacesAStaleSocket) {
  const int stale = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(::bind(stale, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ::close(stale);
  ASSERT_EQ(::access(path_.c_str(), F_OK), 0);
  const Serving serving(path_, 0660);
  EXPECT_TRUE(RawClient(path_).connected());
}

TEST_F(HttpServer, ReplacesNoOtherFile) {
  std::ofstream(path_) << "precious";
  const auto server = listen(path_);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, make_error_code(Errc::PathNotUsable));
  std::string kept;
  std::ifstream(path_) >> kept;
  EXPECT_EQ(kept, "precious");
}

TEST_F(HttpServer, RemovesNoSocketThatTookThePlaceOfItsOwn) {
  auto first = listen(path_);
  ASSERT_TRUE(first);
  ::unlink(path_.c_str());
  const Serving second(path_, 0660);
  first = Error(Errc::Cancelled, "");
  EXPECT_TRUE(RawClient(path_).connected());
}

TEST_F(HttpServer, SaysWhichPathCannotBeUsed) {
  for (const std::string& path :
       {directory_ + "/missing/admin.sock", std::string(200, 'x'), std::string()}) {
    const auto server = listen(path);
    ASSERT_FALSE(server);
    EXPECT_EQ(server.error().code, make_error_code(Errc::PathNotUsable));
    EXPECT_THAT(server.error().where, StartsWith(path));
  }
}

TEST_F(HttpServer, SaysWhenAPortIsTaken) {
  const Serving serving;
  const std::string endpoint = "127.0.0.1:" + std::to_string(serving.port());
  const auto second = net::HttpServer::listen_tcp(loop_.context.get_executor(), endpoint, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, make_error_code(Errc::AddressInUse));
  EXPECT_EQ(second.error().where, endpoint);
}

TEST_F(HttpServer, RefusesAnEndpointThatIsNone) {
  for (const char* endpoint : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", ":80", "a:80",
                               "127.0.0.1:80x", "[::1:80"}) {
    EXPECT_FALSE(net::HttpServer::listen_tcp(loop_.context.get_executor(), endpoint, echo))
        << endpoint;
  }
}

}  // namespace
}  // namespace mactiond::test

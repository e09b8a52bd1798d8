#include <gmock/gmock.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <string>

#include "io/net/http_server_fixture.hpp"
#include "io/net/raw_client.hpp"

namespace mactiond::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

class HttpServerPeer : public HttpServer {};

http::Response answer_peer(const http::Request& request) {
  return {200, {}, '<' + http::peer_text(request.peer) + '>'};
}

constexpr const char* kChange = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";

TEST_F(HttpServerPeer, KnowsWhoChangesSomethingOverAUnixSocket) {
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

TEST_F(HttpServerPeer, WaitsNoLongerForThePeersNameAndHoldsNobody) {
  std::promise<std::string> name;
  const auto answer = name.get_future().share();
  const auto names = [answer](unsigned) { return answer.get(); };
  const Serving serving(path_, 0660, answer_peer, names);
  RawClient client(path_);
  client.send(kChange);
  RawClient other(path_);
  other.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(other.read_until(">"), EndsWith("<unknown>"));
  EXPECT_THAT(client.read_until(">"), EndsWith("<uid " + std::to_string(::geteuid()) + ">"));
  name.set_value("alice");
}

TEST_F(HttpServerPeer, TwoChangesAtOnceBothKnowThePeersName) {
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

TEST_F(HttpServerPeer, StopsWhileAPeersNameIsLookedUp) {
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

}  // namespace
}  // namespace mactiond::test

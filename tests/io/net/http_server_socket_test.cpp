#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <utility>

#include "io/net/http_server_fixture.hpp"
#include "io/net/raw_client.hpp"

namespace mactiond::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class HttpServerSocket : public HttpServer {};

TEST_F(HttpServerSocket, CreatesTheSocketWithItsModeAndRemovesIt) {
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

TEST_F(HttpServerSocket, LeavesALiveSocketAlone) {
  const Serving serving(path_, 0660);
  const auto second = listen(path_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, make_error_code(Errc::AddressInUse));
  EXPECT_EQ(second.error().where, path_);
  RawClient client(path_);
  EXPECT_TRUE(client.connected());
}

TEST_F(HttpServerSocket, ReplacesAStaleSocket) {
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

TEST_F(HttpServerSocket, ReplacesNoOtherFile) {
  std::ofstream(path_) << "precious";
  const auto server = listen(path_);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, make_error_code(Errc::PathNotUsable));
  std::string kept;
  std::ifstream(path_) >> kept;
  EXPECT_EQ(kept, "precious");
}

TEST_F(HttpServerSocket, RemovesNoSocketThatTookThePlaceOfItsOwn) {
  auto first = listen(path_);
  ASSERT_TRUE(first);
  ::unlink(path_.c_str());
  const Serving second(path_, 0660);
  first = Error(Errc::Cancelled, "");
  EXPECT_TRUE(RawClient(path_).connected());
}

TEST_F(HttpServerSocket, SaysWhichPathCannotBeUsed) {
  for (const std::string& path :
       {directory_ + "/missing/admin.sock", std::string(200, 'x'), std::string()}) {
    const auto server = listen(path);
    ASSERT_FALSE(server);
    EXPECT_EQ(server.error().code, make_error_code(Errc::PathNotUsable));
    EXPECT_THAT(server.error().where, StartsWith(path));
  }
}

TEST_F(HttpServerSocket, SaysWhenAPortIsTaken) {
  const Serving serving;
  const std::string endpoint = "127.0.0.1:" + std::to_string(serving.port());
  const auto second = net::HttpServer::listen_tcp(loop_.context.get_executor(), endpoint, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, make_error_code(Errc::AddressInUse));
  EXPECT_EQ(second.error().where, endpoint);
}

TEST_F(HttpServerSocket, RefusesAnEndpointThatIsNone) {
  for (const char* endpoint : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", ":80", "a:80",
                               "127.0.0.1:80x", "[::1:80"}) {
    EXPECT_FALSE(net::HttpServer::listen_tcp(loop_.context.get_executor(), endpoint, echo))
        << endpoint;
  }
}

}  // namespace
}  // namespace mactiond::test

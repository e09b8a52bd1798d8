#include "ctl/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>

namespace mactiond::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Listens on a Unix socket, and answers one request with a prepared text.
class CtlClient : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "mactiond-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    path_ = directory_ + "/admin.sock";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(listener_, 1), 0);
  }
  void TearDown() override {
    close(listener_);
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  std::variant<Answer, Failure> ask(const std::string& answer) {
    return serve(answer, [this] { return get(path_, "/v1/status"); });
  }

  template <class Work>
  std::variant<Answer, Failure> serve(const std::string& answer, Work work) {
    request_.clear();
    std::thread server([&] {
      const int peer = accept(listener_, nullptr, nullptr);
      std::array<char, 4096> buffer{};
      while (request_.find("\r\n\r\n") == std::string::npos) {
        const ssize_t got = recv(peer, buffer.data(), buffer.size(), 0);
        if (got <= 0) break;
        request_.append(buffer.data(), static_cast<std::size_t>(got));
      }
      static_cast<void>(send(peer, answer.data(), answer.size(), MSG_NOSIGNAL));
      close(peer);
    });
    auto result = work();
    server.join();
    return result;
  }

  std::string path_;
  std::string request_;

 private:
  std::string directory_;
  int listener_ = -1;
};

std::string message_of(const std::variant<Answer, Failure>& result) {
  const auto* failure = std::get_if<Failure>(&result);
  return failure == nullptr ? "no failure" : failure->message;
}

TEST_F(CtlClient, ReadsAnAnswer) {
  const auto result = ask("HTTP/1.1 200 OK\r\ncontent-LENGTH: 3\r\nServer: x\r\n\r\nabc");
  ASSERT_TRUE(std::holds_alternative<Answer>(result)) << message_of(result);
  EXPECT_EQ(std::get<Answer>(result).status, 200);
  EXPECT_EQ(std::get<Answer>(result).body, "abc");
  EXPECT_THAT(request_, HasSubstr("GET /v1/status HTTP/1.1\r\nHost: localhost\r\n"));
}

TEST_F(CtlClient, ReadsALargeAnswer) {
  const std::string body(3'000'000, 'x');
  const auto result = ask("HTTP/1.1 404 Not Found\r\nContent-Length: 3000000\r\n\r\n" + body);
  ASSERT_TRUE(std::holds_alternative<Answer>(result)) << message_of(result);
  EXPECT_EQ(std::get<Answer>(result).status, 404);
  EXPECT_EQ(std::get<Answer>(result).body, body);
}

TEST_F(CtlClient, FollowsAStreamUpToTheLastWholeEvent) {
  Feed feed{"/v1/events"};
  std::string seen;
  int opened = 0;
  feed.on_open = [&] { ++opened; };
  const auto follow_once = [&] {
    return follow(path_, feed, [&](std::string_view data) {
      seen += std::string(data) + ' ';
      return true;
    });
  };
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
  const auto first = serve(
      head + "retry: 2000\nid: 4\n\n:\n\nid: 5\ndata: {a}\n\nid: 6\ndata: {b}\n", follow_once);
  EXPECT_EQ(message_of(first), "the daemon ended the stream");
  EXPECT_EQ(seen, "{a} ") << "an event that was cut off is none";
  EXPECT_EQ(feed.last_id, "5");
  EXPECT_THAT(request_, Not(HasSubstr("Last-Event-ID")));

  (void)serve(head + "id: 6\ndata: {b}\n\n", follow_once);
  EXPECT_THAT(request_, HasSubstr("Last-Event-ID: 5\r\n"));
  EXPECT_EQ(seen, "{a} {b} ");
  EXPECT_EQ(opened, 2);
}

TEST_F(CtlClient, ReportsACutAnswer) {
  EXPECT_EQ(message_of(ask("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")),
            "the answer was cut off");
}

TEST_F(CtlClient, ReportsWhatIsNoAnswerOfTheDaemon) {
  for (const char* text :
       {"", "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 x\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nabc", "HTTP/1.\r\n\r\n"}) {
    EXPECT_THAT(message_of(ask(text)), HasSubstr("does not answer like mactiond")) << text;
  }
}

TEST(CtlClientAlone, SaysThatNoDaemonListens) {
  EXPECT_EQ(message_of(get("/nonexistent/admin.sock", "/")),
            "no daemon listens on /nonexistent/admin.sock: is mactiond running?");
  EXPECT_THAT(message_of(get('/' + std::string(200, 'x'), "/")), HasSubstr("too long"));
}

}  // namespace
}  // namespace mactiond::ctl

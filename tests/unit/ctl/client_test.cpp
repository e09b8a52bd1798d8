#include "ctl/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <variant>

#include "fake_daemon.hpp"

namespace mactiond::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Asks a daemon that answers one request with a prepared text.
class CtlClient : public testing::Test {
 protected:
  std::variant<Answer, Failure> ask(const std::string& answer) {
    return serve(answer, [this] { return get(daemon_.path(), "/v1/status"); });
  }

  template <class Work>
  std::variant<Answer, Failure> serve(const std::string& answer, Work work) {
    daemon_.start({answer});
    auto result = work();
    request_ = daemon_.requests().back();
    return result;
  }

  FakeDaemon daemon_;
  std::string request_;
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
    return follow(daemon_.path(), feed, [&](std::string_view data) {
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

TEST_F(CtlClient, SendsHeadersAndReadsWhenToComeBack) {
  const Question question{.target = "/v1/submissions",
                          .method = "POST",
                          .body = "{}",
                          .headers = {{"Idempotency-Key", "k-1"}}};
  const auto result = serve(http_answer(429, "{}", "retry-after: 17\r\n"),
                            [&] { return mactiond::ctl::ask(daemon_.path(), question); });
  ASSERT_TRUE(std::holds_alternative<Answer>(result)) << message_of(result);
  EXPECT_EQ(std::get<Answer>(result).retry_after, "17");
  EXPECT_THAT(request_, HasSubstr("\r\nIdempotency-Key: k-1\r\n"));
}

TEST_F(CtlClient, SaysWhetherTheDaemonMayHaveGotTheRequest) {
  EXPECT_TRUE(std::get<Failure>(ask("")).begun);
  EXPECT_TRUE(std::get<Failure>(ask("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")).begun);
  daemon_.stop();
  EXPECT_FALSE(std::get<Failure>(get(daemon_.path(), "/v1/status")).begun);
}

TEST_F(CtlClient, HasPatienceAndSaysEachSecondThatNothingCame) {
  daemon_.start({"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"}, FakeDaemon::After::Hang);
  int seconds = 0;
  const Question question{.target = "/v1/status",
                          .patience = std::chrono::seconds(1),
                          .each_second = [&] { ++seconds; }};
  EXPECT_EQ(message_of(mactiond::ctl::ask(daemon_.path(), question)), "the daemon does not answer");
  EXPECT_EQ(seconds, 1);
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

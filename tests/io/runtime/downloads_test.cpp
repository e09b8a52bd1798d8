#include "runtime/downloads.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "io/net/loop.hpp"
#include "io/runtime/fake_client.hpp"
#include "io/runtime/still_clock.hpp"
#include "ops/log.hpp"
#include "runtime/task_group.hpp"

namespace mactiond::runtime {
namespace {

using test::FakeClient;
using test::response;
using testing::HasSubstr;
using testing::Not;
using Why = core::Unanswered::Why;

Task<Result<std::string>> next_of(http::BodySource& body) { return body.next(); }

class DownloadsTest : public testing::Test {
 protected:
  DownloadsTest() {
    auto region = std::make_shared<RegionAccess>();
    region->client = api_;
    region->link_hosts = {{"files.example"}};
    net::DownloadLimits limits;
    limits.plan.breaks = 0;
    downloads_ = std::make_unique<Downloads>(clock_, RegionAccesses{{"eu", region}}, limits);
  }

  void start(const std::string& link, const std::string& region = "eu") {
    tasks_.spawn(downloads_->fetch(region, ActionId{"a1"}, {Secret(link)}, downloads_->take_place(),
                                   [this](Downloads::Fetched made) {
                                     ++ends_;
                                     fetched_ = std::move(made);
                                   }));
  }
  void fetch(const std::string& link = "https://files.example/a?sig=s3cret",
             const std::string& region = "eu") {
    start(link, region);
    loop_.finish();
  }
  [[nodiscard]] core::Unanswered refusal() const {
    EXPECT_EQ(ends_, 1);
    const auto* why = std::get_if<core::Unanswered>(&*fetched_);
    return why != nullptr ? *why : core::Unanswered{Why::Failed, "fetched"};
  }
  /// The next piece, or the words of its error.
  std::string next() {
    auto piece = loop_.run(next_of(*std::get<http::Transfer>(*fetched_).body));
    return piece ? *piece : piece.error().message();
  }
  /// How many can be begun.
  int free_places() {
    std::vector<Downloads::Place> places;
    while (Downloads::Place place = downloads_->take_place()) places.push_back(std::move(place));
    return static_cast<int>(places.size());
  }

  test::Loop loop_;
  test::StillClock clock_;
  std::shared_ptr<FakeClient> api_ = std::make_shared<FakeClient>();
  std::unique_ptr<Downloads> downloads_;
  TaskGroup tasks_{loop_.context.get_executor(), [](auto&&...) { ADD_FAILURE(); }, [] {}};
  int ends_ = 0;
  std::optional<Downloads::Fetched> fetched_;
};

TEST_F(DownloadsTest, BringsWhatALinkLeadsTo) {
  api_->script = {http::Response{200, {{"Content-Length", "4"}}, "file"}};
  fetch();
  ASSERT_EQ(ends_, 1);
  ASSERT_TRUE(std::holds_alternative<http::Transfer>(*fetched_)) << refusal().words;
  EXPECT_EQ(std::get<http::Transfer>(*fetched_).size, 4U);
  EXPECT_EQ(next(), "file");
  EXPECT_EQ(next(), "");
  ASSERT_EQ(api_->sent.size(), 1U);
  EXPECT_EQ(api_->sent[0].request.url.authority(), "files.example");
  EXPECT_TRUE(api_->sent[0].request.authorization.empty()) << "the link is its own credential";
}

TEST_F(DownloadsTest, FollowsNoLinkToAnotherHost) {
  fetch("https://evil.example/a?sig=s3cret");
  EXPECT_EQ(refusal().why, Why::Refused);
  EXPECT_THAT(refusal().words, HasSubstr("the link leads to evil.example, which is not allowed"));
  EXPECT_THAT(refusal().words, Not(HasSubstr("s3cret")));
  EXPECT_TRUE(api_->sent.empty());
}

TEST_F(DownloadsTest, SayWhyThereIsNothing) {
  api_->script = {response(404, "s3cret")};
  fetch();
  EXPECT_EQ(refusal().why, Why::Failed);
  EXPECT_EQ(refusal().words,
            "files.example: the server does not have the file any more (HTTP 404)");
  ends_ = 0;
  fetch("https://files.example/a", "us");
  EXPECT_EQ(refusal().why, Why::NoRegion);
}

TEST_F(DownloadsTest, EndOnceWhereTheDaemonStops) {
  api_->script = {FakeClient::Hang{}};
  start("https://files.example/a");
  loop_.context.restart();
  loop_.context.poll();
  EXPECT_EQ(ends_, 0);
  loop_.on_loop([&] { tasks_.cancel(); });
  loop_.finish();
  EXPECT_EQ(refusal().why, Why::Unavailable);
  EXPECT_EQ(free_places(), 4);
}

TEST_F(DownloadsTest, AreFewAtOnce) {
  EXPECT_EQ(free_places(), 4);
  api_->script = {response(200, "file"), response(404)};
  fetch();
  EXPECT_EQ(free_places(), 3) << "until what holds the body is gone";
  fetched_.reset();
  EXPECT_EQ(free_places(), 4);
  fetch();
  EXPECT_EQ(free_places(), 4) << "nothing is there to be held";
}

TEST_F(DownloadsTest, LogTheirEndAndNoLink) {
  testing::internal::CaptureStderr();
  ops::start_log(core::LogEntry::Level::Info, "");
  api_->script = {response(200, "file"), response(200, "file"),
                  http::Response{200, {{"Content-Length", "9"}}, "file"},
                  http::Response{302, {{"Location", "https://evil.example/s3cret"}}, "s3cret"}};
  fetch();
  EXPECT_EQ(next(), "file");
  EXPECT_EQ(next(), "");
  fetch();
  EXPECT_EQ(next(), "file");
  fetched_.reset();
  fetch();
  EXPECT_EQ(next(), "file");
  EXPECT_NE(next(), "");
  fetch();
  ops::finish_log();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("download_ended region=eu action=a1 result=whole bytes=4"));
  EXPECT_THAT(log, HasSubstr("download_ended region=eu action=a1 result=left bytes=4"));
  EXPECT_THAT(log, HasSubstr("download_ended region=eu action=a1 result=failed bytes=4 reason="));
  EXPECT_THAT(log, Not(HasSubstr("s3cret")));
}

}  // namespace
}  // namespace mactiond::runtime

#include <gmock/gmock.h>

#include <algorithm>
#include <string>

#include "io/runtime/driver_fixture.hpp"

namespace mactiond::runtime {
namespace {

using namespace std::chrono_literals;

/// A driver that may start actions, and whose API has answered.
struct SubmitDriverTest : DriverTest {
  void start_with(std::function<FakeClient::Step(const http::Request&)> api_starts) {
    options.submit.enabled = true;
    on_start = std::move(api_starts);
    start();
    ASSERT_TRUE(until([&] { return api->sent.size() >= 3; })) << "a token, a poll and a sweep";
  }
  Result<core::Reply> ask() {
    core::SubmissionOrder order;
    order.region = "eu";
    order.machine = "m1";
    order.request = RunScan{};
    order.comment = "look";
    return operate(core::AskSubmission{order});
  }
  [[nodiscard]] core::Submission stored_row() const {
    const auto snapshot = store->load();
    EXPECT_EQ(snapshot->submissions.size(), 1U);
    return snapshot->submissions.empty() ? core::Submission() : snapshot->submissions.front();
  }
  [[nodiscard]] std::size_t posts() const {
    return static_cast<std::size_t>(std::count_if(
        api->sent.begin(), api->sent.end(),
        [](const auto& sent) { return sent.request.url.target.starts_with("/api/machines/"); }));
  }
};

TEST_F(SubmitDriverTest, ASubmissionIsStoredAsSentBeforeItsPostLeaves) {
  core::SubmissionState then = core::SubmissionState::Queued;
  start_with([&](const http::Request& request) {
    then = stored_row().state;
    const std::string& body = request.body;
    const std::size_t begin = body.find("look [");
    const std::string comment = body.substr(begin, body.find(']', begin) + 1 - begin);
    const std::string now = format_iso_time(clock.now().wall);
    return response(201, R"({"id":"a1","type":"RunAntiVirusScan","status":"Pending",)"
                         R"("machineId":"m1","requestorComment":")" +
                             comment + R"(","creationDateTimeUtc":")" + now +
                             R"(","lastUpdateDateTimeUtc":")" + now + R"("})");
  });
  const auto reply = ask();
  ASSERT_TRUE(reply);
  EXPECT_TRUE(std::holds_alternative<core::SubmissionAccepted>(*reply));
  ASSERT_TRUE(until([&] { return stored_row().state == core::SubmissionState::Submitted; }));
  EXPECT_EQ(then, core::SubmissionState::Sent);
  EXPECT_EQ(stored_row().action.value, "a1");
  const std::string counted = metrics.text();
  for (const char* result : {"queued", "submitted"}) {
    EXPECT_THAT(counted, testing::HasSubstr(std::string("result=\"") + result +
                                            "\",type=\"RunAntiVirusScan\"} 1"));
  }
  EXPECT_THAT(counted, testing::HasSubstr("code=\"201\",operation=\"start\",region=\"eu\"} 1"));
  stop();
  EXPECT_TRUE(runs_to_its_end());
}

TEST_F(SubmitDriverTest, ASubmissionThatCannotBeStoredIsNotSent) {
  start_with([](const http::Request&) { return response(201); });
  OtherProgram(directory.path())
      .run(
          "CREATE TRIGGER broken BEFORE INSERT ON submission BEGIN"
          " SELECT RAISE(ABORT, 'broken'); END");
  const auto reply = ask();
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::StoreFailed);
  EXPECT_TRUE(runs_to_its_end());
  EXPECT_EQ(ended, 74);
  EXPECT_EQ(posts(), 0U);
}

TEST_F(SubmitDriverTest, AStartInProgressHasAGraceTimeAtTheStop) {
  start_with([](const http::Request&) { return FakeClient::Hang{}; });
  ASSERT_TRUE(ask());
  ASSERT_TRUE(until([&] { return posts() == 1; }));
  stop();
  EXPECT_FALSE(until_quiet()) << "its answer says what became of it";
  clock.ahead += 6s;
  driver->reopen_log();
  EXPECT_TRUE(runs_to_its_end());
  EXPECT_EQ(ended, 0);
  EXPECT_EQ(stored_row().state, core::SubmissionState::Sent);
}

}  // namespace
}  // namespace mactiond::runtime

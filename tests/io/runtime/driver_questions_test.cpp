#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "io/runtime/driver_fixture.hpp"
#include "io/runtime/fake_client.hpp"
#include "io/runtime/other_program.hpp"
#include "runtime/question_desk.hpp"

namespace mactiond::runtime {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using Why = core::Unanswered::Why;

const std::string kMachine(40, 'a');

struct DriverQuestions : DriverTest {
  DriverQuestions() {
    api->respond = [this](const http::Request& request) -> FakeClient::Step {
      const std::string& target = request.url.target;
      if (target.starts_with("/api/machines/")) return to_question;
      if (target.ends_with("getPackageUri")) return to_question;
      return answer(request);
    };
  }
  void begin() {
    start();
    ASSERT_TRUE(until([&] { return api->sent.size() >= 2; })) << "a token and a list";
  }
  void ask(core::Question question = core::MachineById{kMachine}) {
    loop.on_loop([&] {
      driver->ask({0, "eu", std::move(question), 30s}, [this](core::QuestionResult result) {
        results.push_back(std::move(result));
        if (when_answered) when_answered();
      });
    });
  }
  [[nodiscard]] bool is_answered() {
    return until([&] { return !results.empty(); });
  }
  Why why() {
    EXPECT_EQ(results.size(), 1U);
    const auto* reason = results.empty() ? nullptr : std::get_if<core::Unanswered>(&results[0]);
    EXPECT_TRUE(reason);
    return reason == nullptr ? Why::Failed : reason->why;
  }

  FakeClient::Step to_question = response(200, R"({"id":")" + kMachine + R"("})");
  std::vector<core::QuestionResult> results;
  std::function<void()> when_answered;
};

TEST_F(DriverQuestions, AreAnsweredFromTheLoop) {
  begin();
  ask();
  EXPECT_TRUE(results.empty());
  ASSERT_TRUE(is_answered());
  const auto& machine = std::get<Machine>(std::get<core::Answer>(results.at(0)));
  EXPECT_EQ(machine.id, kMachine);
  stop();
  EXPECT_TRUE(runs_to_its_end());
  EXPECT_EQ(results.size(), 1U);
}

TEST_F(DriverQuestions, ARequestMayFollowFromWithinTheAnswer) {
  begin();
  std::optional<Result<core::Reply>> reply;
  when_answered = [&] {
    when_answered = nullptr;
    reply = driver->operate(core::PauseWebhook{"soc"});
    driver->ask({0, "eu", core::MachineById{kMachine}, 30s},
                [this](core::QuestionResult result) { results.push_back(std::move(result)); });
  };
  ask();
  ASSERT_TRUE(until([&] { return results.size() == 2; }));
  ASSERT_TRUE(reply);
  EXPECT_TRUE(*reply);
  stop();
  EXPECT_TRUE(runs_to_its_end());
}

TEST_F(DriverQuestions, EndWithTheDaemon) {
  to_question = FakeClient::Hang{};
  begin();
  ask();
  const std::size_t before = api->sent.size();
  ASSERT_TRUE(until([&] { return api->sent.size() > before; }));
  stop();
  EXPECT_TRUE(runs_to_its_end());
  EXPECT_EQ(ended, 0);
  EXPECT_EQ(why(), Why::Unavailable);
  results.clear();
  ask();
  EXPECT_EQ(why(), Why::Unavailable);
}

TEST_F(DriverQuestions, EndWithADaemonThatFails) {
  to_question = FakeClient::Throw{};
  begin();
  ask();
  EXPECT_TRUE(runs_to_its_end());
  EXPECT_EQ(ended, 70);
  EXPECT_EQ(why(), Why::Unavailable);
}

TEST_F(DriverQuestions, EndInTimeWhileTheStoreIsLocked) {
  begin();
  OtherProgram other(directory.path());
  other.run("BEGIN IMMEDIATE");
  ask();
  ASSERT_TRUE(until([&] { return driver->refusal().has_value(); })) << "the call is not stored";
  const std::size_t before = api->sent.size();
  pass(34s);
  run_for(50ms);
  EXPECT_TRUE(results.empty());
  pass(2s);
  ASSERT_TRUE(is_answered());
  EXPECT_EQ(why(), Why::Unavailable);
  EXPECT_EQ(api->sent.size(), before);
  other.run("ROLLBACK");
  ASSERT_TRUE(until([&] { return !driver->refusal(); }));
  stop();
  EXPECT_TRUE(runs_to_its_end());
  EXPECT_EQ(results.size(), 1U);
}

TEST_F(DriverQuestions, AreRefusedWhileTheStoreIsLocked) {
  begin();
  OtherProgram other(directory.path());
  other.run("BEGIN IMMEDIATE");
  ask();
  ASSERT_TRUE(until([&] { return driver->refusal().has_value(); }));
  std::vector<core::QuestionResult> refused;
  loop.on_loop([&] {
    driver->ask({0, "eu", core::MachineById{kMachine}, 30s},
                [&](core::QuestionResult result) { refused.push_back(std::move(result)); });
  });
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_EQ(std::get<core::Unanswered>(refused[0]).why, Why::Unavailable);
  other.run("ROLLBACK");
  EXPECT_TRUE(is_answered()) << "the first one";
  stop();
  EXPECT_TRUE(runs_to_its_end());
}

TEST_F(DriverQuestions, TheirLinksAreNowhere) {
  const std::string link = "https://files.example/x?sig=aPart0fTheLink";
  to_question = response(200, R"({"value":")" + link + R"("})");
  testing::internal::CaptureStderr();
  begin();
  ask(core::PackageLink{ActionId{"a"}});
  ASSERT_TRUE(is_answered());
  EXPECT_EQ(std::get<core::Link>(std::get<core::Answer>(results.at(0))).url.reveal(), link);
  stop();
  EXPECT_TRUE(runs_to_its_end());
  EXPECT_THAT(testing::internal::GetCapturedStderr(), Not(HasSubstr("aPart0fTheLink")));
  EXPECT_THAT(metrics.text(), Not(HasSubstr("files.example")));
  for (const auto& file : std::filesystem::directory_iterator(directory.path())) {
    std::ostringstream bytes;
    bytes << std::ifstream(file.path()).rdbuf();
    EXPECT_THAT(bytes.str(), Not(HasSubstr("aPart0fTheLink"))) << file.path();
  }
}

}  // namespace
}  // namespace mactiond::runtime

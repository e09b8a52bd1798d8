#include "ctl/cancel_command.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "command_fixture.hpp"

namespace mactiond::ctl {
namespace {

using testing::HasSubstr;

const std::string kDecided = http_answer(200, R"({"action_id":"a1","decision_id":"d2"})");

// The action with an older cancel, and ours.
std::string in_state(const std::string& state) {
  return http_answer(200, R"({"decisions":[{"id":"d1","state":"failed","outcome":"old"},)"
                          R"({"id":"d2","state":")" +
                              state + R"(","outcome":"Succeeded"}]})");
}

class CancelTest : public CommandTest {
 protected:
  Result cancelled(std::vector<std::string> answers) {
    daemon_.start(std::move(answers));
    return run([&](const Session& session, const Pace& pace, Progress& progress) {
      return cancel(session, choice_, pace, progress);
    });
  }

  CancelChoice choice_{.id = "a1", .comment = "why", .region = "eu"};
};

TEST_F(CancelTest, IsDecidedWithoutAWait) {
  const auto [exit_code, out, errors] = cancelled({kDecided});
  EXPECT_EQ(exit_code, 0);
  EXPECT_THAT(out, HasSubstr("the cancel of a1 is decided"));
  EXPECT_EQ(daemon_.requests().size(), 1U);
}

TEST_F(CancelTest, WaitsForEachEndWithItsExitCode) {
  choice_.wait.text = "true";
  for (const auto& [state, expected] : std::vector<std::pair<std::string, int>>{
           {"confirmed", 0}, {"overtaken", 3}, {"failed", 1}}) {
    const auto [exit_code, out, errors] =
        cancelled({kDecided, in_state("posted"), in_state(state)});
    EXPECT_EQ(exit_code, expected) << state;
    EXPECT_EQ(out, state == "confirmed" ? "a1 is cancelled\n" : "");
    EXPECT_THAT(errors, HasSubstr("mactionctl: the cancel of a1: posted\n"));
  }
  EXPECT_THAT(daemon_.requests().back(), HasSubstr("GET /v1/actions/a1?region=eu HTTP"));
  EXPECT_EQ(pace_.passed(), Duration(std::chrono::seconds(3))) << "one look a second";
}

TEST_F(CancelTest, SaysThatItIsOpenWhenTheTimeIsUp) {
  choice_.wait.text = "2s";
  const auto [exit_code, out, errors] =
      cancelled({kDecided, in_state("accepted"), in_state("accepted"), in_state("accepted")});
  EXPECT_EQ(exit_code, 4);
  EXPECT_THAT(errors, HasSubstr("the cancel of a1 is still accepted; it continues"));
}

TEST_F(CancelTest, GivesAScriptItsEnd) {
  json_ = true;
  choice_.wait.text = "true";
  const auto [exit_code, out, errors] = cancelled({kDecided, in_state("overtaken")});
  EXPECT_EQ(exit_code, 3);
  EXPECT_EQ(out, R"({"action_id":"a1","decision":{"id":"d2","state":"overtaken",)"
                 R"("outcome":"Succeeded"}})"
                 "\n");
  EXPECT_EQ(errors, "");
}

TEST_F(CancelTest, ShowsWhyTheDaemonRefuses) {
  choice_.wait.text = "true";
  const auto [exit_code, out, errors] =
      cancelled({http_answer(409, R"({"title":"Conflict","detail":"not open"})")});
  EXPECT_EQ(exit_code, 1);
  EXPECT_EQ(errors, "mactionctl: 409 Conflict: not open\n");
  choice_.wait.text = "soon";
  EXPECT_EQ(cancelled({}).exit_code, 64);
}

}  // namespace
}  // namespace mactiond::ctl

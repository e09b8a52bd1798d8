#include "ctl/submit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <set>
#include <string>
#include <vector>

#include "command_fixture.hpp"

namespace mactiond::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string submission(const std::string& state, const std::string& more = "") {
  return R"({"id":"sub_1","state":")" + state + R"(","type":"RunAntiVirusScan",)" +
         R"("computer":"srv-1","asked":"2026-11-20T10:00:00Z")" + more + '}';
}

const std::string kTaken = http_answer(202, R"({"id":"sub_1","state":"queued"})");

std::string in_state(const std::string& state, const std::string& more = "") {
  return http_answer(200, submission(state, more));
}

std::string key_of(const std::string& request) {
  const std::string name = "Idempotency-Key: ";
  const std::size_t begin = request.find(name);
  if (begin == std::string::npos) return {};
  return request.substr(begin + name.size(), request.find('\r', begin) - begin - name.size());
}

class SubmitTest : public CommandTest {
 protected:
  SubmitTest() {
    choice_.request = RunScan{};
    choice_.machine = "srv-1";
    choice_.comment = "odd";
  }

  Result submitted(std::vector<std::string> answers) {
    daemon_.start(std::move(answers));
    return run([&](const Session& session, const Pace& pace, Progress& progress) {
      return submit(session, choice_, pace, progress);
    });
  }

  SubmitChoice choice_;
};

TEST_F(SubmitTest, SaysThatTheDaemonTookIt) {
  const auto [exit_code, out, errors] = submitted({kTaken});
  EXPECT_EQ(exit_code, 0);
  EXPECT_EQ(out, "sub_1 is queued; see \"mactionctl submissions sub_1\"\n");
  EXPECT_EQ(errors, "");
  const std::string request = daemon_.requests().at(0);
  EXPECT_THAT(request, HasSubstr("POST /v1/submissions HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nIdempotency-Key: mactionctl-"));
  EXPECT_THAT(request, HasSubstr(R"("machine":"srv-1","type":"RunAntiVirusScan")"));
}

TEST_F(SubmitTest, SendsNothingThatIsWrong) {
  choice_.comment.clear();
  const auto [exit_code, out, errors] = submitted({kTaken});
  EXPECT_EQ(exit_code, 64);
  EXPECT_THAT(errors, HasSubstr("--comment"));
  EXPECT_TRUE(daemon_.requests().empty());
}

TEST_F(SubmitTest, RepeatsALostRequestUnderItsKey) {
  const auto [exit_code, out, errors] =
      submitted({"", http_answer(503, "{}"), http_answer(200, R"({"id":"sub_1","state":"sent"})")});
  EXPECT_EQ(exit_code, 0);
  EXPECT_THAT(out, HasSubstr("sub_1 was asked for before with this key and is sent"));
  EXPECT_THAT(errors, HasSubstr("back after 2 attempts"));
  const auto requests = daemon_.requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[0], requests[1]);
  EXPECT_EQ(requests[0], requests[2]);
}

TEST_F(SubmitTest, SaysHowToAskAgainWhereNoAnswerCame) {
  choice_.key = "ticket-1";
  const auto [exit_code, out, errors] = submitted({});
  EXPECT_EQ(exit_code, 69);
  EXPECT_EQ(pace_.passed(), Duration(std::chrono::seconds(30)));
  EXPECT_THAT(errors, HasSubstr("whether the submission was made is not known: the same command "
                                "with --idempotency-key ticket-1 makes no second one"));
  for (const std::string& request : daemon_.requests()) EXPECT_EQ(key_of(request), "ticket-1");
}

TEST_F(SubmitTest, OfAStoreThatStaysLockedTheOutcomeIsNotKnown) {
  choice_.key = "ticket-1";
  const std::string locked =
      http_answer(503, R"({"title":"Service Unavailable","detail":"carried out later"})");
  const auto [exit_code, out, errors] = submitted(std::vector<std::string>(40, locked));
  EXPECT_EQ(exit_code, 69);
  EXPECT_THAT(errors, HasSubstr("carried out later; whether the submission was made is not known: "
                                "the same command with --idempotency-key ticket-1 "));
}

TEST_F(SubmitTest, ADaemonThatStopsHasNotAccepted) {
  const std::string stopping =
      http_answer(503, R"({"title":"Service Unavailable","detail":"stopping","guard":"stopping"})");
  const auto [exit_code, out, errors] = submitted(std::vector<std::string>(40, stopping));
  EXPECT_EQ(exit_code, 1);
  EXPECT_THAT(errors, Not(HasSubstr("not known")));
}

const std::string kNoKeys =
    http_answer(409, R"({"title":"Conflict","detail":"recovered","guard":"store_recovered"})");

TEST_F(SubmitTest, AfterARecoveryANewKeyIsLeftOut) {
  const auto [exit_code, out, errors] = submitted({kNoKeys, kTaken});
  EXPECT_EQ(exit_code, 0);
  const auto requests = daemon_.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_NE(key_of(requests[0]), "");
  EXPECT_EQ(key_of(requests[1]), "");
}

TEST_F(SubmitTest, AfterARecoveryAKeyThatMayBeKnownIsRefused) {
  choice_.key = "ticket-1";
  EXPECT_EQ(submitted({kNoKeys, kTaken}).exit_code, 1);
  EXPECT_EQ(daemon_.requests().size(), 1U);
  choice_.key.clear();
  EXPECT_EQ(submitted({"", kNoKeys, kTaken}).exit_code, 1) << "the lost request may be known";
}

TEST_F(SubmitTest, WithoutAKeyNothingIsRepeated) {
  const auto [exit_code, out, errors] = submitted({kNoKeys, "", kTaken});
  EXPECT_EQ(exit_code, 69);
  EXPECT_THAT(errors, HasSubstr("whether the submission was made is not known: look for it with "
                                "\"mactionctl submissions\" before you repeat the command"));
  EXPECT_EQ(daemon_.requests().size(), 2U);
}

TEST_F(SubmitTest, DoesNotWaitForADaemonThatWasNeverThere) {
  const auto [exit_code, out, errors] =
      run([&](const Session& session, const Pace& pace, Progress& progress) {
        return submit(session, choice_, pace, progress);
      });
  EXPECT_EQ(exit_code, 69);
  EXPECT_EQ(pace_.passed(), Duration{});
  EXPECT_THAT(errors, HasSubstr("is mactiond running?"));
  EXPECT_THAT(errors, Not(HasSubstr("not known")));
}

TEST_F(SubmitTest, ShowsWhyTheDaemonRefuses) {
  const auto [exit_code, out, errors] = submitted({http_answer(
      429, R"({"title":"Too Many Requests","detail":"60 an hour"})", "Retry-After: 60\r\n")});
  EXPECT_EQ(exit_code, 1);
  EXPECT_EQ(errors, "mactionctl: 429 Too Many Requests: 60 an hour\ntry again in 1m\n");
}

TEST_F(SubmitTest, WaitsForEachEndWithItsExitCode) {
  choice_.wait.text = "true";
  for (const auto& [state, expected] : std::vector<std::pair<std::string, int>>{{"succeeded", 0},
                                                                                {"failed", 1},
                                                                                {"timed_out", 1},
                                                                                {"refused", 1},
                                                                                {"expired", 1},
                                                                                {"cancelled", 3},
                                                                                {"lost", 5}}) {
    const auto [exit_code, out, errors] = submitted(
        {kTaken, in_state("queued", R"(,"position":2)"), in_state("sent"), in_state(state)});
    EXPECT_EQ(exit_code, expected) << state;
    EXPECT_THAT(errors,
                HasSubstr("mactionctl: sub_1: queued, position 2\nmactionctl: sub_1: sent"));
    EXPECT_EQ(out.empty(), expected != 0) << "what went wrong is on stderr";
    EXPECT_THAT(out + errors, HasSubstr("RunAntiVirusScan on srv-1 "));
  }
  EXPECT_THAT(daemon_.requests().at(1), HasSubstr("GET /v1/submissions/sub_1 HTTP"));
  EXPECT_THAT(daemon_.requests().at(2), HasSubstr("GET /v1/submissions/sub_1?wait=30s HTTP"));
}

TEST_F(SubmitTest, SaysThatItIsOpenWhenTheTimeIsUp) {
  choice_.wait.text = "0s";
  const auto [exit_code, out, errors] = submitted({kTaken, in_state("sent")});
  EXPECT_EQ(exit_code, 4);
  EXPECT_EQ(out, "");
  EXPECT_THAT(errors, HasSubstr("continues without being waited for: see \"mactionctl submissions "
                                "sub_1\""));
}

TEST_F(SubmitTest, WaitsOverARestartUntilItsTimeIsUp) {
  choice_.wait.text = "10s";
  pace_.on_pause = [&] { daemon_.stop(); };
  const auto [exit_code, out, errors] = submitted({kTaken, in_state("sent")});
  EXPECT_EQ(exit_code, 4);
  EXPECT_EQ(pace_.passed(), Duration(std::chrono::seconds(10)));
  EXPECT_THAT(errors, HasSubstr("sub_1: sent; it continues"));
  EXPECT_THAT(errors, HasSubstr("the daemon does not answer now"));
}

TEST_F(SubmitTest, KnowsNothingOfASubmissionThatTheDaemonHasForgotten) {
  choice_.wait.text = "true";
  const auto [exit_code, out, errors] =
      submitted({kTaken, http_answer(404, R"({"title":"Not Found"})")});
  EXPECT_EQ(exit_code, 5);
  EXPECT_THAT(errors, HasSubstr("its outcome is unknown: do not repeat it"));
  EXPECT_EQ(out, "");
  json_ = true;
  const Result script = submitted({kTaken, http_answer(404, R"({"title":"Not Found"})")});
  EXPECT_EQ(script.exit_code, 5);
  EXPECT_THAT(script.errors, HasSubstr("its outcome is unknown"));
}

TEST_F(SubmitTest, GivesAScriptOneObject) {
  json_ = true;
  EXPECT_EQ(submitted({kTaken}).out, "{\"id\":\"sub_1\",\"state\":\"queued\"}\n");
  choice_.wait.text = "true";
  const auto [exit_code, out, errors] =
      submitted({kTaken, in_state("sent"), in_state("refused", R"(,"reason":"rejected")")});
  EXPECT_EQ(exit_code, 1);
  EXPECT_EQ(out, submission("refused", R"(,"reason":"rejected")") + '\n');
  EXPECT_EQ(errors, "");
}

TEST_F(SubmitTest, ReportsWhatDoesNotAnswerLikeTheDaemon) {
  const auto [exit_code, out, errors] = submitted({http_answer(200, "{}")});
  EXPECT_EQ(exit_code, 69);
  EXPECT_THAT(errors, HasSubstr("does not answer like mactiond"));
}

TEST_F(SubmitTest, WaitsForOneThatExists) {
  const auto wait = [&](const Session& session, const Pace& pace, Progress& progress) {
    return wait_for_submission(session, "sub_1", std::nullopt, pace, progress);
  };
  daemon_.start({in_state("sent"), in_state("succeeded")});
  EXPECT_EQ(run(wait).exit_code, 0);
  daemon_.start({http_answer(404, R"({"title":"Not Found","detail":"no such submission"})")});
  const auto [exit_code, out, errors] = run(wait);
  EXPECT_EQ(exit_code, 1);
  EXPECT_EQ(errors, "mactionctl: 404 Not Found: no such submission\n");
}

TEST_F(SubmitTest, AnEndThatIsThereAtOnceIsReportedWithItsExitCode) {
  const std::string refused = submission("refused", R"(,"reason":"blocked","blocked_by":"a1")");
  const auto [exit_code, out, errors] = submitted({http_answer(202, refused)});
  EXPECT_EQ(exit_code, 1);
  EXPECT_THAT(errors, HasSubstr("was refused: an action is in the way: action a1; look at it"));
  EXPECT_EQ(submitted({http_answer(200, submission("lost"))}).exit_code, 5) << "the key was known";
  json_ = true;
  EXPECT_EQ(submitted({http_answer(202, refused)}).exit_code, 1);
}

}  // namespace
}  // namespace mactiond::ctl

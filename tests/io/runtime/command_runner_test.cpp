#include "runtime/command_runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "action/action_request.hpp"
#include "io/runtime/runner.hpp"
#include "support/builders.hpp"

namespace mactiond::runtime {
namespace {

using namespace std::chrono_literals;
using test::FakeClient;
using test::response;

/// One kind of command, and an answer that it takes.
struct Kind {
  const char* name;
  core::Command (*make)(const Runner& runner);
  http::Response answer;
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

constexpr const char* kAction = R"({"id":"a1","type":"Isolate","status":"Pending",)"
                                R"("creationDateTimeUtc":"2026-11-20T10:00:00Z",)"
                                R"("lastUpdateDateTimeUtc":"2026-11-20T10:00:00Z"})";

const std::string kMachine(40, 'a');

std::vector<Kind> kinds() {
  return {
      {"token",
       [](const Runner& r) -> core::Command {
         return core::FetchToken{{7}, "eu", r.clock.time.mono + 30s};
       },
       response(200, R"({"access_token":"t","expires_in":3600})")},
      {"list", [](const Runner& r) -> core::Command { return r.list(); },
       response(200, R"({"value":[]})")},
      {"get",
       [](const Runner& r) -> core::Command {
         const MonoTime now = r.clock.time.mono;
         return core::GetAction{{7}, "eu", {"a1"}, Secret("token"), now + 30s, now + 10s};
       },
       response(200, kAction)},
      {"cancel",
       [](const Runner& r) -> core::Command {
         const MonoTime now = r.clock.time.mono;
         return core::CancelAction{{7}, "eu", {"a1"}, "why", Secret("token"), now + 30s, now + 10s};
       },
       response(200, kAction)},
      {"start",
       [](const Runner& r) -> core::Command {
         const MonoTime now = r.clock.time.mono;
         return core::StartAction{
             {7}, "eu", "m1", RunScan{}, "why [sub_1]", Secret("token"), now + 30s, now + 10s};
       },
       response(201, kAction)},
      {"question",
       [](const Runner& r) -> core::Command {
         const MonoTime now = r.clock.time.mono;
         return core::AskApi{{7},       "eu",     core::MachineById{kMachine}, Secret("token"),
                             now + 30s, now + 10s};
       },
       response(200, R"({"id":")" + kMachine + R"("})")},
      {"delivery", [](const Runner& r) -> core::Command { return r.delivery(); }, response(200)},
  };
}

struct EveryCommand : testing::TestWithParam<Kind>, Runner {
  void script(FakeClient::Step step) {
    api->script = {step};
    receiver->script = {step};
  }
  void begin() { start(GetParam().make(*this)); }
  [[nodiscard]] std::size_t sent() const { return api->sent.size() + receiver->sent.size(); }
  void TearDown() override {
    EXPECT_TRUE(reads.empty());
    EXPECT_TRUE(deliveries.empty());
  }
  void expect_one_event(Reason reason) {
    ASSERT_EQ(posted.size(), 1U);
    EXPECT_EQ(command_of(posted.front()), 7U);
    EXPECT_EQ(to_string(outcome_of(posted.front()).reason), to_string(reason));
    EXPECT_EQ(failures, 0);
  }
};

TEST_P(EveryCommand, EndsInOneEventWithItsAnswer) {
  script(GetParam().answer);
  begin();
  finish();
  expect_one_event(Reason::None);
}

TEST_P(EveryCommand, EndsInOneEventWhenTheServerFails) {
  script(response(503, "<html>"));
  begin();
  finish();
  expect_one_event(Reason::ServerError);
}

TEST_P(EveryCommand, EndsInOneEventAtItsDeadline) {
  script(Error(Errc::DeadlineExceeded, "api"));
  begin();
  finish();
  expect_one_event(Reason::Timeout);
}

TEST_P(EveryCommand, EndsInOneEventWhenTheConnectionIsLost) {
  script(Error(Errc::ConnectionLost, "api"));
  begin();
  finish();
  expect_one_event(Reason::Network);
}

TEST_P(EveryCommand, EndsInOneEventWhenItIsCancelledUnderWay) {
  script(FakeClient::Hang{});
  begin();
  poll();
  EXPECT_EQ(sent(), 1U);
  EXPECT_TRUE(posted.empty());
  cancel();
  finish();
  expect_one_event(Reason::Stopped);
}

TEST_P(EveryCommand, ReportsAnExceptionOnceInsteadOfAnEvent) {
  script(FakeClient::Throw{});
  begin();
  finish();
  EXPECT_EQ(failures, 1);
  EXPECT_TRUE(posted.empty());
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryCommand, testing::ValuesIn(kinds()),
                         [](const auto& kind) { return std::string(kind.param.name); });

struct CommandRunnerTest : testing::Test, Runner {};

TEST_F(CommandRunnerTest, AnAnswerThatIsNoDocumentIsABadAnswer) {
  for (const Kind& kind : kinds()) {
    if (kind.name == std::string("cancel") || kind.name == std::string("delivery")) continue;
    api->script = {response(200, "<html>")};
    posted.clear();
    start(kind.make(*this));
    finish();
    EXPECT_EQ(outcome().reason, Reason::BadAnswer) << kind.name;
  }
}

TEST_F(CommandRunnerTest, AnotherActionThanTheOneAskedForIsABadAnswer) {
  api->script = {response(200, kAction)};
  const MonoTime now = clock.time.mono;
  start(core::GetAction{{7}, "eu", {"a2"}, Secret("token"), now + 30s, now + 10s});
  finish();
  EXPECT_EQ(outcome().reason, Reason::BadAnswer);
}

TEST_F(CommandRunnerTest, ACallOfTheApiIsNeverRepeatedAndNotSentTooLate) {
  for (const Kind& kind : kinds()) {
    if (kind.name == std::string("delivery")) continue;
    api->sent.clear();
    api->script = {kind.answer};
    start(kind.make(*this));
    finish();
    ASSERT_EQ(api->sent.size(), 1U) << kind.name;
    const http::Limits& limits = api->sent.front().limits;
    EXPECT_FALSE(limits.replay) << kind.name;
    EXPECT_LE(limits.connect_timeout, 30s) << kind.name;
    EXPECT_LE(limits.connect_timeout, limits.timeout) << kind.name;
    EXPECT_EQ(limits.head_suffices, kind.name == std::string("cancel")) << kind.name;
  }
}

core::StartAction start_of_a_scan(MonoTime now) {
  return {{7}, "eu", "m1", RunScan{}, "why [sub_1]", Secret("token"), now + 30s, now + 10s};
}

TEST_F(CommandRunnerTest, AStartSaysWhetherItMayHaveLeft) {
  const Error late(Errc::DeadlineExceeded, "api");
  for (const bool begun : {false, true}) {
    api->script = {http::SendError(late, begun)};
    posted.clear();
    start(start_of_a_scan(clock.time.mono));
    finish();
    ASSERT_EQ(posted.size(), 1U);
    EXPECT_EQ(std::get<core::ActionStarted>(posted.front()).answer.unsent, !begun);
  }
}

TEST_F(CommandRunnerTest, AStartHandsTheWholeAnswerOn) {
  http::Response busy = response(400, R"({"error":{"code":"ActiveRequestAlreadyExists","message":)"
                                      R"("5382f7ea-7557-4ab7-9782-d50480024a4e"}})");
  busy.headers.push_back({"Date", "Fri, 20 Nov 2026 10:00:00 GMT"});
  api->script = {busy};
  start(start_of_a_scan(clock.time.mono));
  finish();
  ASSERT_EQ(posted.size(), 1U);
  const auto& event = std::get<core::ActionStarted>(posted.front());
  EXPECT_TRUE(event.answer.busy);
  EXPECT_EQ(event.answer.blocker, ActionId{"5382f7ea-7557-4ab7-9782-d50480024a4e"});
  EXPECT_TRUE(event.server_date);
  ASSERT_EQ(api->sent.size(), 1U);
  const http::Request& sent = api->sent.front().request;
  EXPECT_EQ(sent.method, "POST");
  EXPECT_EQ(sent.url.target, "/api/machines/m1/runAntiVirusScan");
  EXPECT_THAT(sent.body, testing::HasSubstr("why [sub_1]"));
  EXPECT_EQ(sent.authorization.reveal(), "Bearer token");
}

TEST_F(CommandRunnerTest, ASecretThatCannotBeReadIsReportedWithoutACall) {
  secret = Error(Errc::PathNotUsable, "/etc/mactiond/secret");
  start(core::FetchToken{{7}, "eu", clock.time.mono + 30s});
  finish();
  EXPECT_TRUE(api->sent.empty());
  EXPECT_EQ(outcome().reason, Reason::Auth);
  EXPECT_EQ(outcome().verdict, Verdict::GiveUp);
  EXPECT_NE(outcome().detail.find("/etc/mactiond/secret"), std::string::npos);
}

TEST_F(CommandRunnerTest, WhatTheTokenSaysIsHandedOn) {
  // The payload: {"aud":"https://api.example","tid":"t1","roles":["Machine.Read.All"]}
  api->script = {response(
      200,
      R"({"access_token":"e30.eyJhdWQiOiJodHRwczovL2FwaS5leGFtcGxlIiwidGlkIjoidDEiLCJyb2xlcyI6WyJN)"
      R"(YWNoaW5lLlJlYWQuQWxsIl19.c2ln","expires_in":3600,"refresh_in":1800})")};
  start(core::FetchToken{{7}, "eu", clock.time.mono + 30s});
  finish();
  ASSERT_EQ(posted.size(), 1U);
  const auto& event = std::get<core::TokenFetched>(posted.front());
  EXPECT_EQ(event.lifetime, 1h);
  EXPECT_EQ(event.refresh_in, 30min);
  ASSERT_TRUE(event.claims);
  EXPECT_EQ(event.claims->aud, "https://api.example");
  EXPECT_THAT(event.claims->roles, testing::ElementsAre("Machine.Read.All"));
}

TEST_F(CommandRunnerTest, ACallUnderWayEndsWithWhatItBeganWithAfterAReload) {
  api->script = {FakeClient::Hang{}};
  start(list(7));
  poll();
  auto next = std::make_shared<RegionAccess>(*accesses.regions["eu"]);
  auto other =
      std::make_shared<FakeClient>(std::deque<FakeClient::Step>{response(200, R"({"value":[]})")});
  next->client = other;
  accesses.regions["eu"] = std::move(next);
  runner->set_accesses(accesses);
  start(list(8));
  poll();
  EXPECT_EQ(other->sent.size(), 1U);
  ASSERT_EQ(posted.size(), 1U);
  EXPECT_EQ(command_of(posted.front()), 8U);
  cancel();
  finish();
  EXPECT_EQ(posted.size(), 2U);
  EXPECT_EQ(api->sent.size(), 1U);
}

}  // namespace
}  // namespace mactiond::runtime

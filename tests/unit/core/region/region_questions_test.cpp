#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/engine.hpp"
#include "core/question/question_queue.hpp"
#include "core/quota/token_bucket.hpp"
#include "support/builders.hpp"
#include "support/engine_harness.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::open_action;
using test::refusal;
using Why = Unanswered::Why;

const std::string kMachine(40, 'a');
Machine machine() {
  Machine made;
  made.id = kMachine;
  return made;
}

const Outcome kNoRole = refusal(Verdict::GiveUp, Reason::Permission, 403, {}, "Forbidden: x; y");

/// A region that is asked by operators, at least a minute after its token was fetched.
struct RegionQuestions : testing::Test, test::EngineHarness {
  RegionQuestions() {
    begin();
    run(2min, [this] { answer_all(); });
  }
  /// Every call but those of questions.
  void answer_all() {
    while (count<FetchToken>() > 0) give_token("token " + std::to_string(++tokens));
    while (count<ListActions>() > 0) {
      lists.push_back(now.mono);
      list({});
    }
  }
  void ask(std::uint64_t number, Question question = MachineById{kMachine},
           Duration patience = 30s) {
    step(AskQuestion{number, "eu", std::move(question), patience});
  }
  void reply(const AskApi& call, Answer answer) {
    step(QuestionAnswered{call.id, {}, std::move(answer), date()});
  }
  void refuse(const AskApi& call, const Outcome& outcome) {
    step(QuestionAnswered{call.id, outcome, {}, date()});
  }
  /// Every question is answered at once, until then.
  void run_answering(Duration time) {
    run(time, [this] {
      answer_all();
      while (count<AskApi>() > 0) {
        const auto call = take<AskApi>();
        asked.push_back(now.mono);
        reply(call, machine());
      }
    });
  }
  Unanswered why(std::uint64_t number) {
    const auto found = answers.find(number);
    const auto* ended = found == answers.end() ? nullptr : std::get_if<Unanswered>(&found->second);
    if (ended != nullptr) return *ended;
    ADD_FAILURE() << "question " << number << " is not refused";
    return {};
  }
  [[nodiscard]] bool is_answered(std::uint64_t number) const {
    const auto found = answers.find(number);
    return found != answers.end() && std::holds_alternative<Answer>(found->second);
  }

  int tokens = 0;
  std::vector<MonoTime> lists;
  std::vector<MonoTime> asked;
};

TEST_F(RegionQuestions, AreAskedAtOnceAndAnswered) {
  ask(7);
  const auto call = take<AskApi>();
  EXPECT_EQ(call.region, "eu");
  EXPECT_EQ(std::get<MachineById>(call.question).id, kMachine);
  EXPECT_FALSE(call.token.empty());
  EXPECT_EQ(call.deadline, now.mono + 30s);
  EXPECT_EQ(call.send_by, now.mono + kSendWithin);
  EXPECT_TRUE(answers.empty());
  reply(call, machine());
  ASSERT_TRUE(is_answered(7));
  EXPECT_EQ(std::get<Machine>(std::get<Answer>(answers.at(7))).id, kMachine);
}

TEST_F(RegionQuestions, ACallEndsWhenNobodyWaitsForIt) {
  ask(7, MachineById{kMachine}, 4s);
  const auto call = take<AskApi>();
  EXPECT_EQ(call.deadline, now.mono + 4s);
  EXPECT_EQ(call.send_by, call.deadline);
}

TEST_F(RegionQuestions, OfAnUnknownRegionOrTooManyAreRefused) {
  step(AskQuestion{1, "no", MachineById{kMachine}, 30s});
  EXPECT_EQ(why(1).why, Why::NoRegion);
  for (std::uint64_t number = 10; answers.size() == 1; ++number) ask(number);
  EXPECT_EQ(answers.rbegin()->first, 10 + kQuestionsAtOnce + kQuestionsWaitingMax);
  EXPECT_EQ(why(answers.rbegin()->first).why, Why::TooMany);
  EXPECT_EQ(count<AskApi>(), 2);
}

TEST_F(RegionQuestions, WaitForATokenAndSayWhyThereWasNone) {
  restart({});
  tick();
  ask(1);
  EXPECT_EQ(count<AskApi>(), 0);
  refuse_token(refusal(Verdict::GiveUp, Reason::Auth, 401, {}, "invalid_client"));
  pass(30s);
  EXPECT_EQ(why(1).why, Why::TimeUp);
  EXPECT_NE(why(1).words.find("no token: auth 401: invalid_client"), std::string::npos)
      << why(1).words;
}

TEST_F(RegionQuestions, AreAskedOnceMoreAfterA401) {
  ask(1);
  refuse(take<AskApi>(), test::unauthorized());
  EXPECT_EQ(count<AskApi>(), 0);
  give_token("new");
  const auto again = take<AskApi>();
  EXPECT_EQ(again.token.reveal(), "new");
  refuse(again, test::unauthorized());
  EXPECT_EQ(why(1).why, Why::Refused);
}

TEST_F(RegionQuestions, AreAskedOnceMoreAfterA403WithATokenThatMayHaveTheRole) {
  ask(1, MachineOfAlert{"da1_2"});
  refuse(take<AskApi>(), kNoRole);
  ASSERT_EQ(count<FetchToken>(), 1);
  give_token("new");
  refuse(take<AskApi>(), kNoRole);
  EXPECT_EQ(why(1).why, Why::Refused);
  EXPECT_EQ(why(1).words, "Forbidden: x; y");
  ask(2, MachineOfAlert{"da1_2"});
  refuse(take<AskApi>(), kNoRole);
  EXPECT_EQ(why(2).why, Why::Refused) << "the token is new";
}

TEST_F(RegionQuestions, ARoleThatTheyLackDoesNotStopThePolls) {
  ask(1, MachineOfAlert{"da1_2"});
  refuse(take<AskApi>(), kNoRole);
  lists.clear();
  run(1min, [this] {
    while (count<ListActions>() > 0) {
      lists.push_back(now.mono);
      list({});
    }
  });
  EXPECT_GE(lists.size(), 3U);
  EXPECT_EQ(engine().status(now).regions[0].state, RegionState::Ok);
}

TEST_F(RegionQuestions, WaitWhileTheApiHoldsTheRegion) {
  ask(1);
  refuse(take<AskApi>(), test::throttled(10s));
  EXPECT_EQ(count<AskApi>(), 0);
  run(11s, [this] { answer_all(); });
  EXPECT_EQ(count<AskApi>(), 1);
}

TEST_F(RegionQuestions, EndAtOnceWhereTheQuotaHasNoCallInTime) {
  ask(1);
  refuse(take<AskApi>(), test::throttled(1min));
  EXPECT_EQ(why(1).why, Why::TimeUp) << "the hold is longer than it waits";
  ask(2);
  EXPECT_EQ(why(2).why, Why::TimeUp);
  EXPECT_EQ(why(2).words, "the region's quota has no call in time: try again in 61 s");
  EXPECT_GT(why(2).retry_after, 60s);
}

TEST_F(RegionQuestions, HaveAQuotaOfTheirOwnForLinksToPackages) {
  ask(1, PackageLink{ActionId{"a"}}, 1min);
  ask(2, PackageLink{ActionId{"a"}}, 1min);
  ask(3, ResultLink{ActionId{"a"}, 0});
  EXPECT_EQ(count<AskApi>(), 2) << "two a minute, and not at once";
  reply(take<AskApi>(), Link{Secret("https://x/?sig")});
  reply(take<AskApi>(), Link{Secret("https://x/?sig")});
  EXPECT_TRUE(is_answered(1) && is_answered(3));
  run_answering(40s);
  EXPECT_TRUE(is_answered(2));
}

TEST_F(RegionQuestions, DoNotStopThePollsHoweverManyAreAsked) {
  lists.clear();
  std::uint64_t number = 0;
  for (int i = 0; i < 1800; ++i) {
    while (count<AskApi>() == 0 && answers.size() == number)
      ask(++number, MachineById{kMachine}, 1h);
    run_answering(1s);
  }
  EXPECT_GE(lists.size(), 75U) << "half of what an idle region does";
  EXPECT_GE(asked.size(), 400U);
  MonoTime before = lists.front();
  Duration longest{};
  for (const MonoTime list : lists) longest = std::max(longest, list - std::exchange(before, list));
  EXPECT_LE(longest, 40s);
}

TEST_F(RegionQuestions, GoBeforeTheListsWhilePollsTakeEveryToken) {
  int young = 0;
  const auto busy = [this, &young] {
    while (count<FetchToken>() > 0) give_token();
    while (count<ListActions>() > 0) {
      list({open_action("a" + std::to_string(young)).created(server()).updated(server())});
    }
  };
  for (int minute = 0; minute < 30; ++minute) {
    ++young;
    run(1min, busy);
  }
  ask(1);
  for (int i = 0; i < 5 && count<AskApi>() == 0; ++i) run(1s, busy);
  EXPECT_EQ(count<AskApi>(), 1);
}

TEST_F(RegionQuestions, EndWithTheirRegion) {
  ask(1);
  ask(2);
  ask(3);
  const auto call = take<AskApi>();
  Options next = options;
  next.regions[0].name = "us";
  take_step(engine().reconfigure(next, snapshot, now));
  for (const std::uint64_t number : {1U, 2U, 3U}) EXPECT_EQ(why(number).why, Why::NoRegion);
  reply(call, machine());
  EXPECT_EQ(answers.size(), 3U);
}

TEST_F(RegionQuestions, StayWhereAReloadKeepsTheRegion) {
  ask(1);
  take_step(engine().reconfigure(options, snapshot, now));
  reply(take<AskApi>(), machine());
  EXPECT_TRUE(is_answered(1));
}

TEST_F(RegionQuestions, EndWithTheDaemon) {
  ask(1);
  ask(2);
  ask(3);
  const auto call = take<AskApi>();
  step(StopRequested{});
  for (const std::uint64_t number : {1U, 2U, 3U}) EXPECT_EQ(why(number).why, Why::Unavailable);
  refuse(call, test::stopped());
  ask(4);
  EXPECT_EQ(why(4).why, Why::Unavailable);
}

}  // namespace
}  // namespace mactiond::core

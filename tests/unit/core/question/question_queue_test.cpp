#include "core/question/question_queue.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "action/machine_query.hpp"
#include "queue_harness.hpp"
#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::refusal;

struct QuestionQueueTest : testing::Test, QueueHarness {};

Machine machine(const std::string& name, const std::string& id = kMachine) {
  Machine made;
  made.id = id;
  made.computer_dns_name = name;
  return made;
}

MachinesNamed named(const std::string& name) { return {*first_query(name)}; }

TEST_F(QuestionQueueTest, AsksTheOldestFirstAndTwoAtOnce) {
  for (std::uint64_t number : {7U, 8U, 9U}) take(number, MachineById{kMachine});
  EXPECT_EQ(std::get<MachineById>(leave(7)).id, kMachine);
  EXPECT_EQ(due(), 8U);
  leave(8);
  EXPECT_EQ(due(), std::nullopt);
  EXPECT_EQ(queue.due_at(QuotaKind::Api, token_from), std::nullopt);
  EXPECT_EQ(answer_of<Machine>(succeed(8, machine("pc"))), machine("pc"));
  EXPECT_EQ(due(), 9U);
}

TEST_F(QuestionQueueTest, TakesNoMoreThanItsLimit) {
  for (std::uint64_t number = 1; number <= kQuestionsWaitingMax; ++number) {
    take(number, MachineById{kMachine});
  }
  EXPECT_FALSE(queue.take(99, MachineById{kMachine}, now + 1min));
  leave(1);
  EXPECT_TRUE(queue.take(99, MachineById{kMachine}, now + 1min)) << "one does not wait any more";
}

TEST_F(QuestionQueueTest, ThatWaitsForAQuotaOfItsOwnHoldsNobodyUp) {
  take(1, PackageLink{ActionId{"a"}});
  take(2, ResultLink{ActionId{"a"}, 1});
  EXPECT_EQ(due(QuotaKind::PackageLink), 1U);
  EXPECT_EQ(due(), 2U);
  EXPECT_EQ(due(QuotaKind::LiveResponse), std::nullopt);
}

TEST_F(QuestionQueueTest, AsksOnceMoreForANameThatIsNotFound) {
  take(1, named("PC1"));
  leave(1);
  EXPECT_FALSE(succeed(1, MachinePage{*first_query("pc1"), {}, true}));
  const MachineQuery query = std::get<MachinesNamed>(leave(1)).query;
  EXPECT_EQ(query, *query_after(*first_query("pc1")));
  const auto page =
      answer_of<MachinePage>(succeed(1, MachinePage{query, {machine("pc1.contoso.com")}, true}));
  EXPECT_EQ(page.query, query);
  EXPECT_EQ(page.machines.size(), 1U);
  EXPECT_TRUE(queue.empty());
}

TEST_F(QuestionQueueTest, ThatMeansNoMachineByBothQueriesIsAnsweredWithAnEmptyPage) {
  take(1, named("pc1"));
  leave(1);
  EXPECT_FALSE(fail(1, test::not_found())) << "a 404 is an empty list";
  leave(1);
  EXPECT_TRUE(answer_of<MachinePage>(fail(1, test::not_found())).machines.empty());
}

TEST_F(QuestionQueueTest, ForAFullNameIsAskedOnce) {
  take(1, named("pc1.contoso.com"));
  leave(1);
  EXPECT_TRUE(answer_of<MachinePage>(fail(1, test::not_found())).machines.empty());
}

TEST_F(QuestionQueueTest, ForANameIsAnsweredByThePageThatLeavesAChoice) {
  const MachineQuery query = *first_query("pc1");
  const std::string other(40, 'b');
  take(1, named("pc1"));
  leave(1);
  const MachinePage two{query, {machine("pc1"), machine("pc1", other)}, true};
  EXPECT_EQ(answer_of<MachinePage>(succeed(1, two)).machines.size(), 2U);
  take(2, named("pc1"));
  leave(2);
  const MachinePage part{query, {machine("x")}, false};
  EXPECT_FALSE(answer_of<MachinePage>(succeed(2, part)).complete) << "it may be among the others";
  take(3, named("pc1"));
  leave(3);
  const MachinePage others{query, {machine("x")}, true};
  EXPECT_FALSE(succeed(3, others)) << "none of them has the name";
}

TEST_F(QuestionQueueTest, ThatTheApiRefusesEndsWithItsWords) {
  take(1, MachineById{kMachine});
  leave(1);
  EXPECT_EQ(reason(fail(1, test::not_found())).why, Unanswered::Why::NotFound);
  take(2, MachineById{kMachine});
  leave(2);
  const auto refused = reason(
      fail(2, refusal(Verdict::GiveUp, Reason::Rejected, 400, {}, "InvalidInput: no; do this")));
  EXPECT_EQ(refused.why, Unanswered::Why::Refused);
  EXPECT_EQ(refused.words, "InvalidInput: no; do this");
}

TEST_F(QuestionQueueTest, IsAskedAgainAfterPassingTrouble) {
  take(1, MachineById{kMachine});
  leave(1);
  EXPECT_FALSE(fail(1, test::server_error()));
  EXPECT_EQ(due(), std::nullopt);
  EXPECT_EQ(queue.due_at(QuotaKind::Api, token_from), now + 1s);
  now += 1s;
  leave(1);
  EXPECT_FALSE(fail(1, test::server_error()));
  now += 2s;
  leave(1);
  const auto failed = reason(fail(1, test::server_error()));
  EXPECT_EQ(failed.why, Unanswered::Why::Failed);
  EXPECT_EQ(failed.words, "server_error 503");
}

TEST_F(QuestionQueueTest, IsNotAskedBeforeTheApiWantsItTo) {
  take(1, MachineById{kMachine});
  leave(1);
  EXPECT_FALSE(fail(1, refusal(Verdict::Retry, Reason::ServerError, 503, 20s)));
  EXPECT_EQ(queue.due_at(QuotaKind::Api, token_from), now + 20s);
  take(2, MachineById{kMachine});
  leave(2);
  const auto failed = reason(fail(2, refusal(Verdict::Retry, Reason::ServerError, 503, 2min)));
  EXPECT_EQ(failed.why, Unanswered::Why::Failed) << "nobody waits for it by then";
}

TEST_F(QuestionQueueTest, ThatIsThrottledIsLeftToTheQuota) {
  take(1, MachineById{kMachine});
  for (int i = 0; i < 5; ++i) {
    leave(1);
    EXPECT_FALSE(fail(1, test::throttled(10s)));
  }
}

TEST_F(QuestionQueueTest, WithARefusedTokenIsAskedOnceWithANewerOne) {
  take(1, MachineById{kMachine});
  leave(1);
  EXPECT_FALSE(fail(1, test::unauthorized(), true));
  EXPECT_EQ(due(), std::nullopt);
  EXPECT_EQ(queue.due_at(QuotaKind::Api, token_from), std::nullopt);
  token_from = now;
  EXPECT_EQ(queue.due_at(QuotaKind::Api, token_from), MonoTime::min());
  leave(1);
  EXPECT_EQ(reason(fail(1, test::unauthorized(), true)).why, Unanswered::Why::Refused);
}

TEST_F(QuestionQueueTest, WithARefusedTokenEndsWhereANewerOneIsNoHelp) {
  take(1, MachineById{kMachine});
  leave(1);
  EXPECT_EQ(reason(fail(1, test::unauthorized())).why, Unanswered::Why::Refused);
}

TEST_F(QuestionQueueTest, ThatIsATrialIsAskedOnceMoreAtMost) {
  for (const Outcome& outcome :
       {test::throttled(10s), test::refusal(Verdict::Retry, Reason::ServerError, 503)}) {
    take(1, TrialList{});
    leave(1);
    EXPECT_EQ(reason(fail(1, outcome)).why, Unanswered::Why::Failed);
  }
  take(2, TrialList{});
  leave(2);
  EXPECT_FALSE(fail(2, test::refusal(Verdict::Reauthenticate, Reason::Auth, 401), true));
  token_from = now;
  leave(2);
  EXPECT_EQ(reason(fail(2, test::refusal(Verdict::Retry, Reason::ServerError, 503))).why,
            Unanswered::Why::Failed);
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace mactiond::core

#include "core/enrich/machine_book.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using test::refusal;

const MachineFacts kFacts{{"SOC", {"prod"}}, "Windows11", "Active"};
const Outcome kTimeout = refusal(Verdict::Retry, Reason::Timeout, 0);
const Outcome kNoRole = refusal(Verdict::GiveUp, Reason::Permission, 403);

struct MachineBookTest : testing::Test {
  void want(const std::string& machine, bool soon = false) { book.want(machine, soon, now); }
  std::vector<std::string> drain() {
    std::vector<std::string> order;
    while (book.is_due(now)) order.push_back(book.next());
    return order;
  }
  [[nodiscard]] bool is_settled(const std::string& machine, Duration call_in = {}) const {
    return book.is_settled(machine, now + 5s, now + call_in, now);
  }
  void fail(const Outcome& outcome, const std::string& machine = "a") {
    book.failed(machine, outcome, false, now);
  }

  MachineBook book;
  MonoTime now = kBoot;
};

TEST_F(MachineBookTest, AsksOnceForEachMachineAndFirstForThoseThatEventsWaitFor) {
  want("a");
  want("b");
  want("c", true);
  want("b", true);
  want("a");
  EXPECT_EQ(drain(), (std::vector<std::string>{"c", "b", "a"}));
  want("a", true);
  EXPECT_FALSE(book.is_due(now)) << "it is being asked for";
}

TEST_F(MachineBookTest, OneThatNoEventWaitsForAnyMoreComesLast) {
  want("a", true);
  want("b");
  EXPECT_TRUE(book.is_next_awaited());
  book.defer("a");
  book.defer("c");
  EXPECT_FALSE(book.is_next_awaited());
  EXPECT_EQ(drain(), (std::vector<std::string>{"b", "a"}));
  book.defer("a");
  EXPECT_FALSE(book.is_due(now)) << "it is being asked for";
}

TEST_F(MachineBookTest, FactsCountForADay) {
  want("a");
  EXPECT_EQ(drain().size(), 1U);
  EXPECT_EQ(book.find("a", now), nullptr);
  book.found("a", kFacts, now);
  ASSERT_NE(book.find("a", now), nullptr);
  EXPECT_EQ(*book.find("a", now), kFacts);
  now += 24h - 1s;
  EXPECT_NE(book.find("a", now), nullptr);
  now += 1s;
  EXPECT_EQ(book.find("a", now), nullptr);
  EXPECT_FALSE(book.find("b", now));
}

TEST_F(MachineBookTest, ReadsThemAgainBeforeThatAndNobodyWaitsForIt) {
  book.found("a", kFacts, now);
  want("a", true);
  EXPECT_FALSE(book.is_due(now));
  now += 20h;
  want("b");
  want("a", true);
  EXPECT_TRUE(is_settled("a"));
  EXPECT_EQ(drain(), (std::vector<std::string>{"b", "a"})) << "no event waits for a";
  EXPECT_NE(book.find("a", now), nullptr) << "while it is being read again";
}

TEST_F(MachineBookTest, FactsOfTheStoreCountFromWhenTheyWereRead) {
  book.restore("a", kFacts, now - 23h);
  EXPECT_NE(book.find("a", now), nullptr);
  now += 1h;
  EXPECT_EQ(book.find("a", now), nullptr);
}

TEST_F(MachineBookTest, NobodyWaitsForWhatIsNotAskedForOrNotInTime) {
  EXPECT_TRUE(is_settled("a"));
  want("a", true);
  EXPECT_FALSE(is_settled("a"));
  EXPECT_FALSE(is_settled("a", 4s));
  EXPECT_TRUE(is_settled("a", 5s)) << "the quota has no call before then";
  EXPECT_EQ(drain().size(), 1U);
  EXPECT_FALSE(is_settled("a", 5s)) << "the call is on its way";
  book.found("a", kFacts, now);
  EXPECT_TRUE(is_settled("a"));
}

TEST_F(MachineBookTest, AFailureHoldsAllUpButNoEvent) {
  want("a", true);
  want("b", true);
  EXPECT_EQ(book.next(), "a");
  fail(kTimeout);
  EXPECT_TRUE(is_settled("a"));
  EXPECT_TRUE(is_settled("b"));
  EXPECT_FALSE(book.is_due(now));
  ASSERT_TRUE(book.due_at());
  EXPECT_EQ(*book.due_at(), now + 5s);
  now += 5s;
  want("a");
  EXPECT_EQ(drain(), (std::vector<std::string>{"b", "a"})) << "no event waits for a any more";
}

TEST_F(MachineBookTest, CallsThatFailTogetherAreOneFailure) {
  for (const char* machine : {"a", "b", "c", "d"}) want(machine);
  want("e");
  for (int i = 0; i < 4; ++i) (void)book.next();
  for (const char* machine : {"a", "b", "c", "d"}) fail(kTimeout, machine);
  EXPECT_EQ(*book.due_at(), now + 5s);
}

TEST_F(MachineBookTest, ADeferredMachineHasOnePlace) {
  want("a");
  want("a", true);
  want("b");
  book.defer("a");
  EXPECT_EQ(drain(), (std::vector<std::string>{"b", "a"})) << "its former place does not count";
}

TEST_F(MachineBookTest, AnOutageIsNoReasonToGiveAMachineUp) {
  for (int i = 0; i < 10; ++i) {
    want("a");
    ASSERT_TRUE(book.due_at()) << i;
    now = *book.due_at();
    EXPECT_EQ(book.next(), "a");
    fail(i % 2 == 0 ? kTimeout : kNoRole);
    now += 10min;
  }
  want("a");
  EXPECT_TRUE(book.is_due(now));
}

TEST_F(MachineBookTest, OneThatFailsAgainAndAgainIsNotAskedForAtEachLook) {
  int calls = 0;
  for (int minute = 0; minute < 60; ++minute) {
    want("a");
    want("b");
    for (const std::string& machine : drain()) {
      if (machine == "b") {
        book.found("b", kFacts, now);
      } else {
        ++calls;
        fail(kTimeout);
      }
    }
    now += 1min;
  }
  EXPECT_LT(calls, 15);
  EXPECT_GT(calls, 5);
}

TEST_F(MachineBookTest, WaitsLongerAfterEachFailureUpToTenMinutesAndShortAfterASuccess) {
  for (int i = 0; i < 13; ++i) want("m" + std::to_string(i));
  Duration before{};
  for (int i = 0; i < 10; ++i) {
    now = *book.due_at();
    fail(kNoRole, book.next());
    EXPECT_GE(*book.due_at() - now, before);
    before = *book.due_at() - now;
  }
  EXPECT_EQ(before, 10min);
  now = *book.due_at();
  book.found(book.next(), kFacts, now);
  fail(kNoRole, book.next());
  EXPECT_EQ(*book.due_at(), now + 5s);
}

TEST_F(MachineBookTest, ARefusedTokenOrAThrottleIsNoFailure) {
  want("a");
  EXPECT_EQ(book.next(), "a");
  book.failed("a", test::unauthorized(), true, now);
  EXPECT_EQ(drain(), std::vector<std::string>{"a"});
  fail(test::throttled(30s));
  EXPECT_EQ(drain(), std::vector<std::string>{"a"}) << "the quota is held for all calls";
}

TEST_F(MachineBookTest, WaitsAsLongAsTheApiAsksFor) {
  want("a");
  want("b");
  EXPECT_EQ(book.next(), "a");
  fail(refusal(Verdict::Retry, Reason::ServerError, 503, 90s));
  EXPECT_EQ(*book.due_at(), now + 90s);
}

TEST_F(MachineBookTest, AMachineIsAskedForAgainSoonAfterItWasNotFound) {
  want("a", true);
  EXPECT_EQ(book.next(), "a");
  fail(test::not_found());
  want("b");
  EXPECT_TRUE(book.is_due(now)) << "others are not held up";
  want("a", true);
  EXPECT_TRUE(is_settled("a"));
  EXPECT_EQ(drain(), std::vector<std::string>{"b"});
  now += 30s;
  want("a", true);
  EXPECT_FALSE(is_settled("a")) << "it may have been found wrongly missing";
  EXPECT_EQ(drain(), std::vector<std::string>{"a"});
}

TEST_F(MachineBookTest, AMachineThatIsNotFoundTwiceIsLeftAloneForAnHour) {
  want("a");
  EXPECT_EQ(book.next(), "a");
  fail(test::not_found());
  now += 30s;
  want("a");
  EXPECT_EQ(book.next(), "a");
  fail(test::not_found());
  now += 1h - 1s;
  want("a");
  EXPECT_EQ(book.due_at(), std::nullopt);
  now += 1s;
  want("a");
  EXPECT_TRUE(book.is_due(now));
}

TEST_F(MachineBookTest, FactsThatCountStayWhereTheMachineIsNotFound) {
  book.found("a", kFacts, now);
  now += 20h;
  for (int i = 0; i < 2; ++i) {
    want("a");
    EXPECT_EQ(book.next(), "a");
    fail(test::not_found());
    now += 30s;
  }
  EXPECT_NE(book.find("a", now), nullptr);
}

TEST_F(MachineBookTest, OneThatFailsForItselfDoesNotStopTheOthers) {
  for (int i = 0; i < 3; ++i) {
    want("a");
    ASSERT_TRUE(book.due_at());
    EXPECT_EQ(book.next(), "a");
    fail(refusal(Verdict::Retry, Reason::BadAnswer, 200));
    now += 1min;
  }
  EXPECT_EQ(book.due_at(), std::nullopt);
  want("a");
  EXPECT_EQ(book.due_at(), std::nullopt);
  now += 1h;
  want("a");
  EXPECT_TRUE(book.is_due(now));
}

TEST_F(MachineBookTest, HasALimit) {
  for (std::size_t i = 0; i < kMachinesKnownMax; ++i) book.found(std::to_string(i), kFacts, now);
  want("one more", true);
  EXPECT_FALSE(book.is_due(now));
  EXPECT_TRUE(is_settled("one more"));
  EXPECT_EQ(book.size(), kMachinesKnownMax);
  now += 24h;
  want("one more", true);
  EXPECT_TRUE(book.is_due(now)) << "what is too old makes room";
  EXPECT_EQ(book.size(), 1U);
}

}  // namespace
}  // namespace mactiond::core

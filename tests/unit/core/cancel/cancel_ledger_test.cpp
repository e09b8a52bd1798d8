#include "core/cancel/cancel_ledger.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using test::kDay;

PolicyOptions limited(const std::string& name, std::optional<int> limit) {
  PolicyOptions policy;
  policy.name = name;
  policy.max_per_hour = limit;
  return policy;
}

Decision decision(const std::string& policy, int number) {
  Decision made;
  made.region = "eu";
  made.by = PolicyName{policy};
  made.action.value = "a" + std::to_string(number);
  made.id = policy + std::to_string(number);
  made.status = "Pending";
  return made;
}

class CancelLedgerTest : public testing::Test {
 protected:
  CancelLedger make(int total) {
    return CancelLedger(CancelOptions{total}, {limited("p", 2), limited("q", std::nullopt)},
                        "boot-1");
  }
  void post(CancelLedger& ledger, Decision made, Duration after) {
    ledger.made(made);
    made.state = Decision::State::Accepted;
    made.posted = PostStamp{kDay + after, "boot-1", kBoot + after};
    ledger.changed(made);
  }
  static std::optional<LimitHit> limit(const CancelLedger& ledger, const std::string& policy,
                                       WallTime server, MonoTime now) {
    return ledger.limit_to_decide(policy, ledger.limits_in_force(policy), server, now);
  }
  static std::optional<CancelGuard> guard(const CancelLedger& ledger, const std::string& policy,
                                          Duration after) {
    const auto hit = limit(ledger, policy, kDay + after, kBoot + after);
    return hit ? std::optional(hit->guard) : std::nullopt;
  }
};

TEST_F(CancelLedgerTest, APolicysOwnLimitComesFirst) {
  CancelLedger ledger = make(3);
  post(ledger, decision("p", 1), 0s);
  EXPECT_EQ(guard(ledger, "p", 1s), std::nullopt);
  post(ledger, decision("p", 2), 1s);
  EXPECT_EQ(guard(ledger, "p", 2s), CancelGuard::PolicyLimit);
  EXPECT_EQ(guard(ledger, "q", 2s), std::nullopt);
  post(ledger, decision("q", 3), 2s);
  EXPECT_EQ(guard(ledger, "q", 3s), CancelGuard::TotalLimit);
}

TEST_F(CancelLedgerTest, AnHourIsAnHourOfArrivals) {
  CancelLedger ledger = make(1);
  post(ledger, decision("q", 1), 0s);
  EXPECT_EQ(guard(ledger, "q", 1h + 10s), CancelGuard::TotalLimit);
  EXPECT_EQ(guard(ledger, "q", 1h + 11s), std::nullopt);
}

TEST_F(CancelLedgerTest, WhatMayStillPostCountsHoweverOldItIs) {
  CancelLedger ledger = make(1);
  Decision unsure = decision("q", 1);
  ledger.made(unsure);
  EXPECT_EQ(guard(ledger, "q", 9h), CancelGuard::TotalLimit);
  unsure.state = Decision::State::Posted;
  unsure.posted = PostStamp{kDay, "boot-1", kBoot};
  ledger.changed(unsure);
  EXPECT_EQ(guard(ledger, "q", 9h), CancelGuard::TotalLimit);
  unsure.state = Decision::State::Failed;
  ledger.changed(unsure);
  EXPECT_EQ(guard(ledger, "q", 9h), std::nullopt);
}

TEST_F(CancelLedgerTest, WhatEndsUnsentCountsNoMore) {
  CancelLedger ledger = make(1);
  Decision made = decision("q", 1);
  ledger.made(made);
  made.state = Decision::State::Overtaken;
  ledger.changed(made);
  EXPECT_EQ(guard(ledger, "q", 1s), std::nullopt);
}

TEST_F(CancelLedgerTest, AServerClockSetForwardFreesNothingWithinABoot) {
  CancelLedger ledger = make(1);
  post(ledger, decision("q", 1), 0s);
  EXPECT_TRUE(limit(ledger, "q", kDay + 24h, kBoot + 10min));
}

TEST_F(CancelLedgerTest, AServerClockSetBackHoldsNothingWithinABoot) {
  CancelLedger ledger = make(1);
  post(ledger, decision("q", 1), 0s);
  EXPECT_TRUE(limit(ledger, "q", kDay - 6h, kBoot + 1h));
  EXPECT_FALSE(limit(ledger, "q", kDay - 6h, kBoot + 1h + 11s));
}

TEST_F(CancelLedgerTest, WhatWasPostedBeforeARebootCountsForAnHourAfterIt) {
  CancelLedger ledger = make(1);
  Decision before = decision("q", 1);
  before.state = Decision::State::Failed;
  // By a clock that was six hours slow: it may have been a moment before the reboot.
  before.posted = PostStamp{kDay - 6h, "boot-0", kBoot};
  ledger.restore(before);
  EXPECT_TRUE(limit(ledger, "q", kDay, MonoTime(1h)));
  EXPECT_FALSE(limit(ledger, "q", kDay, MonoTime(1h + 11s)));
  EXPECT_FALSE(limit(ledger, "q", kDay + 20h, MonoTime(1min)));
}

TEST_F(CancelLedgerTest, WithoutABootIdOnlyTheApisClockCounts) {
  CancelLedger ledger(CancelOptions{1}, {}, "");
  Decision before = decision("q", 1);
  before.state = Decision::State::Failed;
  before.posted = PostStamp{kDay, "", kBoot};
  ledger.restore(before);
  EXPECT_TRUE(limit(ledger, "q", kDay + 1h, kBoot + 9h));
  EXPECT_FALSE(limit(ledger, "q", kDay + 2h, kBoot + 9h));
}

TEST_F(CancelLedgerTest, AStampOfAnotherBootForgetsNoPostOfThisOne) {
  CancelLedger ledger = make(1);
  post(ledger, decision("q", 1), 0s);
  Decision before = decision("q", 2);
  before.state = Decision::State::Failed;
  before.posted = PostStamp{kDay + 6h, "boot-0", kBoot + 9h};
  ledger.restore(before);
  before.posted = PostStamp{kDay - 48h, "boot-0", kBoot};
  ledger.restore(before);
  EXPECT_EQ(guard(ledger, "q", 1min), CancelGuard::TotalLimit);
}

TEST_F(CancelLedgerTest, OperatorsAreNotLimited) {
  CancelLedger ledger = make(1);
  Decision asked = decision("", 1);
  asked.by = Operator{"ann", {}};
  post(ledger, asked, 0s);
  EXPECT_EQ(guard(ledger, "q", 1s), std::nullopt);
}

TEST_F(CancelLedgerTest, KnowsWhetherCancellingIsOffOrSuspended) {
  EXPECT_TRUE(make(0).facts(kBoot).off);
  CancelLedger ledger = make(1);
  EXPECT_FALSE(ledger.facts(kBoot).off);
  EXPECT_FALSE(ledger.facts(kBoot).suspended);
  ledger.suspend(true);
  EXPECT_TRUE(ledger.facts(kBoot).suspended);
}

TEST_F(CancelLedgerTest, BeforeAPostOnlyWhatOthersPostedWithinTheHourCounts) {
  CancelLedger ledger = make(1);
  const Decision own = decision("q", 1);
  ledger.made(own);
  ledger.made(decision("q", 2));
  const auto held = [&](Duration after) {
    return ledger.limit_to_post("q", own.id, kDay + after, kBoot + after).has_value();
  };
  EXPECT_FALSE(held(0s)) << "neither posted";
  EXPECT_EQ(guard(ledger, "q", 0s), CancelGuard::TotalLimit) << "both may post";
  post(ledger, decision("q", 2), 0s);
  EXPECT_TRUE(held(1s));
  EXPECT_FALSE(held(1h + 11s));
  post(ledger, own, 2h);
  EXPECT_FALSE(held(2h)) << "its own POST does not hold it";
}

TEST_F(CancelLedgerTest, OneDecisionPerActionPolicyAndStatus) {
  CancelLedger ledger = make(9);
  ledger.made(decision("q", 1));
  EXPECT_TRUE(ledger.decided("eu", {"a1"}, "q", "Pending"));
  EXPECT_FALSE(ledger.decided("eu", {"a1"}, "q", "InProgress"));
  EXPECT_FALSE(ledger.decided("eu", {"a1"}, "p", "Pending"));
  EXPECT_FALSE(ledger.decided("us", {"a1"}, "q", "Pending"));
  ledger.forget_unless("us", [](const ActionId&) { return false; });
  EXPECT_TRUE(ledger.decided("eu", {"a1"}, "q", "Pending"));
  ledger.forget_unless("eu", [](const ActionId&) { return false; });
  EXPECT_FALSE(ledger.decided("eu", {"a1"}, "q", "Pending"));
}

TEST_F(CancelLedgerTest, ASuppressionIsReportedOnceAnHour) {
  CancelLedger ledger = make(1);
  EXPECT_TRUE(ledger.report_suppressed({"q", kDay}));
  EXPECT_FALSE(ledger.report_suppressed({"q", kDay}));
  EXPECT_TRUE(ledger.report_suppressed({"p", kDay}));
  EXPECT_TRUE(ledger.report_suppressed({"q", kDay + 1h}));
}

TEST_F(CancelLedgerTest, ASuppressionIsNotReportedAgainWhenTheApisClockGoesBack) {
  CancelLedger ledger = make(1);
  EXPECT_TRUE(ledger.report_suppressed({"q", kDay + 1h}));
  EXPECT_FALSE(ledger.report_suppressed({"q", kDay}));
  EXPECT_FALSE(ledger.report_suppressed({"q", kDay + 1h}));
  EXPECT_TRUE(ledger.report_suppressed({"q", kDay + 2h}));
}

}  // namespace
}  // namespace mactiond::core

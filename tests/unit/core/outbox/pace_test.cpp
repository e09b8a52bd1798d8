#include "core/outbox/pace.hpp"

#include <gtest/gtest.h>

#include "core/outbox/delivery_outcome.hpp"
#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using test::refusal;
using test::server_error;

struct PaceTest : testing::Test {
  void fail(const Outcome& outcome) { pace.failed(pace.era(), outcome, now, random); }
  int allowed() { return pace.room(0, now); }

  Pace pace{8};
  MonoTime now = kBoot;
  Random random{3};
};

TEST_F(PaceTest, BeginsWithAllThatIsAllowed) {
  EXPECT_EQ(allowed(), 8);
  EXPECT_EQ(pace.room(5, now), 3);
  EXPECT_FALSE(pace.held_until(now));
}

TEST_F(PaceTest, OverloadHalvesOnceForAllThatWasUnderWay) {
  const auto era = pace.era();
  for (int i = 0; i < 8; ++i) pace.failed(era, server_error(), now, random);
  EXPECT_EQ(allowed(), 4);
  EXPECT_FALSE(pace.held_until(now)) << "one refusal is no reason to stop";
}

TEST_F(PaceTest, NeverFallsBelowOne) {
  for (int i = 0; i < 20; ++i) {
    fail(server_error());
    now += 2min;
  }
  EXPECT_EQ(allowed(), 1);
}

TEST_F(PaceTest, SuccessAddsOneForEachRound) {
  for (int i = 0; i < 3; ++i) fail(server_error());
  pace.succeeded();
  EXPECT_EQ(allowed(), 2);
  pace.succeeded();
  EXPECT_EQ(allowed(), 2);
  pace.succeeded();
  EXPECT_EQ(allowed(), 2);
  for (int i = 0; i < 100; ++i) pace.succeeded();
  EXPECT_EQ(allowed(), 8) << "and never more than configured";
}

TEST_F(PaceTest, BacksOffWhileOverloadContinues) {
  fail(server_error());
  fail(server_error());
  ASSERT_TRUE(pace.held_until(now));
  EXPECT_EQ(allowed(), 0);
  EXPECT_GE(*pace.held_until(now), now + 800ms);
  EXPECT_LE(*pace.held_until(now), now + 1200ms);
  for (int i = 0; i < 20; ++i) fail(server_error());
  EXPECT_LE(*pace.held_until(now), now + 72s);
  EXPECT_GE(*pace.held_until(now), now + 48s);
  pace.succeeded();
  EXPECT_FALSE(pace.held_until(now));
}

TEST_F(PaceTest, WhatCountsAsOverload) {
  for (const int status : {429, 502, 503, 504}) {
    EXPECT_TRUE(is_overload(
        refusal(Verdict::Retry, status == 429 ? Reason::Throttled : Reason::ServerError, status)));
  }
  EXPECT_TRUE(is_overload(refusal(Verdict::Retry, Reason::Timeout, 0)));
  EXPECT_TRUE(is_overload(refusal(Verdict::Retry, Reason::Network, 0)));
  EXPECT_FALSE(is_overload(refusal(Verdict::Retry, Reason::ServerError, 500)));
  EXPECT_FALSE(is_overload(refusal(Verdict::GiveUp, Reason::NotFound, 404)));
}

TEST_F(PaceTest, FailuresOfSingleEventsSlowDownOnlyWhenThereIsNothingElse) {
  const Outcome poison = refusal(Verdict::Retry, Reason::ServerError, 500);
  for (int i = 0; i < 10; ++i) fail(poison);
  EXPECT_EQ(allowed(), 8);
  fail(poison);
  EXPECT_EQ(allowed(), 0);
  EXPECT_TRUE(pace.held_until(now));
}

TEST_F(PaceTest, AHoldOutlastsSuccessAndShorterHolds) {
  pace.hold(now + 1h);
  pace.hold(now + 1min);
  pace.succeeded();
  pace.forget_failures();
  EXPECT_EQ(pace.held_until(now), now + 1h);
  now += 1h;
  EXPECT_FALSE(pace.held_until(now));
}

}  // namespace
}  // namespace mactiond::core

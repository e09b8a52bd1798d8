#include "core/region/call_turns.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using Order = std::array<CallTurns::Turn, CallTurns::kTurns>;

TEST(CallTurns, WhoeverGotATokenIsAskedLast) {
  CallTurns turns;
  EXPECT_EQ(turns.order(), (Order{CallTurns::kLookup, CallTurns::kPoll, CallTurns::kSweep}));
  turns.granted(CallTurns::kLookup);
  EXPECT_EQ(turns.order(), (Order{CallTurns::kPoll, CallTurns::kSweep, CallTurns::kLookup}));
  turns.granted(CallTurns::kSweep);
  EXPECT_EQ(turns.order(), (Order{CallTurns::kLookup, CallTurns::kPoll, CallTurns::kSweep}));
}

TEST(CallTurns, OneLookupAfterEachPageOfAPollGoesBeforeTheListsFloor) {
  CallTurns turns;
  EXPECT_EQ(turns.lane_of(CallTurns::kPoll), Lane::List);
  EXPECT_EQ(turns.lane_of(CallTurns::kSweep), Lane::Sweep);
  EXPECT_EQ(turns.lane_of(CallTurns::kLookup), Lane::Lookup);
  turns.granted(CallTurns::kLookup);
  EXPECT_EQ(turns.lane_of(CallTurns::kLookup), Lane::LateLookup);
  turns.granted(CallTurns::kSweep);
  EXPECT_EQ(turns.lane_of(CallTurns::kLookup), Lane::LateLookup);
  turns.granted(CallTurns::kPoll);
  EXPECT_EQ(turns.lane_of(CallTurns::kLookup), Lane::Lookup);
}

TEST(CallTurns, ACallWaitsForItsTimeAndForTheQuota) {
  CallTurns turns;
  EXPECT_EQ(turns.possible_at(CallTurns::kPoll, kBoot), kBoot);
  turns.wait(CallTurns::kPoll, kBoot + 5s);
  EXPECT_EQ(turns.possible_at(CallTurns::kPoll, kBoot), kBoot + 5s);
  EXPECT_EQ(turns.possible_at(CallTurns::kPoll, kBoot + 9s), kBoot + 9s);
  EXPECT_EQ(turns.possible_at(CallTurns::kSweep, kBoot), kBoot) << "of another";
  turns.forget_waits();
  EXPECT_EQ(turns.possible_at(CallTurns::kPoll, kBoot), kBoot);
}

TEST(CallTurns, NobodyTakesTheTokenThatACancelWaitsFor) {
  CallTurns turns;
  turns.cancel_waits(kBoot + 5s);
  turns.end_cancels(false);
  EXPECT_TRUE(turns.cancels_first());
  EXPECT_EQ(turns.cancel_possible_at(kBoot), kBoot + 5s);
  turns.forget_waits();
  EXPECT_EQ(turns.cancel_possible_at(kBoot), kBoot + 5s) << "it is asked for by itself";
  turns.forget_cancel_wait();
  turns.end_cancels(false);
  EXPECT_FALSE(turns.cancels_first());
}

TEST(CallTurns, AfterAPostTheOthersGetACallBeforeTheNextDecision) {
  CallTurns turns;
  turns.end_cancels(true);
  EXPECT_TRUE(turns.cancels_first());
  turns.posted();
  turns.end_cancels(true);
  EXPECT_FALSE(turns.cancels_first());
  turns.granted(CallTurns::kPoll);
  turns.end_cancels(true);
  EXPECT_TRUE(turns.cancels_first());
}

TEST(CallTurns, AfterASubmissionOthersThatWaitHaveACallFirst) {
  CallTurns turns;
  EXPECT_EQ(turns.submissions_before(), 1);
  turns.submitted();
  EXPECT_EQ(turns.submissions_before(), 0);
  EXPECT_GT(turns.submissions_after(), 1) << "nobody else waits";
  EXPECT_EQ(turns.submission_possible_at(kBoot), kBoot);
  turns.wait(CallTurns::kSweep, kBoot + 9s);
  turns.wait(CallTurns::kPoll, kBoot + 5s);
  EXPECT_EQ(turns.submissions_after(), 0);
  EXPECT_EQ(turns.submission_possible_at(kBoot), kBoot + 5s);
  EXPECT_EQ(turns.submission_possible_at(kBoot + 7s), kBoot + 7s);
  turns.granted(CallTurns::kPoll);
  EXPECT_EQ(turns.submissions_before(), 1);
  EXPECT_EQ(turns.submissions_after(), 1) << "the sweep still waits";
  EXPECT_EQ(turns.submission_possible_at(kBoot), kBoot);
}

TEST(CallTurns, AMachineHasItsTurnAfterSomePagesOfPolls) {
  CallTurns turns;
  const auto polled = [&turns](int pages) {
    for (int i = 0; i < pages; ++i) turns.granted(CallTurns::kPoll);
  };
  polled(1);
  EXPECT_EQ(turns.lane_of_machine(true), Lane::Machine);
  polled(1);
  EXPECT_EQ(turns.lane_of_machine(true), Lane::LateLookup) << "an event waits for it";
  EXPECT_EQ(turns.lane_of_machine(false), Lane::Machine);
  polled(6);
  EXPECT_TRUE(turns.is_turn_of_machine(false));
  turns.granted(CallTurns::kSweep);
  EXPECT_TRUE(turns.is_turn_of_machine(false));
  turns.asked_machine();
  EXPECT_FALSE(turns.is_turn_of_machine(true));
}

TEST(CallTurns, AMachineWaitsWhileOthersDo) {
  CallTurns turns;
  EXPECT_TRUE(turns.has_room_for_machines());
  turns.wait(CallTurns::kSweep, kBoot + 9s);
  EXPECT_FALSE(turns.has_room_for_machines());
  EXPECT_EQ(turns.machine_possible_at(kBoot, false), kBoot + 9s);
  turns.granted(CallTurns::kPoll);
  turns.granted(CallTurns::kPoll);
  EXPECT_EQ(turns.machine_possible_at(kBoot, true), kBoot) << "but for its turn";
}

}  // namespace
}  // namespace mactiond::core

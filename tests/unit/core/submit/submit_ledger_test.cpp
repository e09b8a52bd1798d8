#include "core/submit/submit_ledger.hpp"

#include <gtest/gtest.h>

#include <string>

#include "submit_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::scan_of;

class SubmitLedgerTest : public test::SubmitTest {
 protected:
  SubmitGuard held(SubmissionOrder order) { return test::held_of(hand_in(std::move(order))).guard; }
  void use(int max_per_hour) {
    options.max_per_hour = max_per_hour;
    ledger->configure(options);
  }
};

TEST_F(SubmitLedgerTest, NothingIsTakenWhileSubmittingIsOff) {
  options.enabled = false;
  ledger->configure(options);
  EXPECT_EQ(held(scan_of("m1")), SubmitGuard::Disabled);
  EXPECT_TRUE(rows.empty());
}

TEST_F(SubmitLedgerTest, OnlyTypesOfTheListAreTaken) {
  SubmissionOrder order = scan_of("m1");
  order.request = Isolate{};
  EXPECT_EQ(held(order), SubmitGuard::TypeNotAllowed);
  options.types = {"isolate"};
  ledger->configure(options);
  EXPECT_TRUE(std::holds_alternative<SubmissionAccepted>(hand_in(order)));
  EXPECT_EQ(held(scan_of("m1")), SubmitGuard::TypeNotAllowed);
}

TEST_F(SubmitLedgerTest, NothingIsTakenWhileTheDaemonStops) {
  ledger->stop();
  EXPECT_EQ(held(scan_of("m1")), SubmitGuard::Stopping);
}

TEST_F(SubmitLedgerTest, AKeyWithTheSameBodyIsTheSameSubmission) {
  SubmissionOrder order = scan_of("m1");
  order.key = "k";
  order.body_hash = 5;
  const std::string id = accept(order);
  start();
  options.enabled = false;
  ledger->configure(options);
  const auto again = std::get<SubmissionAccepted>(hand_in(order));
  EXPECT_EQ(again.id, id);
  EXPECT_FALSE(again.is_new);
  EXPECT_EQ(rows.size(), 1U);
}

TEST_F(SubmitLedgerTest, AKeyWithAnotherBodyIsAConflict) {
  SubmissionOrder order = scan_of("m1");
  order.key = "k";
  const std::string id = accept(order);
  order.body_hash = 1;
  EXPECT_EQ(std::get<KeyConflict>(hand_in(order)).id, id);
}

TEST_F(SubmitLedgerTest, AKeyIsKnownAsLongAsItsRow) {
  SubmissionOrder order = scan_of("m1");
  order.key = "k";
  const std::string id = accept(order);
  ASSERT_EQ(post(), id);
  answer(id, mactiond::test::not_found());
  const WallTime ended = row(id).ended.value();
  ledger->forget_before(ended);
  EXPECT_FALSE(std::get<SubmissionAccepted>(hand_in(order)).is_new);
  ledger->forget_before(ended + Duration(1));
  EXPECT_TRUE(std::get<SubmissionAccepted>(hand_in(order)).is_new);
}

TEST_F(SubmitLedgerTest, AKeyIsKnownAsLongWhereOneClockIsFarBehindAtTheEnd) {
  SubmissionOrder order = scan_of("m1");
  order.key = "k";
  const std::string id = accept(order);
  ASSERT_EQ(post(), id);
  time.server.value() -= std::chrono::hours(24 * 365);
  answer(id, mactiond::test::not_found());
  time.server = time.now.wall;
  ledger->forget_before(time.now.wall - std::chrono::hours(24));
  EXPECT_FALSE(std::get<SubmissionAccepted>(hand_in(order)).is_new);
}

TEST_F(SubmitLedgerTest, WhatHasNotEndedIsNotForgotten) {
  SubmissionOrder order = scan_of("m1");
  order.key = "k";
  accept(order);
  ledger->forget_before(WallTime::max());
  EXPECT_FALSE(std::get<SubmissionAccepted>(hand_in(order)).is_new);
}

TEST_F(SubmitLedgerTest, AnActionIsKnownToBeOursAfterItsEnd) {
  const std::string id = accept(scan_of("m1"));
  ASSERT_EQ(post(), id);
  EXPECT_EQ(ledger->owner_of("eu", {"a1"}), "");
  answer(id, made(id, "a1"));
  see_end(made(id, "a1"), ActionStatus::Known::Succeeded);
  ASSERT_TRUE(is_final(state(id)));
  EXPECT_EQ(ledger->owner_of("eu", {"a1"}), id);
  EXPECT_EQ(ledger->owner_of("us", {"a1"}), "");
  start();
  EXPECT_EQ(ledger->owner_of("eu", {"a1"}), id);
  ledger->forget_before(WallTime::max());
  EXPECT_EQ(ledger->owner_of("eu", {"a1"}), "");
}

TEST_F(SubmitLedgerTest, OrdersWithoutAKeyAreEachTheirOwn) {
  EXPECT_NE(accept(scan_of("m1")), accept(scan_of("m1")));
}

TEST_F(SubmitLedgerTest, AKeyMayHaveBeenUsedBeforeTheStoreWasRecovered) {
  ledger->hold_keys_until(time.now.mono + 1h);
  SubmissionOrder order = scan_of("m1");
  accept(order);
  order.key = "k";
  EXPECT_EQ(held(order), SubmitGuard::StoreRecovered);
  pass(1h);
  EXPECT_TRUE(std::holds_alternative<SubmissionAccepted>(hand_in(order)));
}

TEST_F(SubmitLedgerTest, TheLimitCountsWhatIsUnsentAndWhatWasSentWithinTheHour) {
  use(2);
  const std::string first = accept(scan_of("m1"));
  accept(scan_of("m2"));
  EXPECT_EQ(held(scan_of("m3")), SubmitGuard::HourLimit);
  EXPECT_EQ(post(), first);
  answer(first, made(first, "a1"));
  pass(10min);
  const auto held_back = test::held_of(hand_in(scan_of("m3")));
  EXPECT_EQ(held_back.guard, SubmitGuard::HourLimit);
  EXPECT_EQ(held_back.retry_after, 50min + 10s);
}

TEST_F(SubmitLedgerTest, TheLimitHoldsOverARestartAndAReboot) {
  use(1);
  const std::string first = accept(scan_of("m1"));
  post();
  answer(first, made(first, "a1"));
  start();
  EXPECT_EQ(held(scan_of("m2")), SubmitGuard::HourLimit);
  reboot();
  pass(59min);
  EXPECT_EQ(held(scan_of("m2")), SubmitGuard::HourLimit);
  pass(11s);
  EXPECT_TRUE(std::holds_alternative<SubmissionAccepted>(hand_in(scan_of("m2"))));
}

TEST_F(SubmitLedgerTest, AWrongClockAfterARebootForgetsNoPost) {
  use(1);
  const std::string first = accept(scan_of("m1"));
  post();
  answer(first, made(first, "a1"));
  const WallTime right = time.now.wall;
  time.server.reset();
  time.now.wall += 30h;
  reboot();
  EXPECT_EQ(held(scan_of("m2")), SubmitGuard::HourLimit);
  next();
  time.server = right;
  time.now.wall = right;
  EXPECT_EQ(held(scan_of("m2")), SubmitGuard::HourLimit);
}

TEST_F(SubmitLedgerTest, AnHourAfterThePostThereIsRoom) {
  use(1);
  const std::string first = accept(scan_of("m1"));
  post();
  answer(first, made(first, "a1"));
  pass(1h + 10s);
  EXPECT_EQ(held(scan_of("m2")), SubmitGuard::HourLimit);
  pass(1s);
  EXPECT_TRUE(std::holds_alternative<SubmissionAccepted>(hand_in(scan_of("m2"))));
}

TEST_F(SubmitLedgerTest, WhatWasRefusedUnsentMakesRoomAtOnce) {
  use(1);
  const std::string first = accept(scan_of("m1"));
  see(test::api_action("b", "m1", "theirs", time.moment()));
  EXPECT_EQ(post(), "");
  EXPECT_EQ(state(first), SubmissionState::Refused);
  EXPECT_TRUE(std::holds_alternative<SubmissionAccepted>(hand_in(scan_of("m2"))));
}

TEST_F(SubmitLedgerTest, WhatIsNoLongerFollowedCountsOnlyByItsPost) {
  use(1);
  accept(scan_of("m1"));
  ledger->retire("us");
  EXPECT_EQ(held(scan_of("m2")), SubmitGuard::HourLimit);
  ledger->retire("eu");
  EXPECT_TRUE(std::holds_alternative<SubmissionAccepted>(hand_in(scan_of("m2"))));
}

TEST_F(SubmitLedgerTest, ALimitThatIsLoweredHoldsAlsoWhatWasTaken) {
  accept(scan_of("m1"));
  const std::string second = accept(scan_of("m2"));
  post();
  use(1);
  EXPECT_EQ(post(), "");
  EXPECT_EQ(state(second), SubmissionState::Queued);
  use(2);
  pass(2s);
  EXPECT_EQ(post(), second);
}

TEST_F(SubmitLedgerTest, ZeroSubmitsNothing) {
  const std::string first = accept(scan_of("m1"));
  EXPECT_TRUE(ledger->is_on());
  use(0);
  EXPECT_FALSE(ledger->is_on());
  EXPECT_EQ(post(), "");
  EXPECT_EQ(rows.at(first).state, SubmissionState::Refused);
  EXPECT_EQ(rows.at(first).reason, "disabled");
  EXPECT_EQ(held(scan_of("m2")), SubmitGuard::Disabled);
}

TEST_F(SubmitLedgerTest, VeryManyThatEndUnsentAreTooManyForAnHour) {
  see(test::api_action("b", "m1", "theirs", time.moment()));
  for (int i = 0; i < 1000; ++i) {
    accept(scan_of("m1"));
    EXPECT_EQ(post(), "");
  }
  EXPECT_EQ(held(scan_of("m1")), SubmitGuard::HourLimit);
  start();
  EXPECT_EQ(held(scan_of("m1")), SubmitGuard::HourLimit) << "also after a restart";
  pass(1h + 11s);
  EXPECT_TRUE(std::holds_alternative<SubmissionAccepted>(hand_in(scan_of("m1"))));
}

}  // namespace
}  // namespace mactiond::core

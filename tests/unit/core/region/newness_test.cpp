#include "core/region/newness.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using test::kDay;
using test::open_action;

constexpr Now kNow{kDay, kBoot};

MachineAction dated(WallTime created, WallTime updated) {
  return open_action("a1").created(created).updated(updated);
}

TEST(Newness, WhatHappenedBeforeTheFirstCallIsBacklog) {
  Newness past;
  EXPECT_FALSE(past.is_backlog(dated(kDay - 1h, kDay - 1h), {})) << "never called so far";
  EXPECT_TRUE(past.call_sent(kNow));
  EXPECT_FALSE(past.call_sent(kNow)) << "once";
  EXPECT_TRUE(past.is_backlog(dated(kDay - 1h, kDay - 1s), {}));
  EXPECT_FALSE(past.is_backlog(dated(kDay - 1h, kDay), {})) << "changed since";
  EXPECT_FALSE(past.is_backlog(dated(kDay, kDay - 1s), {})) << "created since";
  Observation seen;
  seen.from = ActionStatus(ActionStatus::Known::Pending);
  EXPECT_FALSE(past.is_backlog(dated(kDay - 1h, kDay - 1s), seen)) << "was seen before";
}

TEST(Newness, TheFirstCallIsDatedByTheServersClockOnce) {
  Newness past;
  ServerClock clock;
  EXPECT_TRUE(past.call_sent(kNow));
  EXPECT_FALSE(past.date_first_call(clock, kNow)) << "no answer yet";
  clock.sample(kDay + 1h, kBoot, kBoot + 1s);
  EXPECT_TRUE(past.date_first_call(clock, {kDay + 1s, kBoot + 1s}));
  EXPECT_TRUE(past.first_call()->by_server);
  EXPECT_GE(past.first_call()->when, kDay + 1h - 2s);
  EXPECT_LE(past.first_call()->when, kDay + 1h + 2s);
  EXPECT_FALSE(past.date_first_call(clock, {kDay + 1s, kBoot + 1s}));
}

TEST(Newness, AClockThatMayBeRightStays) {
  Newness past;
  ServerClock clock;
  EXPECT_TRUE(past.call_sent(kNow));
  clock.sample(kDay, kBoot, kBoot + 1s);
  EXPECT_TRUE(past.date_first_call(clock, {kDay + 1s, kBoot + 1s}));
  EXPECT_EQ(past.first_call()->when, kDay);
}

TEST(Newness, NewnessEndsOnce) {
  Newness past;
  EXPECT_TRUE(past.call_sent(kNow));
  EXPECT_EQ(past.end_newness(kDay + 1h), kDay);
  EXPECT_FALSE(past.end_newness(kDay + 1h));
  EXPECT_FALSE(past.is_new());
  EXPECT_FALSE(past.is_backlog(dated(kDay - 1h, kDay - 1h), {}));
  EXPECT_EQ(Newness().end_newness(kDay + 1h), kDay + 1h) << "no first call is known";
}

TEST(Newness, ARegionWithARowOrAnActionIsNotNew) {
  Newness by_row;
  by_row.restore({"eu", {}, {}, {}, false, {}});
  EXPECT_FALSE(by_row.call_sent(kNow));
  Newness by_action;
  by_action.restore_action();
  EXPECT_FALSE(by_action.is_new());
  Newness still_new;
  still_new.restore({"eu", {}, {}, {}, true, FirstCall{kDay, true}});
  still_new.restore_action();
  EXPECT_TRUE(still_new.is_new()) << "its row says so";
  EXPECT_TRUE(still_new.is_backlog(dated(kDay - 1h, kDay - 1s), {}));
}

TEST(Newness, AfterARecoveryOldChangesAreNoEventsUntilASweep) {
  Newness past;
  past.follow_recovery(kDay);
  EXPECT_FALSE(past.is_new());
  EXPECT_TRUE(past.is_quiet(dated(kDay - 1h, kDay - 1s)));
  EXPECT_FALSE(past.is_quiet(dated(kDay - 1h, kDay)));
  EXPECT_TRUE(past.end_recovery());
  EXPECT_FALSE(past.end_recovery());
  EXPECT_FALSE(past.is_quiet(dated(kDay - 1h, kDay - 1s)));
}

}  // namespace
}  // namespace mactiond::core

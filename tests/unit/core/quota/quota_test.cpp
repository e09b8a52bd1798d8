#include "core/quota/limiter.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;

constexpr const char* kBootId = "boot-1";

/// The most calls that any window of this length holds, both ends inclusive.
int worst_window(std::vector<MonoTime> calls, Duration window) {
  std::sort(calls.begin(), calls.end());
  int worst = 0;
  auto first = calls.begin();
  for (auto last = calls.begin(); last != calls.end(); ++last) {
    while (*last - *first > window) ++first;
    worst = std::max(worst, static_cast<int>(last - first) + 1);
  }
  return worst;
}

Duration draw(Duration least, Duration most) {
  return Duration(*rc::gen::inRange(least.count(), most.count() + 1));
}

Lane draw_lane() {
  return *rc::gen::element(Lane::Cancel, Lane::Operator, Lane::Sweep, Lane::Lookup, Lane::List);
}

struct Calls {
  std::vector<MonoTime> taken;
  std::vector<MonoTime> arrived;
};

/// Asks as fast as it may, in bursts with pauses between, like the engine at its worst.
void ask(Limiter& limiter, MonoTime& now, int calls, Duration pause_max, Calls& seen) {
  for (int i = 0; i < calls; ++i) {
    const Lane lane = draw_lane();
    while (const auto when = limiter.try_take(lane, now)) {
      RC_ASSERT(*when > now);
      now = *when;
    }
    seen.taken.push_back(now);
    seen.arrived.push_back(now + draw(Duration{}, kSendWithin));
    if (*rc::gen::inRange(0, 20) == 0) now += draw(Duration{}, pause_max);
  }
}

void check(const Calls& seen, int per_minute, int per_hour) {
  RC_ASSERT(worst_window(seen.taken, 1min) <= per_minute);
  RC_ASSERT(worst_window(seen.arrived, 1min) <= per_minute);
  RC_ASSERT(worst_window(seen.taken, 1h) <= per_hour);
  RC_ASSERT(worst_window(seen.arrived, 1h) <= per_hour);
}

RC_GTEST_PROP(Limiter, NeverExceedsAnyTrailingWindow, ()) {
  const int per_minute = *rc::gen::inRange(1, 120);
  const int per_hour = *rc::gen::inRange(1, 400);
  Limiter limiter({per_minute, per_hour, 1.0}, kBootId);
  MonoTime now = kBoot;
  Calls seen;
  ask(limiter, now, 3 * std::min(per_minute, per_hour) + 20, 20min, seen);
  check(seen, per_minute, per_hour);
}

RC_GTEST_PROP(Limiter, NeverExceedsAnyTrailingWindowOverRestartsAndReboots, ()) {
  const int per_minute = *rc::gen::inRange(1, 60);
  const int per_hour = *rc::gen::inRange(1, 200);
  MonoTime now = kBoot;
  Calls seen;
  std::vector<QuotaRow> kept;
  for (int run = 0; run < 6; ++run) {
    const bool rebooted = *rc::gen::inRange(0, 3) == 0;
    Limiter limiter({per_minute, per_hour, 1.0}, rebooted ? "boot-2" : kBootId);
    limiter.restore(kept, now);
    ask(limiter, now, *rc::gen::inRange(1, 60), 5min, seen);
    kept = limiter.rows("eu");
    for (QuotaRow& row : kept) row.boot_id = kBootId;
    now += draw(Duration{}, 2min);
  }
  check(seen, per_minute, per_hour);
}

// The calls are stored by slices of time, each as late as its last call.
RC_GTEST_PROP(Limiter, ARestartOfTheSameBootAllowsNothingSoonerAndLittleLater, ()) {
  const QuotaOptions options{*rc::gen::inRange(1, 100), *rc::gen::inRange(1, 500), 1.0};
  Limiter first(options, kBootId);
  MonoTime now = kBoot;
  Calls seen;
  ask(first, now, *rc::gen::inRange(1, 100), 1min, seen);
  first.hold(draw(0s, 30s), now);
  Limiter second(options, kBootId);
  second.restore(first.rows("eu"), now);
  for (int i = 0; i < 50; ++i) {
    const Lane lane = draw_lane();
    const MonoTime allowed = std::max(first.next_at(lane, now), now);
    const MonoTime again = std::max(second.next_at(lane, now), now);
    RC_ASSERT(again >= allowed);
    RC_ASSERT(again <= allowed + 31s);
    now = again;
    RC_ASSERT(!first.try_take(lane, now) && !second.try_take(lane, now));
    now += draw(0s, 5s);
  }
}

TEST(Limiter, GrantsTheWholeBurstOfANewStore) {
  Limiter limiter({100, 1500, 1.0}, kBootId);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(limiter.try_take(Lane::Cancel, kBoot)) << i;
  EXPECT_TRUE(limiter.try_take(Lane::Cancel, kBoot));
}

TEST(Limiter, SustainsNearlyTheHourlyLimit) {
  Limiter limiter({100, 1500, 1.0}, kBootId);
  MonoTime now = kBoot;
  std::vector<MonoTime> calls;
  while (now < kBoot + 4h) {
    while (const auto when = limiter.try_take(Lane::List, now)) now = *when;
    calls.push_back(now);
  }
  EXPECT_LE(worst_window(calls, 1h), 1500);
  EXPECT_GE(static_cast<int>(calls.size()), 4 * 1400);
}

TEST(Limiter, HasNoMoreTokensAfterARebootThanAtTheLastCall) {
  for (const char* boot_id : {"boot-1", ""}) {
    Limiter before({100, 1500, 1.0}, boot_id);
    for (int i = 0; i < 15; ++i) ASSERT_FALSE(before.try_take(Lane::Cancel, kBoot));
    Limiter after({100, 1500, 1.0}, *boot_id == '\0' ? "" : "boot-2");
    after.restore(before.rows("eu"), MonoTime(1min));
    EXPECT_LE(after.available(Lane::Cancel, MonoTime(1min)), 5);
    EXPECT_GE(after.available(Lane::Cancel, MonoTime(1min)), 3);
  }
}

TEST(Limiter, StartsEmptyAfterARebootWhereTheCallsWereNotStored) {
  Limiter before({100, 1500, 1.0}, "boot-1");
  ASSERT_FALSE(before.try_take(Lane::List, kBoot));
  std::vector<QuotaRow> rows = before.rows("eu");
  std::erase_if(rows, [](const QuotaRow& row) { return row.window == "calls"; });
  Limiter after({100, 1500, 1.0}, "boot-2");
  after.restore(rows, MonoTime(1min));
  const auto when = after.try_take(Lane::Cancel, MonoTime(1min));
  ASSERT_TRUE(when);
  EXPECT_GT(*when, MonoTime(1min));
  EXPECT_LT(*when, MonoTime(1min) + 3s);
}

TEST(Limiter, LeavesTokensToTheUrgentLanes) {
  Limiter limiter({100, 1500, 1.0}, kBootId);
  for (const Lane lane : {Lane::List, Lane::Lookup, Lane::Sweep, Lane::Operator, Lane::Cancel}) {
    int granted = 0;
    while (!limiter.try_take(lane, kBoot)) ++granted;
    SCOPED_TRACE(static_cast<int>(lane));
    EXPECT_GT(granted, 0);
  }
}

TEST(Limiter, ASmallQuotaStillServesEveryLane) {
  for (const int count : {1, 2, 4, 5, 9}) {
    SCOPED_TRACE(count);
    Limiter limiter({count, count, 1.0}, kBootId);
    EXPECT_FALSE(limiter.try_take(Lane::List, kBoot));
  }
}

TEST(Limiter, TakesItsShareOnly) {
  Limiter limiter({100, 1500, 0.5}, kBootId);
  EXPECT_EQ(limiter.status(kBoot).minute_limit, 50);
  EXPECT_EQ(limiter.status(kBoot).hour_limit, 750);
  Limiter least({1, 1, 0.01}, kBootId);
  EXPECT_EQ(least.status(kBoot).minute_limit, 1);
}

TEST(Limiter, HoldsEveryLaneAfterA429) {
  Limiter limiter({100, 1500, 1.0}, kBootId);
  limiter.hold(30s, kBoot);
  EXPECT_EQ(limiter.try_take(Lane::Cancel, kBoot), kBoot + 30s);
  EXPECT_EQ(limiter.try_take(Lane::List, kBoot + 29s), kBoot + 30s);
  EXPECT_FALSE(limiter.try_take(Lane::List, kBoot + 30s));
}

TEST(Limiter, AShorterHoldNeverShortensALongerOne) {
  Limiter limiter({100, 1500, 1.0}, kBootId);
  limiter.hold(60s, kBoot);
  limiter.hold(5s, kBoot + 10s);
  EXPECT_EQ(limiter.try_take(Lane::List, kBoot + 20s), kBoot + 60s);
  EXPECT_EQ(limiter.held(), Duration(60s));
}

TEST(Limiter, OverlappingHoldsCountOnce) {
  Limiter limiter({100, 1500, 1.0}, kBootId);
  limiter.hold(20s, kBoot);
  limiter.hold(20s, kBoot + 10s);
  EXPECT_EQ(limiter.held(), Duration(30s));
}

TEST(Limiter, WaitsExactlyAsAskedAfterA429) {
  Limiter limiter({100, 1500, 1.0}, kBootId);
  limiter.throttled(8s, std::nullopt, kBoot);
  EXPECT_EQ(limiter.try_take(Lane::Cancel, kBoot), kBoot + 9s) << "a second of margin";
}

TEST(Limiter, CutsAnAbsurdWaitToAnHour) {
  Limiter limiter({100, 1500, 1.0}, kBootId);
  limiter.throttled(24h, std::nullopt, kBoot);
  EXPECT_EQ(limiter.try_take(Lane::Cancel, kBoot), kBoot + 1h + 1s);
}

TEST(Limiter, WaitsLongerWithEveryRefusalInARowWithoutARetryAfter) {
  Limiter limiter({100, 1500, 1.0}, kBootId);
  limiter.throttled(std::nullopt, std::nullopt, kBoot);
  EXPECT_EQ(limiter.try_take(Lane::Cancel, kBoot), kBoot + 6s);
  limiter.throttled(std::nullopt, std::nullopt, kBoot + 6s);
  EXPECT_EQ(limiter.try_take(Lane::Cancel, kBoot + 6s), kBoot + 17s);
  limiter.accepted();
  limiter.throttled(std::nullopt, std::nullopt, kBoot + 17s);
  EXPECT_EQ(limiter.try_take(Lane::Cancel, kBoot + 17s), kBoot + 23s);
}

TEST(Limiter, ResumesSlowerAfterA429AndRecovers) {
  Limiter limiter({100, 1500, 1.0}, kBootId);
  ASSERT_FALSE(limiter.try_take(Lane::List, kBoot));
  limiter.throttled(9s, std::nullopt, kBoot);
  const MonoTime resumed = kBoot + 10s;
  ASSERT_FALSE(limiter.try_take(Lane::List, resumed));
  EXPECT_EQ(limiter.try_take(Lane::List, resumed), resumed + 2 * limiter.sustained());
  EXPECT_FALSE(limiter.try_take(Lane::Cancel, resumed)) << "what is urgent does not wait";
  const MonoTime later = resumed + 11min;
  ASSERT_FALSE(limiter.try_take(Lane::List, later));
  EXPECT_FALSE(limiter.try_take(Lane::List, later)) << "recovered: the burst is free again";
}

TEST(Limiter, KeepsASmallerLimitThatA429Named) {
  Limiter limiter({100, 1500, 1.0}, kBootId);
  limiter.throttled(1s, NamedLimit{30, 1min}, kBoot);
  EXPECT_EQ(limiter.status(kBoot).minute_limit, 30);
  EXPECT_EQ(limiter.status(kBoot).hour_limit, 1500);
  limiter.throttled(1s, NamedLimit{60, 1min}, kBoot + 1min);
  EXPECT_EQ(limiter.status(kBoot + 1min).minute_limit, 30) << "a larger one changes nothing";
}

TEST(Limiter, ShowsTheCallsOfTheTrailingWindows) {
  Limiter limiter({100, 1500, 1.0}, kBootId);
  for (int i = 0; i < 3; ++i) ASSERT_FALSE(limiter.try_take(Lane::List, kBoot + 30s * i));
  EXPECT_EQ(limiter.status(kBoot + 60s).minute_used, 2);
  EXPECT_EQ(limiter.status(kBoot + 60s).hour_used, 3);
  EXPECT_EQ(limiter.status(kBoot + 2h).hour_used, 0);
}

}  // namespace
}  // namespace mactiond::core

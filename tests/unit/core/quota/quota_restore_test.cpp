#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/quota/limiter.hpp"
#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;

constexpr const char* kBootId = "boot-1";
constexpr QuotaOptions kStated{100, 1500, 1.0};

Limiter restored(const std::vector<QuotaRow>& rows, MonoTime now,
                 const QuotaOptions& options = kStated, std::string boot_id = kBootId) {
  Limiter limiter(options, std::move(boot_id));
  limiter.restore(rows, now);
  return limiter;
}

/// What a region keeps: a later row replaces an earlier one of its name.
void keep(const Limiter& limiter, std::vector<QuotaRow>& kept) {
  for (QuotaRow& row : limiter.rows("eu")) {
    std::erase_if(kept, [&](const QuotaRow& old) { return old.window == row.window; });
    kept.push_back(std::move(row));
  }
}

int worst_window(const std::vector<MonoTime>& calls, Duration window) {
  int worst = 0;
  auto first = calls.begin();
  for (auto last = calls.begin(); last != calls.end(); ++last) {
    while (*last - *first > window) ++first;
    worst = std::max(worst, static_cast<int>(last - first) + 1);
  }
  return worst;
}

MonoTime take_all(Limiter& limiter, MonoTime now, int calls, QuotaKind what = QuotaKind::Api) {
  for (int i = 0; i < calls; ++i) {
    while (const auto when = limiter.try_take(Lane::Cancel, now, what)) now = *when;
  }
  return now;
}

RC_GTEST_PROP(Limiter, LimitsThatChangeNeverLetMoreThanTheLargestIntoAWindow, ()) {
  MonoTime now = kBoot;
  std::vector<QuotaRow> kept;
  std::vector<MonoTime> calls;
  QuotaOptions largest{1, 1, 1.0};
  for (int run = 0; run < 5; ++run) {
    const QuotaOptions options{*rc::gen::inRange(1, 60), *rc::gen::inRange(1, 200), 1.0};
    largest.per_minute = std::max(largest.per_minute, options.per_minute);
    largest.per_hour = std::max(largest.per_hour, options.per_hour);
    Limiter limiter = restored(kept, now, options);
    for (int i = *rc::gen::inRange(1, 80); i > 0; --i) {
      while (const auto when = limiter.try_take(Lane::Cancel, now)) now = *when;
      calls.push_back(now);
      if (i % 30 == 0) limiter.throttled(1s, NamedLimit{*rc::gen::inRange(1, 60), 1min}, now);
    }
    keep(limiter, kept);
  }
  RC_ASSERT(worst_window(calls, 1min) <= largest.per_minute);
  RC_ASSERT(worst_window(calls, 1h) <= largest.per_hour);
}

TEST(Limiter, ARowOfAnotherLimitLeavesNoMoreThanWasLeft) {
  Limiter before(kStated, kBootId);
  (void)take_all(before, kBoot, 15);
  for (const QuotaOptions& options : {QuotaOptions{50, 1500, 1.0}, QuotaOptions{200, 3000, 1.0}}) {
    Limiter after = restored(before.rows("eu"), kBoot, options);
    EXPECT_EQ(after.available(Lane::Cancel, kBoot), 5);
    Limiter rebooted = restored(before.rows("eu"), kBoot, options, "boot-2");
    EXPECT_LE(rebooted.available(Lane::Cancel, kBoot), 5);
    EXPECT_GT(rebooted.available(Lane::Cancel, kBoot), 0);
  }
}

TEST(Limiter, ARowOfAnotherLimitDoesNotShowAFullWindow) {
  Limiter before({6000, 90'000, 1.0}, kBootId);
  const MonoTime now = take_all(before, kBoot, 100);
  const Limiter after = restored(before.rows("eu"), now + 1s, {5990, 89'000, 1.0});
  EXPECT_EQ(after.status(now + 1s).hour_used, 100);
}

TEST(Limiter, ARowFromTheFutureHoldsNobodyForLong) {
  std::vector<QuotaRow> rows{{"eu", "minute", kBootId, kBoot + 9000h, 100},
                             {"eu", "hour", kBootId, kBoot + 9000h, 1500},
                             {"eu", "hold", kBootId, kBoot + 9000h}};
  Limiter limiter = restored(rows, kBoot);
  const auto when = limiter.try_take(Lane::Cancel, kBoot);
  ASSERT_TRUE(when);
  EXPECT_LE(*when, kBoot + 2h);
}

TEST(Limiter, ALearnedLimitOutlivesARestart) {
  Limiter before(kStated, kBootId);
  before.throttled(1s, NamedLimit{30, 1min}, kBoot);
  EXPECT_EQ(restored(before.rows("eu"), kBoot + 1min).status(kBoot + 1min).minute_limit, 30);
  EXPECT_EQ(restored(before.rows("eu"), kBoot, {20, 1500, 1.0}).status(kBoot).minute_limit, 20)
      << "not where a smaller one is configured";
}

TEST(Limiter, ALearnedLimitIsTriedAgainAfterADay) {
  Limiter limiter(kStated, kBootId);
  limiter.throttled(1s, NamedLimit{30, 1min}, kBoot);
  std::vector<QuotaRow> kept;
  keep(limiter, kept);
  (void)take_all(limiter, kBoot + kLearnedFor - 1s, 1);
  EXPECT_EQ(limiter.status(kBoot).minute_limit, 30);
  (void)take_all(limiter, kBoot + kLearnedFor, 1);
  EXPECT_EQ(limiter.status(kBoot).minute_limit, 100);
  keep(limiter, kept);
  EXPECT_EQ(restored(kept, kBoot + kLearnedFor).status(kBoot).minute_limit, 100);
  EXPECT_EQ(restored(kept, kBoot, kStated, "boot-2").status(kBoot).minute_limit, 100)
      << "nor does a reboot bring it back";
}

TEST(Limiter, ALearnedLimitThatIsNamedAgainIsKeptADayMore) {
  Limiter limiter(kStated, kBootId);
  limiter.throttled(1s, NamedLimit{30, 1min}, kBoot);
  limiter.throttled(1s, NamedLimit{30, 1min}, kBoot + 20h);
  (void)take_all(limiter, kBoot + kLearnedFor + 1h, 1);
  EXPECT_EQ(limiter.status(kBoot).minute_limit, 30);
}

TEST(Limiter, AnotherBootKeepsALearnedLimitForADay) {
  Limiter before(kStated, kBootId);
  before.throttled(1s, NamedLimit{30, 1min}, kBoot);
  Limiter after = restored(before.rows("eu"), MonoTime(1min), kStated, "boot-2");
  EXPECT_EQ(after.status(MonoTime(1min)).minute_limit, 30);
  (void)take_all(after, MonoTime(1min) + kLearnedFor, 1);
  EXPECT_EQ(after.status(MonoTime(1min)).minute_limit, 100);
}

TEST(Limiter, SomeOperationsHaveLimitsOfTheirOwn) {
  struct Own {
    QuotaKind what;
    int per_minute;
    int per_hour;
  };
  for (const Own& own :
       {Own{QuotaKind::PackageLink, 2, 120}, Own{QuotaKind::LiveResponse, 10, 600}}) {
    Limiter limiter(kStated, kBootId);
    std::vector<MonoTime> calls;
    MonoTime now = kBoot;
    while (now < kBoot + 3h) {
      now = take_all(limiter, now, 1, own.what);
      calls.push_back(now);
    }
    EXPECT_LE(worst_window(calls, 1min), own.per_minute);
    EXPECT_LE(worst_window(calls, 1h), own.per_hour);
    EXPECT_GE(worst_window(calls, 1h), own.per_hour * 3 / 4);
    EXPECT_EQ(limiter.status(now).hour_used, 0) << "they cost nothing of the API's quota";
  }
}

TEST(Limiter, AnOwnLimitOutlivesARestart) {
  Limiter before(kStated, kBootId);
  const MonoTime now = take_all(before, kBoot, 1, QuotaKind::PackageLink);
  Limiter after = restored(before.rows("eu"), now);
  EXPECT_EQ(after.try_take(Lane::Operator, now, QuotaKind::PackageLink),
            before.try_take(Lane::Operator, now, QuotaKind::PackageLink));
  EXPECT_FALSE(after.try_take(Lane::List, now)) << "and holds nobody else";
}

TEST(Limiter, A429OfAnOperationHoldsThatOperationOnly) {
  Limiter limiter(kStated, kBootId);
  limiter.throttled(60s, NamedLimit{1, 1min}, kBoot, QuotaKind::PackageLink);
  EXPECT_EQ(limiter.try_take(Lane::Cancel, kBoot, QuotaKind::PackageLink),
            kBoot + 70s + Duration(1));
  EXPECT_FALSE(limiter.try_take(Lane::List, kBoot));
  EXPECT_FALSE(limiter.try_take(Lane::Cancel, kBoot, QuotaKind::LiveResponse));
  EXPECT_EQ(limiter.status(kBoot).minute_limit, 100);
}

TEST(Limiter, ShowsHowManyCallsALaneCouldMakeAtOnce) {
  Limiter limiter(kStated, kBootId);
  for (const Lane lane : {Lane::List, Lane::Cancel}) {
    const int promised = limiter.available(lane, kBoot);
    EXPECT_GT(promised, 0);
    for (int i = 0; i < promised; ++i) EXPECT_FALSE(limiter.try_take(lane, kBoot));
    EXPECT_TRUE(limiter.try_take(lane, kBoot));
    EXPECT_EQ(limiter.available(lane, kBoot), 0);
  }
  limiter.hold(1h, kBoot + 10min);
  EXPECT_EQ(limiter.available(Lane::Cancel, kBoot + 10min), 0);
}

}  // namespace
}  // namespace mactiond::core

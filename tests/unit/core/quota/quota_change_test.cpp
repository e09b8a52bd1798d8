#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "core/quota/limiter.hpp"
#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;

constexpr const char* kBootId = "boot-1";
constexpr QuotaOptions kStated{100, 1500, 1.0};

MonoTime take_all(Limiter& limiter, MonoTime now, int calls) {
  for (int i = 0; i < calls; ++i) {
    while (const auto when = limiter.try_take(Lane::Cancel, now)) now = *when;
  }
  return now;
}

int within(const std::vector<MonoTime>& calls, Duration window, MonoTime now) {
  return static_cast<int>(std::count_if(calls.begin(), calls.end(),
                                        [&](MonoTime call) { return call >= now - window; }));
}

// The limit in force when a call is made holds for the windows that end with it, whatever was in
// force before.
RC_GTEST_PROP(QuotaChange, NoCallIsMadeThatTheLimitInForceDoesNotAllow, ()) {
  MonoTime now = kBoot;
  QuotaOptions options = kStated;
  Limiter limiter(options, kBootId);
  std::vector<MonoTime> calls;
  for (int change = 0; change < 6; ++change) {
    for (int i = *rc::gen::inRange(0, 60); i > 0; --i) {
      now = take_all(limiter, now, 1);
      calls.push_back(now);
      RC_ASSERT(within(calls, 1min, now) <= options.per_minute);
      RC_ASSERT(within(calls, 1h, now) <= options.per_hour);
    }
    now += std::chrono::seconds(*rc::gen::inRange(0, 90));
    options = {*rc::gen::inRange(1, 60), *rc::gen::inRange(1, 200), 1.0};
    limiter.configure(options, now);
  }
}

TEST(QuotaChange, OnlyTheCallsThatWereMadeCount) {
  for (const auto& [options, burst] :
       {std::pair{QuotaOptions{50, 1500, 1.0}, 10}, std::pair{QuotaOptions{200, 5000, 1.0}, 40},
        std::pair{QuotaOptions{100, 1500, 0.5}, 10}}) {
    Limiter limiter(kStated, kBootId);
    (void)take_all(limiter, kBoot, 5);
    limiter.configure(options, kBoot);
    EXPECT_EQ(limiter.available(Lane::Cancel, kBoot), burst - 5);
    EXPECT_EQ(limiter.available(Lane::Cancel, kBoot + 2min), burst);
    EXPECT_FALSE(limiter.try_take(Lane::Cancel, kBoot));
  }
}

TEST(QuotaChange, ALimitThatIsReachedAlreadyWaitsForTheWindowAndNoLonger) {
  Limiter limiter(kStated, kBootId);
  (void)take_all(limiter, kBoot, 20);
  limiter.configure({10, 1500, 1.0}, kBoot + 1s);
  EXPECT_EQ(limiter.available(Lane::Cancel, kBoot + 1s), 0);
  EXPECT_EQ(limiter.try_take(Lane::Cancel, kBoot + 1s), kBoot + 70s + Duration(1));
  EXPECT_FALSE(limiter.try_take(Lane::Cancel, kBoot + 70s + Duration(1)));
}

TEST(QuotaChange, TheSameLimitsChangeNothing) {
  Limiter limiter(kStated, kBootId);
  const MonoTime now = take_all(limiter, kBoot, 200);
  Limiter same = limiter;
  const auto next = same.try_take(Lane::List, now);
  limiter.configure(kStated, now);
  EXPECT_EQ(limiter.try_take(Lane::List, now), next);
}

TEST(QuotaChange, AHoldAndALearnedLimitStay) {
  Limiter limiter(kStated, kBootId);
  limiter.throttled(40s, NamedLimit{30, 1min}, kBoot);
  limiter.configure({80, 1500, 1.0}, kBoot + 1s);
  EXPECT_EQ(limiter.status(kBoot).minute_limit, 30);
  EXPECT_GT(limiter.try_take(Lane::Cancel, kBoot + 1s), kBoot + 40s);
  EXPECT_GE(limiter.held(), 40s);
  limiter.configure({20, 1500, 1.0}, kBoot + 1s);
  EXPECT_EQ(limiter.status(kBoot).minute_limit, 20) << "the smaller one that is configured";
}

TEST(QuotaChange, AfterARestartTheCallsThatWereMadeCountToo) {
  Limiter before(kStated, kBootId);
  (void)take_all(before, kBoot, 15);
  for (const auto& [options, burst] :
       {std::pair{QuotaOptions{90, 1400, 1.0}, 18}, std::pair{QuotaOptions{200, 3000, 1.0}, 40}}) {
    Limiter after(kStated, kBootId);
    after.restore(before.rows("eu"), kBoot);
    ASSERT_EQ(after.available(Lane::Cancel, kBoot), 5);
    after.configure(options, kBoot);
    EXPECT_EQ(after.available(Lane::Cancel, kBoot), burst - 15);
  }
}

// Nobody knows when calls were made that were not stored: no token is won, none is lost.
TEST(QuotaChange, AfterARestartWithoutTheCallsWhatWasLeftIsLeft) {
  Limiter before(kStated, kBootId);
  (void)take_all(before, kBoot, 15);
  std::vector<QuotaRow> rows = before.rows("eu");
  std::erase_if(rows, [](const QuotaRow& row) { return row.window == "calls"; });
  for (const QuotaOptions& options : {QuotaOptions{90, 1400, 1.0}, QuotaOptions{200, 3000, 1.0}}) {
    Limiter after(kStated, kBootId);
    after.restore(rows, kBoot);
    ASSERT_EQ(after.available(Lane::Cancel, kBoot), 5);
    for (int flip = 0; flip < 10; ++flip) {
      after.configure(options, kBoot);
      after.configure(kStated, kBoot);
    }
    after.configure(options, kBoot);
    EXPECT_EQ(after.available(Lane::Cancel, kBoot), 5);
  }
}

TEST(QuotaChange, LimitsOfSingleOperationsFollowTheShare) {
  Limiter limiter(kStated, kBootId);
  limiter.configure({100, 1500, 0.5}, kBoot);
  EXPECT_FALSE(limiter.try_take(Lane::Operator, kBoot, QuotaKind::PackageLink));
  EXPECT_EQ(limiter.try_take(Lane::Operator, kBoot, QuotaKind::PackageLink),
            kBoot + 70s + Duration(1));
}

}  // namespace
}  // namespace mactiond::core

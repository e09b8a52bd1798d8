#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/quota/limiter.hpp"
#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;

constexpr MonoTime kNextBoot{30s};

MonoTime take_all(Limiter& limiter, MonoTime now, int calls, Lane lane = Lane::Cancel) {
  for (int i = 0; i < calls; ++i) {
    while (const auto when = limiter.try_take(lane, now)) now = *when;
  }
  return now;
}

Limiter rebooted(const Limiter& before, const QuotaOptions& options, MonoTime now = kNextBoot) {
  Limiter after(options, "boot-2");
  after.restore(before.rows("eu"), now);
  return after;
}

int worst_window(std::vector<Duration> calls, Duration window) {
  std::sort(calls.begin(), calls.end());
  int worst = 0;
  auto first = calls.begin();
  for (auto last = calls.begin(); last != calls.end(); ++last) {
    while (*last - *first > window) ++first;
    worst = std::max(worst, static_cast<int>(last - first) + 1);
  }
  return worst;
}

TEST(FirstList, AfterARebootGoesOutWithin5sWhereBothWindowsAllowACall) {
  for (const QuotaOptions& options :
       {QuotaOptions{100, 1500, 1.0}, QuotaOptions{100, 1500, 0.1}, QuotaOptions{10, 100, 1.0},
        QuotaOptions{12, 60, 1.0}, QuotaOptions{50, 50, 1.0}, QuotaOptions{1000, 20'000, 1.0}}) {
    for (const int calls : {1, 2, 5, 20, 45, 150}) {
      Limiter before(options, "boot-1");
      (void)take_all(before, kBoot, calls);
      Limiter after = rebooted(before, options);
      const QuotaStatus used = after.status(kNextBoot);
      const bool allowed = used.minute_used < used.minute_limit && used.hour_used < used.hour_limit;
      SCOPED_TRACE(std::to_string(options.per_hour) + " an hour after " + std::to_string(calls));
      EXPECT_EQ(after.next_at(Lane::List, kNextBoot) <= kNextBoot + 5s, allowed);
      if (!allowed) continue;
      const MonoTime first = take_all(after, kNextBoot, 1, Lane::List);
      EXPECT_LE(first, kNextBoot + 5s);
    }
  }
}

TEST(FirstList, AfterALimitLearnedFromA429GoesOutWithin5sOfItsEnd) {
  for (const QuotaOptions& options :
       {QuotaOptions{100, 1500, 1.0}, QuotaOptions{5000, 200'000, 1.0}}) {
    for (const NamedLimit& learned :
         {NamedLimit{30, 1min}, NamedLimit{11, 1min}, NamedLimit{1000, 1h}, NamedLimit{100, 1h},
          NamedLimit{11, 1h}, NamedLimit{90'000, 1h}}) {
      for (const Duration retry_after : {0s, 1s, 8s, 60s, 600s}) {
        Limiter limiter(options, "boot-1");
        const MonoTime now = take_all(limiter, kBoot, 10);
        limiter.throttled(retry_after, learned, now);
        SCOPED_TRACE(std::to_string(learned.count) + " after " +
                     std::to_string(to_seconds(retry_after)));
        EXPECT_GE(limiter.next_at(Lane::List, now), now + retry_after);
        EXPECT_LE(limiter.next_at(Lane::List, now), now + retry_after + 5s);
      }
    }
  }
}

TEST(FirstList, AfterEachOfManyRefusalsGoesOutWithin5sOfItsEnd) {
  Limiter limiter({100, 1500, 1.0}, "boot-1");
  MonoTime now = take_all(limiter, kBoot, 18);
  for (int refusal = 0; refusal < 10; ++refusal) {
    limiter.throttled(2s, NamedLimit{60, 1min}, now);
    const MonoTime next = take_all(limiter, now, 1, Lane::List);
    EXPECT_LE(next, now + 7s);
    now = next;
  }
}

TEST(FirstList, IsOneOnlyThenTheReserveIsLeftToWhatIsUrgent) {
  const QuotaOptions options{100, 1500, 1.0};
  Limiter before(options, "boot-1");
  (void)take_all(before, kBoot, 20);
  Limiter after = rebooted(before, options);
  const MonoTime now = take_all(after, kNextBoot, 1, Lane::List);
  EXPECT_GT(after.next_at(Lane::List, now), now + 5s);
  EXPECT_LT(after.next_at(Lane::Cancel, now), after.next_at(Lane::List, now));
}

TEST(FirstList, NeverOverrunsAWindowThatIsFull) {
  const QuotaOptions options{20, 20, 1.0};
  Limiter before(options, "boot-1");
  const MonoTime now = take_all(before, kBoot, 20);
  Limiter after = rebooted(before, options);
  EXPECT_EQ(after.status(kNextBoot).hour_used, before.status(now).hour_used);
  EXPECT_GT(after.next_at(Lane::List, kNextBoot), kNextBoot + 60s);
}

TEST(FirstList, WaitsForAHoldAlsoAfterARestart) {
  const QuotaOptions options{100, 1500, 1.0};
  Limiter before(options, "boot-1");
  const MonoTime now = take_all(before, kBoot, 20);
  before.throttled(40s, NamedLimit{30, 1min}, now);
  Limiter after(options, "boot-1");
  after.restore(before.rows("eu"), now + 10s);
  EXPECT_GE(after.next_at(Lane::List, now + 10s), now + 40s);
  EXPECT_LE(after.next_at(Lane::List, now + 10s), now + 45s);
}

// The judge has the true time; each boot begins its own clock, and knows nothing of the time
// between.
RC_GTEST_PROP(FirstList, NoTrailingWindowIsOverrunByRebootsAndRefusals, ()) {
  const QuotaOptions options{*rc::gen::inRange(1, 60), *rc::gen::inRange(1, 200), 1.0};
  std::vector<Duration> calls;
  std::vector<QuotaRow> rows;
  Duration truth{};
  for (int boot = 0; boot < 8; ++boot) {
    const MonoTime booted(Duration(*rc::gen::inRange(0, 900'000'000)));
    MonoTime now = booted;
    Limiter limiter(options, "boot-" + std::to_string(boot));
    limiter.restore(rows, now);
    for (int i = *rc::gen::inRange(1, 40); i > 0; --i) {
      const Lane lane = *rc::gen::element(Lane::Cancel, Lane::List, Lane::Lookup, Lane::Sweep);
      while (const auto when = limiter.try_take(lane, now)) now = *when;
      calls.push_back(truth + (now - booted));
      if (*rc::gen::inRange(0, 12) == 0) limiter.throttled(1s, std::nullopt, now);
    }
    truth += now - booted + Duration(*rc::gen::inRange(0, 400'000'000));
    rows = limiter.rows("eu");
  }
  RC_ASSERT(worst_window(calls, 1min) <= options.per_minute);
  RC_ASSERT(worst_window(calls, 1h) <= options.per_hour);
}

// A version that stored no calls is followed by this one.
TEST(QuotaShown, IsAtLeastWhatIsKnownWhereCallsWereNotStored) {
  Limiter before({100, 1500, 1.0}, "boot-1");
  const MonoTime now = take_all(before, kBoot, 20);
  std::vector<QuotaRow> rows = before.rows("eu");
  std::erase_if(rows, [](const QuotaRow& row) { return row.window == "calls"; });
  Limiter after({100, 1500, 1.0}, "boot-1");
  after.restore(rows, now);
  EXPECT_EQ(after.status(now).hour_used, 0);
  EXPECT_EQ(after.status(now).hour_is, Count::AtLeast);
  (void)take_all(after, now + 1min, 1);
  EXPECT_EQ(after.status(now + 1min).minute_is, Count::Exact);
  Limiter later({100, 1500, 1.0}, "boot-1");
  later.restore(after.rows("eu"), now + 2min);
  EXPECT_EQ(later.status(now + 2min).hour_used, 1);
  EXPECT_EQ(later.status(now + 2min).hour_is, Count::AtLeast) << "over another restart too";
  EXPECT_EQ(later.status(now + 1h).hour_is, Count::Exact);
}

TEST(QuotaShown, IsABoundByTheCallsMadeAfterAReboot) {
  const QuotaOptions options{100, 1500, 1.0};
  Limiter before(options, "boot-1");
  (void)take_all(before, kBoot, 160);
  Limiter after = rebooted(before, options);
  EXPECT_LE(after.status(kNextBoot).hour_used, 160);
  EXPECT_EQ(after.status(kNextBoot).hour_is, Count::AtMost);
  const MonoTime now = take_all(after, kNextBoot, 1);
  Limiter again(options, "boot-2");
  again.restore(after.rows("eu"), now);
  EXPECT_EQ(again.status(now).hour_is, Count::AtMost) << "over another restart too";
  EXPECT_EQ(again.status(kNextBoot + 61s).minute_is, Count::Exact);
  EXPECT_EQ(again.status(kNextBoot + 1h + 1s).hour_is, Count::Exact);
}

}  // namespace
}  // namespace mactiond::core

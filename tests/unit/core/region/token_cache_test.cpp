#include "core/region/token_cache.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;

struct TokenCacheTest : testing::Test {
  void fetch(MonoTime now, const std::string& token = "one", Duration lifetime = 1h) {
    cache.fetch_started();
    cache.fetched(Secret(token), {lifetime, refresh_in}, now);
  }
  void fail(MonoTime now, std::optional<Duration> retry_after = std::nullopt) {
    cache.fetch_started();
    cache.fetch_failed(retry_after, now, random);
  }
  /// When the next fetch may begin, as a caller that obeys wake_at finds it.
  Duration wait(MonoTime now) { return cache.wake_at(now).value() - now; }

  TokenCache cache;
  std::optional<Duration> refresh_in;
  Random random{7};
};

TEST_F(TokenCacheTest, WantsATokenAtFirst) {
  EXPECT_TRUE(cache.wants_fetch(kBoot));
  EXPECT_EQ(cache.usable(kBoot), nullptr);
  EXPECT_EQ(cache.wake_at(kBoot), kBoot);
}

TEST_F(TokenCacheTest, WantsNoSecondFetchWhileOneIsInProgress) {
  cache.fetch_started();
  EXPECT_FALSE(cache.wants_fetch(kBoot + 1h));
  EXPECT_FALSE(cache.wake_at(kBoot));
  cache.fetch_abandoned();
  EXPECT_TRUE(cache.wants_fetch(kBoot));
}

TEST_F(TokenCacheTest, RenewsFiveMinutesBeforeTheEnd) {
  fetch(kBoot);
  EXPECT_EQ(cache.wake_at(kBoot), kBoot + 55min);
  EXPECT_FALSE(cache.wants_fetch(kBoot + 55min - 1s));
  EXPECT_TRUE(cache.wants_fetch(kBoot + 55min));
}

TEST_F(TokenCacheTest, RenewsWhenTheAnswerAsksForItAndUsesTheOldOneMeanwhile) {
  refresh_in = 12h;
  fetch(kBoot, "one", 24h);
  EXPECT_EQ(cache.wake_at(kBoot), kBoot + 12h);
  fail(kBoot + 12h);
  ASSERT_NE(cache.usable(kBoot + 23h), nullptr);
  EXPECT_EQ(cache.usable(kBoot + 23h)->reveal(), "one");
}

TEST_F(TokenCacheTest, NeverRenewsLaterThanBeforeTheEndNorAtOnce) {
  refresh_in = 2h;
  fetch(kBoot);
  EXPECT_EQ(cache.wake_at(kBoot), kBoot + 55min);
  for (const Duration soon : {Duration{}, Duration(-1h), Duration(1s)}) {
    refresh_in = soon;
    fetch(kBoot);
    EXPECT_EQ(cache.wake_at(kBoot), kBoot + 1min);
  }
}

TEST_F(TokenCacheTest, RenewsAShortLivedTokenInItsLastFifth) {
  fetch(kBoot, "one", 5min);
  EXPECT_EQ(cache.wake_at(kBoot), kBoot + 4min);
}

TEST_F(TokenCacheTest, ATokenOfOneSecondIsNotFetchedEverySecond) {
  for (const Duration lifetime : {Duration(1s), Duration{}, Duration(-1h)}) {
    fetch(kBoot, "one", lifetime);
    EXPECT_NE(cache.usable(kBoot + 30s), nullptr);
    EXPECT_EQ(cache.wake_at(kBoot), kBoot + 48s);
  }
}

TEST_F(TokenCacheTest, KeepsOldTokenWhileRefreshFails) {
  fetch(kBoot);
  fail(kBoot + 55min);
  ASSERT_NE(cache.usable(kBoot + 56min), nullptr);
  EXPECT_EQ(cache.usable(kBoot + 56min)->reveal(), "one");
  EXPECT_EQ(cache.usable(kBoot + 1h), nullptr) << "an expired token is not used";
}

TEST_F(TokenCacheTest, BacksOffFurtherWithEachFailure) {
  MonoTime now = kBoot;
  for (const Duration expected : {5s, 10s, 20s, 40s, 80s, 160s, 300s, 300s}) {
    fail(now);
    EXPECT_GE(wait(now), expected * 8 / 10);
    EXPECT_LE(wait(now), expected * 12 / 10);
    now += wait(now);
    EXPECT_TRUE(cache.wants_fetch(now));
  }
}

TEST_F(TokenCacheTest, RetryAfterIsAFloor) {
  fail(kBoot, 90s);
  EXPECT_EQ(wait(kBoot), Duration(90s));
  EXPECT_FALSE(cache.wants_fetch(kBoot + 89s));
}

TEST_F(TokenCacheTest, ATokenRefusedMidRunIsFetchedAgainAtOnce) {
  fetch(kBoot);
  EXPECT_FALSE(cache.refused(kBoot + 10min, kBoot + 10min, random));
  EXPECT_EQ(cache.usable(kBoot + 10min), nullptr);
  EXPECT_TRUE(cache.wants_fetch(kBoot + 10min));
}

TEST_F(TokenCacheTest, ALateRefusalDoesNotBlameTheNewToken) {
  fetch(kBoot, "old");
  ASSERT_FALSE(cache.refused(kBoot + 10min, kBoot + 10min, random));
  fetch(kBoot + 11min, "new");
  EXPECT_FALSE(cache.refused(kBoot + 10min, kBoot + 12min, random));
  ASSERT_NE(cache.usable(kBoot + 12min), nullptr);
  EXPECT_EQ(cache.usable(kBoot + 12min)->reveal(), "new");
}

TEST_F(TokenCacheTest, AFreshTokenRefusedMakesTheNextFetchWait) {
  fetch(kBoot);
  EXPECT_TRUE(cache.refused(kBoot, kBoot + 1s, random));
  EXPECT_FALSE(cache.wants_fetch(kBoot + 1s));
  EXPECT_GE(wait(kBoot + 1s), Duration(4s));
}

TEST_F(TokenCacheTest, RefusalsOfFreshTokensBackOffUntilOneIsAccepted) {
  MonoTime now = kBoot;
  for (int i = 0; i < 6; ++i) {
    fetch(now);
    ASSERT_TRUE(cache.refused(now, now, random));
    now += wait(now);
  }
  fetch(now);
  ASSERT_TRUE(cache.refused(now, now, random));
  EXPECT_GT(wait(now), Duration(3min));
  now += wait(now);
  fetch(now);
  cache.accepted();
  ASSERT_TRUE(cache.refused(now, now + 1s, random));
  EXPECT_LT(wait(now + 1s), Duration(7s));
}

TEST_F(TokenCacheTest, ShowsAgeAndTimeLeft) {
  EXPECT_FALSE(cache.left(kBoot));
  EXPECT_FALSE(cache.age(kBoot));
  fetch(kBoot);
  EXPECT_EQ(cache.left(kBoot + 10min), Duration(50min));
  EXPECT_EQ(cache.age(kBoot + 10min), Duration(10min));
}

}  // namespace
}  // namespace mactiond::core

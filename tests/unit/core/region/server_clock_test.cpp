#include "core/region/server_clock.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using test::kDay;

/// A server whose clock shows kDay + 400 ms at kBoot and whose Date header cuts the fraction off.
struct Server {
  WallTime at(MonoTime when) const { return kDay + 400ms + (when - kBoot); }
  WallTime date(MonoTime when) const { return std::chrono::floor<std::chrono::seconds>(at(when)); }
};

TEST(ServerClock, SaysNothingBeforeAnAnswer) { EXPECT_FALSE(ServerClock().at(kBoot)); }

TEST(ServerClock, IsRightWithinItsUncertaintyAfterEachAnswer) {
  const Server server;
  ServerClock clock;
  MonoTime now = kBoot;
  for (int i = 0; i < 50; ++i) {
    const Duration latency = 20ms + 7ms * (i % 11);
    clock.sample(server.date(now + latency / 3), now, now + latency);
    now += latency;
    const Duration error = *clock.at(now) - server.at(now);
    EXPECT_LE(std::chrono::abs(error), clock.uncertainty()) << i;
    now += 2370ms;
  }
}

TEST(ServerClock, ConvergesFarBelowTheSecondOfTheHeader) {
  const Server server;
  ServerClock clock;
  MonoTime now = kBoot;
  clock.sample(server.date(now + 25ms), now, now + 50ms);
  EXPECT_GE(clock.uncertainty(), Duration(500ms));
  for (int i = 0; i < 60; ++i) {
    now += 2370ms;
    clock.sample(server.date(now + 25ms), now, now + 50ms);
  }
  EXPECT_LT(clock.uncertainty(), Duration(60ms));
}

TEST(ServerClock, ConvergesAlsoWhereThePaceIsWholeSeconds) {
  for (const Duration phase : {0ms, 130ms, 480ms, 730ms, 990ms}) {
    const Server server;
    ServerClock clock;
    MonoTime now = kBoot + phase;
    for (int i = 0; i < 6; ++i) {
      clock.sample(server.date(now + 10ms), now, now + 20ms);
      const MonoTime latest = now + 15s;
      const MonoTime next = clock.best_sample_at(latest);
      EXPECT_LE(next, latest);
      EXPECT_GT(next, latest - 1s);
      now = next;
    }
    EXPECT_LE(std::chrono::abs(*clock.at(now) - server.at(now)), Duration(60ms))
        << to_milliseconds(phase);
    EXPECT_LE(clock.uncertainty(), Duration(60ms));
    EXPECT_EQ(clock.best_sample_at(now + 15s), now + 15s) << "known well enough";
  }
}

TEST(ServerClock, ARecordedMomentNeverReadsEarlierThanTheOneBefore) {
  const Server server;
  ServerClock clock;
  MonoTime now = kBoot;
  WallTime before = WallTime::min();
  for (int i = 0; i < 200; ++i) {
    const Duration latency = 20ms + 7ms * (i % 11);
    clock.sample(server.date(now + latency / 3), now, now + latency);
    now += latency;
    EXPECT_GE(*clock.moment(now), before);
    before = *clock.moment(now + 30ms);
    now += 30ms + 10ms * (i % 97);
  }
  EXPECT_LT(*clock.moment(now) - *clock.at(now), Duration(1ms))
      << "it stands still for a moment only";
  clock.sample(server.date(now) - 1h, now, now + 20ms);
  EXPECT_LT(*clock.moment(now), before - 59min) << "a clock that was set is followed";
}

TEST(ServerClock, ASlowAnswerDoesNotSpoilWhatIsKnown) {
  const Server server;
  ServerClock clock;
  MonoTime now = kBoot;
  for (int i = 0; i < 60; ++i, now += 2370ms) {
    clock.sample(server.date(now + 25ms), now, now + 50ms);
  }
  const Duration known = clock.uncertainty();
  clock.sample(server.date(now + 30s), now, now + 60s);
  EXPECT_LT(clock.uncertainty(), known + 20ms);
}

TEST(ServerClock, BeginsAgainWhenTheServersClockWasSet) {
  const Server server;
  ServerClock clock;
  clock.sample(server.date(kBoot), kBoot, kBoot + 50ms);
  const MonoTime later = kBoot + 10s;
  clock.sample(server.date(later) + 1h, later, later + 50ms);
  EXPECT_LE(std::chrono::abs(*clock.at(later) - (server.at(later) + 1h)), Duration(1s));
}

TEST(ServerClock, GrowsLessCertainWithTime) {
  const Server server;
  ServerClock clock;
  MonoTime now = kBoot;
  for (int i = 0; i < 60; ++i, now += 2370ms) {
    clock.sample(server.date(now + 25ms), now, now + 50ms);
  }
  // A drift of ten parts per million, unseen for a day, is no contradiction.
  now += 24h;
  const WallTime drifted = server.at(now) + 860ms;
  clock.sample(std::chrono::floor<std::chrono::seconds>(drifted), now, now + 50ms);
  EXPECT_LE(std::chrono::abs(*clock.at(now) - drifted), clock.uncertainty());
}

}  // namespace
}  // namespace mactiond::core

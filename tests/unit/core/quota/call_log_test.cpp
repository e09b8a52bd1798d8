#include "core/quota/call_log.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;

int within(const std::vector<MonoTime>& calls, Duration window, MonoTime now) {
  return static_cast<int>(std::count_if(calls.begin(), calls.end(),
                                        [&](MonoTime call) { return call > now - window; }));
}

CallLog reread(const CallLog& log) {
  const CallLog::Stored stored = log.stored();
  CallLog next;
  EXPECT_TRUE(next.restore(stored.text, stored.end)) << stored.text;
  return next;
}

TEST(CallLog, CountsTheCallsOfATrailingWindow) {
  CallLog log;
  EXPECT_EQ(log.count(1h, kBoot), 0);
  for (int i = 0; i < 5; ++i) log.add(kBoot + 20s * i);
  EXPECT_EQ(log.count(1min, kBoot + 80s), 3);
  EXPECT_EQ(log.count(1h, kBoot + 80s), 5);
  EXPECT_EQ(log.count(1h, kBoot + 3h), 0);
  EXPECT_EQ(log.time_of_last(5), kBoot);
  EXPECT_EQ(log.time_of_last(6), std::nullopt);
}

TEST(CallLog, SaysTheSameHoweverOftenItIsStored) {
  CallLog log;
  for (int i = 0; i < 1500; ++i) log.add(kBoot + 2300ms * i);
  CallLog next = reread(log);
  const std::string once = next.stored().text;
  for (int i = 0; i < 100; ++i) next = reread(next);
  EXPECT_EQ(next.stored().text, once);
  EXPECT_LT(once.size(), 1500U);
}

TEST(CallLog, TakesNoTextThatIsNotItsOwn) {
  for (const char* text : {"x", "1", "1*", "1*0", "*3", "1*2 ", " 1*2", "-1*2", "1*-2", "1*2,3*4",
                           "99999999*1", "1*99999999999999999999", "3000*1 3000*1", "1*2x"}) {
    CallLog log;
    log.add(kBoot);
    EXPECT_FALSE(log.restore(text, kBoot + 1s)) << text;
    EXPECT_EQ(log.count(1h, kBoot), 1);
  }
}

// Through any number of kills no call is missing, and none counts longer than half a minute.
RC_GTEST_PROP(CallLog, NoKillHidesACallAndNoneMakesOneUp, ()) {
  CallLog log;
  MonoTime now = kBoot + Duration(*rc::gen::inRange(0, 20'000'000));
  std::vector<MonoTime> calls;
  for (int run = *rc::gen::inRange(1, 30); run > 0; --run) {
    for (int i = *rc::gen::inRange(1, 40); i > 0; --i) {
      now += Duration(*rc::gen::inRange(0, 200'000'000));
      log.add(now);
      calls.push_back(now);
    }
    log = reread(log);
    const MonoTime later = now + Duration(*rc::gen::inRange(0, 600'000'000));
    for (const Duration window : {Duration(1min), Duration(1h)}) {
      RC_ASSERT(log.count(window, later) >= within(calls, window, later));
      RC_ASSERT(log.count(window, later) <= within(calls, window + 31s, later));
    }
  }
}

}  // namespace
}  // namespace mactiond::core

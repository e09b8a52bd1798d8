#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/region/region.hpp"
#include "support/engine_harness.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::open_action;
using test::refusal;
using test::server_error;

const Outcome kNoRole = refusal(Verdict::GiveUp, Reason::Permission, 403, {}, "Forbidden");

/// An API that takes a call only with a token that was made after the grant.
struct RetryTest : testing::Test, test::EngineHarness {
  void respond() {
    while (!pending.empty()) {
      if (count<FetchToken>() > 0) {
        ++fetches;
        fetched.push_back(now.mono);
        give_token(granted && now.mono >= *granted ? "new" : "old", 24h);
      } else if (count<ListActions>() > 0) {
        const auto list = take<ListActions>();
        lists.push_back(now.mono);
        if (list.token.reveal() == "new") {
          answer(list, {open_action("a1")});
        } else {
          fail(list, kNoRole);
        }
      } else {
        return;
      }
    }
  }
  void run(Duration time) {
    EngineHarness::run(time, [this] { respond(); });
  }
  void retry() {
    step(RetryRegion{"eu"});
    respond();
  }
  RegionStatus status() { return engine().status(now).regions[0]; }

  std::optional<MonoTime> granted;
  int fetches = 0;
  std::vector<MonoTime> fetched;
  std::vector<MonoTime> lists;
};

TEST_F(RetryTest, APermissionGrantedInTheFirstHourCountsWithinTwoMinutes) {
  for (const Duration after :
       {Duration(30s), Duration(90s), Duration(10min), Duration(40min), Duration(55min)}) {
    SCOPED_TRACE(to_seconds(after));
    run(after);
    EXPECT_EQ(status().state, RegionState::Degraded);
    granted = now.mono;
    run(2min);
    EXPECT_EQ(status().state, RegionState::Ok);
    // For the next round the role is taken away again, and the token with it.
    granted.reset();
    retry();
  }
}

TEST_F(RetryTest, ARoleFoundMissingAfterALongOutageIsLookedForAsOften) {
  EngineHarness::run(6h, [this] {
    if (count<FetchToken>() > 0) give_token("old", 24h);
    if (count<ListActions>() > 0) fail_list(server_error());
  });
  run(10min);
  lists.clear();
  run(30min);
  ASSERT_GT(lists.size(), 15U);
  for (std::size_t i = 1; i < lists.size(); ++i) EXPECT_LE(lists[i] - lists[i - 1], 2min);
}

TEST_F(RetryTest, NoMoreThanOneTokenAMinuteIsFetchedWhileARoleIsMissing) {
  run(1h);
  EXPECT_GE(fetches, 30);
  EXPECT_LE(fetches, 61);
  for (std::size_t i = 1; i < fetched.size(); ++i) EXPECT_GE(fetched[i] - fetched[i - 1], 1min);
  run(5h);
  EXPECT_LE(fetches, 61 + 5 * 7) << "later it is looked for rarely";
}

TEST_F(RetryTest, EachRetryOfTheFirstHourHasANewTokenOnceAMinuteHasPassed) {
  run(50min);
  ASSERT_GT(lists.size(), 20U);
  int retries = 0;
  for (std::size_t i = 1; i < lists.size(); ++i) {
    if (lists[i] - lists[i - 1] < 1min) continue;
    ++retries;
    EXPECT_NE(std::count(fetched.begin(), fetched.end(), lists[i]), 0);
  }
  EXPECT_GT(retries, 20);
}

TEST_F(RetryTest, AnOperatorsRetryFetchesATokenAndPollsAtOnce) {
  run(3h);
  ASSERT_EQ(status().state, RegionState::Degraded);
  granted = now.mono;
  retry();
  ASSERT_TRUE(reply);
  EXPECT_EQ(std::get<Done>(*reply).next_try_s, 0);
  EXPECT_EQ(status().state, RegionState::Ok);
  EXPECT_EQ(status().last_poll_age, Duration{});
}

TEST_F(RetryTest, ARetryOfAWrongSecretFetchesATokenAtOnce) {
  tick();
  for (int i = 0; i < 8; ++i) {
    refuse_token(refusal(Verdict::GiveUp, Reason::Auth, 401));
    pass(7min);
  }
  refuse_token(refusal(Verdict::GiveUp, Reason::Auth, 401));
  ASSERT_EQ(count<FetchToken>(), 0);
  step(RetryRegion{"eu"});
  ASSERT_EQ(count<FetchToken>(), 1);
  give_token();
  EXPECT_EQ(count<ListActions>(), 1);
}

TEST_F(RetryTest, ARetryWaitsForTheRetryAfterOfTheApi) {
  for (const Outcome& refused : {test::throttled(Duration(10min)),
                                 refusal(Verdict::Retry, Reason::ServerError, 503, 10min)}) {
    test::EngineHarness api;
    api.begin();
    for (int i = 0; i < 30 && api.count<ListActions>() == 0; ++i) api.pass(1s);
    api.fail_list(refused);
    api.pass(10s);
    api.step(RetryRegion{"eu"});
    if (api.count<FetchToken>() > 0) api.give_token("new");
    api.pass(9min);
    EXPECT_EQ(api.count<ListActions>(), 0);
    api.pass(1min);
    EXPECT_GE(api.count<ListActions>(), 1);
  }
}

TEST_F(RetryTest, ARetrySaysHowLongItHasToWait) {
  begin();
  for (int i = 0; i < 30 && count<ListActions>() == 0; ++i) pass(1s);
  fail_list(test::throttled(Duration(10min)));
  pass(60s);
  step(RetryRegion{"eu"});
  ASSERT_TRUE(reply);
  EXPECT_EQ(std::get<Done>(*reply).next_try_s, 9 * 60 + 1);
}

TEST_F(RetryTest, ARetryWaitsForTheRetryAfterOfTheTokenEndpoint) {
  tick();
  refuse_token(refusal(Verdict::Retry, Reason::Throttled, 429, 10min));
  pass(1min);
  step(RetryRegion{"eu"});
  EXPECT_EQ(count<FetchToken>(), 0);
  EXPECT_EQ(std::get<Done>(*reply).next_try_s, 9 * 60);
  pass(9min + 1s);
  EXPECT_EQ(count<FetchToken>(), 1);
}

TEST_F(RetryTest, RetriesInALoopKeepToTheQuota) {
  granted = MonoTime::min();
  for (int i = 0; i < 600; ++i) {
    retry();
    EngineHarness::run(100ms, [this] { respond(); });
  }
  std::vector<MonoTime> last_minute;
  for (const MonoTime list : lists) {
    if (list > now.mono - 1min) last_minute.push_back(list);
  }
  EXPECT_LE(last_minute.size(), 100U);
}

TEST_F(RetryTest, ARetryKeepsTheOldTokenWhereNoNewOneIsToBeHad) {
  begin({open_action("a1")});
  step(RetryRegion{"eu"});
  refuse_token(server_error());
  EXPECT_EQ(count<ListActions>(), 1) << "polled with the one that works";
  list({open_action("a1")});
  pass(5s);
  EXPECT_GE(count<ListActions>(), 1);
  EXPECT_EQ(status().state, RegionState::Ok);
}

TEST_F(RetryTest, ARetryOfAnUnknownRegionIsNotFound) {
  step(RetryRegion{"us"});
  ASSERT_TRUE(reply);
  EXPECT_TRUE(std::holds_alternative<NotFound>(*reply));
}

struct RegionStateTest : testing::Test, test::EngineHarness {
  RegionStatus status() { return engine().status(now).regions[0]; }
};

TEST_F(RegionStateTest, ARegionIsStartingUntilItsFirstAnswer) {
  EXPECT_EQ(status().state, RegionState::Starting);
  tick();
  EXPECT_EQ(status().state, RegionState::Starting);
  EXPECT_EQ(status().next_try, Duration{});
  give_token();
  EXPECT_EQ(status().state, RegionState::Starting);
  list({});
  EXPECT_EQ(status().state, RegionState::Ok);
  EXPECT_EQ(status().reason, "");
}

TEST_F(RegionStateTest, ARegionThatStartsShowsTheNewestFailureAtOnce) {
  tick();
  refuse_token(refusal(Verdict::Retry, Reason::Network, 0, {}, "connect: refused"));
  EXPECT_EQ(status().state, RegionState::Starting);
  EXPECT_EQ(status().reason, "network: connect: refused");
  pass(30s);
  give_token();
  fail_list(server_error());
  EXPECT_EQ(status().state, RegionState::Starting);
  EXPECT_EQ(status().reason, "server_error 503");
  pass(10s);
  fail_list(refusal(Verdict::Retry, Reason::Timeout, 0, {}, "no answer"));
  EXPECT_EQ(status().reason, "timeout: no answer");
  pass(20s);
  list({});
  EXPECT_EQ(status().state, RegionState::Ok);
  EXPECT_EQ(status().reason, "");
}

TEST_F(RegionStateTest, ARegionThatNeverGotAnAnswerIsDegradedAtItsThirdFailureAndThatIsRecorded) {
  const Outcome unreachable = refusal(Verdict::Retry, Reason::Network, 0, {}, "connect: refused");
  tick();
  for (int failures = 1; failures <= 3; ++failures) {
    EXPECT_EQ(status().state, RegionState::Starting) << failures;
    refuse_token(unreachable);
    for (int i = 0; i < 60 && count<FetchToken>() == 0; ++i) pass(1s);
  }
  EXPECT_EQ(status().state, RegionState::Degraded);
  EXPECT_EQ(recorded(), std::vector<std::string>{"region.degraded"});
  EXPECT_EQ(regions.at("eu").degraded, "network: connect: refused");
  EXPECT_LE(status().next_try, Duration(5min));
}

TEST_F(RegionStateTest, ARetryBeforeAnyCallWasMadeNamesATimeThatCanBe) {
  tick();
  refuse_token(refusal(Verdict::GiveUp, Reason::Auth, 401, {}, "AADSTS7000215"));
  step(RetryRegion{"eu"});
  EXPECT_GE(status().next_try, Duration{});
  EXPECT_LE(status().next_try, Duration(1h));
}

TEST_F(RegionStateTest, AnOkRegionShowsAFailureBeforeItIsDegraded) {
  begin();
  for (int i = 0; i < 30 && count<ListActions>() == 0; ++i) pass(1s);
  fail_list(server_error());
  EXPECT_EQ(status().state, RegionState::Ok);
  EXPECT_EQ(status().reason, "server_error 503");
}

TEST_F(RegionStateTest, ARegionThatWasDegradedBeforeARestartIsStarting) {
  snapshot.regions.push_back({"eu", test::kDay, std::nullopt, "permission 403: Forbidden"});
  tick();
  EXPECT_EQ(status().state, RegionState::Starting);
  give_token();
  fail_list(kNoRole);
  EXPECT_EQ(status().state, RegionState::Degraded);
}

TEST_F(RegionStateTest, ARegionThatCannotSeeAllRowsIsDegradedFromItsFirstPoll) {
  options.regions[0].poll.page_size = 2;
  tick();
  give_token();
  const std::vector<MachineAction> stuck = {open_action("a1").updated(server()),
                                            open_action("a2").updated(server())};
  for (int page = 0; page < 6 && !status().last_poll_age; ++page) list(stuck);
  ASSERT_TRUE(status().last_poll_age);
  EXPECT_EQ(status().state, RegionState::Degraded);
  EXPECT_NE(status().reason.find("repeats a full page"), std::string::npos) << status().reason;
}

TEST_F(RegionStateTest, TheNextTryIsWhenTheNextCallIsMade) {
  tick();
  refuse_token(refusal(Verdict::GiveUp, Reason::Auth, 401));
  for (int failures = 1; failures < 8; ++failures) {
    const Duration promised = status().next_try;
    EXPECT_GT(promised, Duration{});
    pass(promised - 1ms);
    EXPECT_EQ(count<FetchToken>(), 0);
    pass(1ms);
    refuse_token(refusal(Verdict::GiveUp, Reason::Auth, 401));
  }
  pass(status().next_try);
  give_token();
  fail_list(test::throttled(Duration(40s)));
  const Duration promised = status().next_try;
  EXPECT_EQ(promised, Duration(41s));
  pass(promised - 1ms);
  EXPECT_EQ(count<ListActions>(), 0);
  pass(1ms);
  EXPECT_EQ(count<ListActions>(), 1);
}

TEST_F(RegionStateTest, TheOldestOpenActionIsShownByItsAge) {
  EXPECT_EQ(status().oldest_open, std::nullopt);
  begin({open_action("a1").created(server() - 3h), open_action("a2").created(server() - 1h),
         open_action("a3").created(server() - 9h).in(ActionStatus::Known::Succeeded)});
  ASSERT_TRUE(status().oldest_open);
  EXPECT_GE(*status().oldest_open, Duration(3h - 2s));
  EXPECT_LE(*status().oldest_open, Duration(3h + 2s));
}

}  // namespace
}  // namespace mactiond::core

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "core/region/region.hpp"
#include "support/engine_harness.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::not_found;
using test::open_action;
using Kind = Query::Kind;

/// Answers every call at once and remembers when each was made.
struct QuotaTest : testing::Test, test::EngineHarness {
  void respond() {
    while (!pending.empty()) {
      if (count<FetchToken>() > 0) {
        give_token();
      } else if (count<GetAction>() > 0) {
        calls.push_back(now.mono);
        ++gets;
        fail(take<GetAction>(), lookup);
      } else {
        respond_list(take<ListActions>());
      }
    }
  }
  void respond_list(const ListActions& list) {
    calls.push_back(now.mono);
    switch (list.query.kind) {
      case Kind::ChangedSince:
        ++polls;
        return answer(list, poll_shows);
      case Kind::OpenOrCreatedSince:
        ++polls;
        return answer(list, poll_shows);
      case Kind::CreatedSince:
        ++sweeps;
        return answer(list, poll_shows);
      default:
        ++many;
        return fail(list, test::filter_refused());
    }
  }
  void run(Duration time) {
    EngineHarness::run(time, [this] { respond(); });
  }
  /// Another life of the daemon with the same store, its calls among ours.
  void live_ten_seconds(EngineHarness& next) {
    for (int i = 0; i < 10; ++i) {
      next.tick();
      if (next.count<FetchToken>() > 0) next.give_token();
      while (next.count<ListActions>() > 0) {
        calls.push_back(next.now.mono);
        next.list(poll_shows);
      }
      next.pass(1s);
    }
    for (const auto& [key, row] : next.quotas) quotas[key] = row;
    now = next.now;
  }
  int worst(Duration window) const {
    int most = 0;
    auto first = calls.begin();
    for (auto end = calls.begin(); end != calls.end(); ++end) {
      while (*end - *first > window) ++first;
      most = std::max(most, static_cast<int>(end - first) + 1);
    }
    return most;
  }

  Outcome lookup = not_found();
  std::vector<MachineAction> poll_shows;
  std::vector<MonoTime> calls;
  int polls = 0;
  int sweeps = 0;
  int gets = 0;
  int many = 0;
};

TEST_F(QuotaTest, PollsAtTheSustainedPaceAndStillSweeps) {
  poll_shows = {open_action("a1")};
  run(2h);
  EXPECT_GE(sweeps, 10) << "one in ten minutes";
  EXPECT_GE(polls, 2 * 1350);
  EXPECT_LE(worst(1h), 1500);
  EXPECT_LE(worst(1min), 100);
}

TEST_F(QuotaTest, PollsFastWhileAnActionIsYoungAndSavesQuotaAfterwards) {
  poll_shows = {open_action("a1")};
  run(1min);
  EXPECT_GE(polls, 29) << "every two seconds";
  run(5min);
  polls = 0;
  run(10min);
  EXPECT_LE(polls, 235) << "slower than the quota refills";
  EXPECT_GE(polls, 210);
}

TEST_F(QuotaTest, WhatWasSavedSpeedsUpTheNextYoungAction) {
  poll_shows = {open_action("a1")};
  run(2h);
  poll_shows.push_back(open_action("a2").updated(server()));
  polls = 0;
  run(1min);
  EXPECT_GE(polls, 29);
}

TEST_F(QuotaTest, AnIdleRegionCallsRarely) {
  run(1h);
  EXPECT_LE(polls, 245);
  EXPECT_GE(polls, 235);
  EXPECT_GE(sweeps, 6);
}

TEST_F(QuotaTest, AFloodOfLookupsDoesNotStopThePolls) {
  for (int i = 0; i < 200; ++i) {
    StoredAction stored;
    stored.region = "eu";
    stored.id.value = "a" + std::to_string(i);
    stored.status = ActionStatus::Known::Pending;
    snapshot.actions.push_back(stored);
  }
  options.regions[0].poll.filters = Filters::Documented;
  lookup = test::server_error();
  run(30min);
  EXPECT_GE(gets, 200);
  EXPECT_GE(polls, 250);
  EXPECT_GE(sweeps, 2);
  EXPECT_LE(worst(1h), 1500);
  EXPECT_LE(worst(1min), 100);
}

TEST_F(QuotaTest, AnEndIsLookedUpAtOnceThoughPollsTakeEveryToken) {
  options.regions[0].poll.filters = Filters::Documented;
  poll_shows = {open_action("a1"), open_action("a2"), open_action("a3")};
  lookup = test::server_error();
  for (int minute = 0; minute < 25; ++minute) {
    run(1min);
    poll_shows.push_back(open_action("young" + std::to_string(minute)).created(server()));
  }
  poll_shows.erase(poll_shows.begin());
  const int before = polls;
  for (int i = 0; i < 100 && polls == before; ++i) run(100ms);
  EXPECT_EQ(polls, before + 1);
  EXPECT_EQ(gets, 1) << "with the poll that does not show it, not a token later";
}

TEST_F(QuotaTest, TheWakeUpLiesAheadWhileLookupsAreUnderWay) {
  for (int i = 0; i < 200; ++i) poll_shows.push_back(open_action("a" + std::to_string(i)));
  options.regions[0].poll.filters = Filters::Documented;
  options.regions[0].poll.min_interval = 2s;
  tick();
  give_token();
  for (int i = 0; i < 2; ++i) {  // a poll, a sweep
    list(poll_shows);
    list({});
  }
  pass(3s);
  list({});
  EXPECT_EQ(count<ListActions>(), 4) << "and no more at once";
  const auto before = steps;
  pass(1s);
  EXPECT_LT(steps - before, 5U);
}

TEST_F(QuotaTest, EveryCallIsCountedInTheStepThatStartsIt) {
  options.regions[0].poll.filters = Filters::Documented;
  begin({open_action("a1")});
  EXPECT_EQ(quotas.size(), 3U);
  EXPECT_EQ(quotas.at("euhour").boot_id, "boot-1");
  EXPECT_EQ(quotas.at("eucalls").count, 3);
  quotas.clear();
  pass(3s);
  ASSERT_EQ(count<ListActions>(), 1);
  EXPECT_EQ(quotas.size(), 3U);
  EXPECT_EQ(quotas.at("eucalls").count, 4);
  quotas.clear();
  list({});
  ASSERT_EQ(count<GetAction>(), 1);
  EXPECT_EQ(quotas.size(), 3U);
}

TEST_F(QuotaTest, RestartsNeverRefillTheQuota) {
  poll_shows = {open_action("a1")};
  for (int restart = 0; restart < 200; ++restart) {
    EngineHarness next;
    next.now = now;
    for (const auto& [key, row] : quotas) next.snapshot.quotas.push_back(row);
    next.options.regions[0].quota = {20, 60, 1.0};
    live_ten_seconds(next);
  }
  EXPECT_LE(worst(1min), 20);
  EXPECT_LE(worst(1h), 60);
  EXPECT_GE(calls.size(), 30U);
}

TEST_F(QuotaTest, AnotherNameIsNoOtherQuota) {
  poll_shows = {open_action("a1")};
  for (int renamed = 0; renamed < 40; ++renamed) {
    EngineHarness next;
    next.now = now;
    for (const auto& [key, row] : quotas) next.snapshot.quotas.push_back(row);
    next.options.regions[0].name = "region-" + std::to_string(renamed);
    next.options.regions[0].registration = "application";
    next.options.regions[0].quota = {20, 60, 1.0};
    live_ten_seconds(next);
  }
  EXPECT_LE(worst(1min), 20);
  EXPECT_LE(worst(1h), 60);
  EXPECT_GE(calls.size(), 5U);
}

TEST_F(QuotaTest, TheFirstListAfterARebootGoesOutWithin5s) {
  poll_shows = {open_action("a1")};
  run(20min);
  for (int i = 0; i < 60; ++i) poll_shows.push_back(open_action("b" + std::to_string(i)));
  run(1min);
  EngineHarness next;
  next.options.boot_id = "boot-2";
  next.now.mono = MonoTime(30s);
  for (const auto& [key, row] : quotas) next.snapshot.quotas.push_back(row);
  next.tick();
  next.give_token();
  next.pass(5s);
  EXPECT_EQ(next.count<ListActions>(), 1);
}

TEST_F(QuotaTest, TheFirstListAfterALimitLearnedFromA429GoesOutWithin5sOfItsEnd) {
  for (const NamedLimit& limit : {NamedLimit{30, 1min}, NamedLimit{500, 1h}, NamedLimit{60, 1h}}) {
    EngineHarness api;
    api.begin({open_action("a1")});
    for (int i = 0; i < 8; ++i) {
      api.pass(3s);
      if (api.count<ListActions>() > 0) api.list({});
    }
    for (int i = 0; i < 60 && api.count<ListActions>() == 0; ++i) api.pass(1s);
    Outcome refused = test::throttled(Duration(8s));
    refused.limit = limit;
    api.fail_list(refused);
    api.pass(8s);
    EXPECT_EQ(api.count<ListActions>(), 0) << "not before its end";
    api.pass(5s);
    EXPECT_EQ(api.count<ListActions>(), 1) << limit.count;
  }
}

TEST_F(QuotaTest, TheQuotaShownAfterAKillIsTheCountOfTheCallsMade) {
  poll_shows = {open_action("a1")};
  run(6min);
  const auto made = static_cast<int>(calls.size());
  ASSERT_GT(made, 100);
  EngineHarness next;
  next.now = now;
  for (const auto& [key, row] : quotas) next.snapshot.quotas.push_back(row);
  const QuotaStatus shown = next.engine().status(next.now).regions[0].quota;
  EXPECT_EQ(shown.hour_used, made);
  EXPECT_EQ(shown.hour_is, Count::Exact);
  EXPECT_NEAR(shown.minute_used, engine().status(now).regions[0].quota.minute_used, 2);
  EXPECT_EQ(shown.minute_is, Count::Exact);
}

TEST_F(QuotaTest, A429HoldsEveryCallForTheTimeNamedAndAMargin) {
  begin({open_action("a1")});
  pass(3s);
  fail_list(test::throttled(Duration(40s)));
  const MonoTime said = now.mono;
  ASSERT_TRUE(quotas.contains("euhold"));
  pass(40s);
  EXPECT_EQ(count<ListActions>(), 0);
  pass(15s);
  EXPECT_EQ(count<ListActions>(), 1);
  EXPECT_GE(quotas.at("euhold").instant, said + 41s);
  EXPECT_GE(engine().status(now).regions[0].throttled_seconds, 40);
}

TEST_F(QuotaTest, A429WithoutATimeHoldsToo) {
  begin({open_action("a1")});
  pass(3s);
  fail_list(test::throttled(std::nullopt));
  pass(3s);
  EXPECT_EQ(count<ListActions>(), 0);
  pass(12s);
  EXPECT_EQ(count<ListActions>(), 1);
}

TEST_F(QuotaTest, AnAnswerBetweenRefusalsStartsTheWaitAgain) {
  begin({open_action("a1")});
  const auto refuse = [this] {
    for (int i = 0; i < 600 && count<ListActions>() == 0; ++i) pass(1s);
    fail_list(test::throttled(std::nullopt));
    return quotas.at("euhold").instant - now.mono;
  };
  const Duration first = refuse();
  EXPECT_GT(refuse(), first);
  EXPECT_GT(refuse(), 2 * first);
  for (int i = 0; i < 600 && count<ListActions>() == 0; ++i) pass(1s);
  list({});
  EXPECT_EQ(refuse(), first);
}

TEST_F(QuotaTest, AHoldOutlivesARestart) {
  begin({open_action("a1")});
  pass(3s);
  fail_list(test::throttled(Duration(10min)));
  EngineHarness next;
  next.now = now;
  for (const auto& [key, row] : quotas) next.snapshot.quotas.push_back(row);
  next.tick();
  next.give_token();
  next.pass(9min);
  EXPECT_EQ(next.count<ListActions>(), 0);
  next.pass(2min);
  EXPECT_EQ(next.count<ListActions>(), 1);
}

}  // namespace
}  // namespace mactiond::core

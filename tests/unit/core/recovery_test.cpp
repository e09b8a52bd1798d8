#include "core/recovery.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/region/region_events.hpp"
#include "core/region/trouble_limits.hpp"
#include "unit/core/cancel/cancel_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kBoot;
using test::kDay;
using test::open_action;

using Lines = std::vector<std::string>;
using Status = ActionStatus::Known;

StoreFound store_with(std::uint64_t last_seq) {
  StoreFound found;
  found.last_seq = last_seq;
  found.switch_known = last_seq > 0;
  return found;
}

TEST(JudgeStoreTest, ANewStoreWithoutALogIsNew) {
  EXPECT_FALSE(judge_store(store_with(0), std::nullopt));
}

TEST(JudgeStoreTest, AStoreThatKnowsEveryLineIsWhole) {
  EXPECT_FALSE(judge_store(store_with(7), 7));
  EXPECT_FALSE(judge_store(store_with(9), 7));
  EXPECT_FALSE(judge_store(store_with(9), std::nullopt));
}

TEST(JudgeStoreTest, ALostStoreCountsOnAfterTheLog) {
  const auto recovered = judge_store(store_with(0), 345);
  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->after_seq, 345U);
  EXPECT_TRUE(recovered->suspend);
  EXPECT_EQ(recovered->lost, 345);
}

TEST(JudgeStoreTest, AStoreFromABackupKeepsItsSwitch) {
  const auto recovered = judge_store(store_with(100), 345);
  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->after_seq, 345U);
  EXPECT_FALSE(recovered->suspend);
  EXPECT_EQ(recovered->lost, 245);
}

TEST(JudgeStoreTest, ADamagedStoreWithEventsDependsOnTheLogLikeALostOne) {
  EXPECT_TRUE(depends_on_log(store_with(0)));
  EXPECT_FALSE(depends_on_log(store_with(5)));
  StoreFound damaged = store_with(5);
  damaged.damaged = true;
  EXPECT_TRUE(depends_on_log(damaged));
}

TEST(JudgeStoreTest, ADamagedStoreIsRecoveredWithoutALogToo) {
  StoreFound found = store_with(12);
  found.damaged = true;
  found.damage = "malformed";
  found.set_aside = "/x/store.db.damaged-1";
  const auto recovered = judge_store(found, std::nullopt);
  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->after_seq, 12U);
  EXPECT_EQ(recovered->set_aside, "/x/store.db.damaged-1");
}

/// Three polls that fail, each after a minute and five to wait, are not reported yet.
constexpr Duration kNotYetSeen = 45s + 18min;

/// "eu" with an idle interval that makes seen_within() 45 s.
class QuietTimesTest : public ::testing::Test {
 protected:
  QuietTimesTest() {
    regions.resize(1);
    regions[0].name = "eu";
    regions[0].poll.idle_interval = 15s;
    history.ids = {1};
    history.regions = {{"eu", kDay, true, {}}};
  }
  std::optional<WallTime> quiet() {
    const auto times = quiet_times(regions, found, history);
    return times.empty() ? std::nullopt : std::optional(times.back().before);
  }
  void turn(WallTime time, bool degraded) { history.regions[0].turns.push_back({time, degraded}); }

  std::vector<RegionOptions> regions;
  StoreFound found;
  LogHistory history;
};

TEST_F(QuietTimesTest, WhatMayNotHaveBeenSeenYetIsNotQuiet) {
  EXPECT_EQ(quiet(), kDay - kNotYetSeen);
  regions[0].poll.idle_interval = 5min;
  EXPECT_EQ(quiet(), kDay - 5min - 30s - 18min);
}

TEST_F(QuietTimesTest, WhatHappenedInTroubleThatWasNotReportedYetIsNotQuiet) {
  EXPECT_EQ(kTroubleReportedWithin, 18min);
  const WallTime tried_in_vain_since = kDay - 17min;
  EXPECT_LT(quiet(), tried_in_vain_since) << "a line of an answer by id says nothing about polls";
}

TEST_F(QuietTimesTest, EachRegionGoesByItsOwnLines) {
  regions.push_back(regions[0]);
  regions[1].name = "us";
  history.regions.push_back({"us", kDay - 6h, true, {}});
  EXPECT_EQ(
      quiet_times(regions, found, history),
      (std::vector<RegionQuiet>{{"eu", kDay - kNotYetSeen}, {"us", kDay - 6h - kNotYetSeen}}));
}

TEST_F(QuietTimesTest, OnlyWhatChangedBeforeTroubleThatHasNotEndedIsQuiet) {
  turn(kDay - 2h, true);
  EXPECT_EQ(quiet(), kDay - 2h - kNotYetSeen);
  history.regions[0].last_seen = kDay - 3h;
  EXPECT_EQ(quiet(), kDay - 3h - kNotYetSeen);
}

TEST_F(QuietTimesTest, TroubleCountsUntilAChangeWasSeenWellAfterItsEnd) {
  turn(kDay - 5h, true);
  turn(kDay - 4h, false);
  turn(kDay - 10min, true);
  turn(kDay - 40s, false);
  EXPECT_EQ(quiet(), kDay - 10min - kNotYetSeen);
  history.regions[0].last_seen = kDay + 6s;
  EXPECT_EQ(quiet(), kDay + 6s - kNotYetSeen);
}

TEST_F(QuietTimesTest, TroubleBeganBeforeTheFirstLineThatIsLeft) {
  turn(kDay - 10s, false);
  history.gone = {kDay - 24h, kDay};
  EXPECT_EQ(quiet(), kDay - 24h + 45s + Duration(1));
}

TEST_F(QuietTimesTest, NothingIsQuietInARegionWithoutABaselineInAWholeLog) {
  history.regions[0].swept = false;
  EXPECT_EQ(quiet(), WallTime{}) << "what changed while the daemon was down is no backlog";
  history.regions[0].last_seen.reset();
  EXPECT_FALSE(quiet()) << "the region is new";
  history.regions[0].last_seen = kDay;
  history.gone = {kDay - 24h, kDay};
  EXPECT_EQ(quiet(), kDay - kNotYetSeen) << "its baseline may be among the lines that are gone";
}

TEST_F(QuietTimesTest, WhatLinesThatAreGoneMayHaveRecordedIsQuiet) {
  const auto quiet_with = [&](WallTime next, WallTime written) {
    history.gone = {next, written};
    return quiet();
  };
  EXPECT_EQ(quiet_with(kDay - 1h, kDay), kDay - kNotYetSeen);
  EXPECT_EQ(quiet_with(kDay, kDay + 2s), kDay + 2s + Duration(1));
  EXPECT_EQ(quiet_with(kDay, kDay + 1h), kDay + 45s + Duration(1));
  EXPECT_EQ(quiet_with(kDay, kDay - 1h), kDay + Duration(1));
  history.regions.clear();
  EXPECT_EQ(quiet_with(kDay - 1h, kDay), kDay - 1h + 45s + Duration(1))
      << "no line about the region can be read: ids decide from there on";
}

TEST_F(QuietTimesTest, WithoutALineTheStoresNewestEventCounts) {
  history = {};
  EXPECT_FALSE(quiet());
  found.newest = kDay;
  EXPECT_EQ(quiet(), kDay - kNotYetSeen);
}

TEST(HoldEndTest, IsAnHourWithinOneBootAndAnHourOfUptimeAfterAnother) {
  const RecoveryRow row{345, kDay, "boot-1", kBoot};
  EXPECT_EQ(hold_end(row, "boot-1", {kDay + 10min, kBoot + 10min}), kBoot + 1h);
  EXPECT_EQ(hold_end(row, "boot-2", {kDay + 10min, MonoTime(1min)}), MonoTime(1h));
  EXPECT_LE(hold_end(row, "boot-2", {kDay + 240h, MonoTime(1min)}), MonoTime(1min));
  EXPECT_EQ(hold_end(row, "", {kDay + 10min, MonoTime(1min)}), MonoTime(1min) + 1h);
  EXPECT_EQ(hold_end(row, "", {kDay + 2h, MonoTime(3h)}), MonoTime(3h) + 1h)
      << "a wall clock that was set forward does not end it";
  EXPECT_EQ(hold_end(row, "", {kDay - 10min, MonoTime(1min)}), MonoTime(1min) + 1h);
}

class RecoveryTest : public CancelFlowTest {
 protected:
  StoreRecovered lost() {
    StoreRecovered found = *judge_store(store_with(0), 345);
    found.quiet = {{"eu", server() - 1min - 45s}};
    return found;
  }
  void recover(const StoreRecovered& found) {
    last_seq = found.after_seq;
    step(found);
  }
  MachineAction changed(const std::string& id, Status status, WallTime when) {
    return open_action(id).in(status).created(when - 1h).updated(when);
  }
  static std::uint64_t print_of(const MachineAction& action) {
    const Observation seen{Observation::Kind::Changed, {}, false};
    return id_hash(transition_event("eu", action, seen, {}).id);
  }
};

TEST_F(RecoveryTest, CountsOnAndReportsItToEveryReceiver) {
  options.webhooks.emplace_back().name = "picky";
  options.webhooks.back().filter.event = {"action.*"};
  options.webhooks.emplace_back().name = "pager";
  options.webhooks.back().alerts_only = true;
  recover(lost());
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].seq, 346U);
  EXPECT_EQ(events[0].type, EventType::StoreRecovered);
  EXPECT_NE(events[0].fields.find("\"set_aside\":null"), std::string::npos);
  EXPECT_EQ(last.deliveries.size(), 2U);
  ASSERT_TRUE(last.recovery);
  EXPECT_EQ(last.recovery->after_seq, 345U);
  EXPECT_EQ(last.recovering, (std::vector<RegionQuiet>{{"eu", server() - 1min - 45s}}));
}

TEST_F(RecoveryTest, TakesInQuietlyWhatChangedBeforeTheLastLine) {
  const WallTime line = server() - 1min;
  recover(lost());
  events.clear();
  api.insert_or_assign("new", changed("new", Status::Succeeded, line + 5s));
  api.insert_or_assign("old", changed("old", Status::InProgress, line - 2h));
  run(5min);
  EXPECT_EQ(recorded(), Lines{"new null>Succeeded"});
  EXPECT_EQ(engine().status(now).regions[0].open_actions, 1);
}

TEST_F(RecoveryTest, RecordsNoEventThatTheLogHolds) {
  const WallTime line = server() - 1min;
  api.insert_or_assign("logged", changed("logged", Status::Pending, line + 1s));
  api.insert_or_assign("missed", changed("missed", Status::Pending, line - 1s));
  snapshot.logged = {print_of(api.at("logged"))};
  recover(lost());
  events.clear();
  run(5min);
  EXPECT_EQ(recorded(), Lines{"missed null>Pending"});
}

TEST_F(RecoveryTest, EverythingIsAnEventOnceAllWasRead) {
  recover(lost());
  run(10min);
  events.clear();
  api.insert_or_assign("late", changed("late", Status::Pending, server() - 10h));
  run(5min);
  EXPECT_EQ(recorded(), Lines{"late null>Pending"});
}

TEST_F(RecoveryTest, IsQuietOverARestartUntilAllWasRead) {
  const StoreRecovered found = lost();
  recover(found);
  snapshot.recovery = last.recovery;
  snapshot.recovering = last.recovering;
  restart({});
  events.clear();
  api.insert_or_assign("old", changed("old", Status::InProgress, found.quiet[0].before - 1h));
  api.insert_or_assign("new", changed("new", Status::Succeeded, found.quiet[0].before + 1s));
  run(5min);
  EXPECT_EQ(recorded(), Lines{"new null>Succeeded"});
}

TEST_F(RecoveryTest, ARegionWithoutAQuietTimeIsNew) {
  new_regions = true;
  StoreRecovered found = lost();
  found.quiet.clear();
  recover(found);
  EXPECT_TRUE(last.recovering.empty());
  events.clear();
  api.insert_or_assign("old", changed("old", Status::InProgress, server() - 10h));
  run(5min);
  EXPECT_EQ(recorded(), (Lines{"old null>InProgress", "region.baseline"}));
}

TEST_F(RecoveryTest, StartsWithAnEmptyQuota) {
  recover(lost());
  EXPECT_FALSE(last.quotas.empty());
  give_token();
  // One list may go at once, as after a reboot.
  EXPECT_LE(count<ListActions>(), 1);
  pass(5min);
  EXPECT_GT(count<ListActions>(), 0);
}

TEST_F(RecoveryTest, SuspendsCancellingWhereTheSwitchIsLost) {
  recover(lost());
  ASSERT_TRUE(last.switches);
  EXPECT_TRUE(last.switches->cancelling_suspended);
  EXPECT_EQ(engine().status(now).cancelling, "suspended");
}

TEST_F(RecoveryTest, NoPolicyCancelsForAnHourAndOperatorsMay) {
  StoreRecovered found = lost();
  found.suspend = false;
  add("a1");
  set_mono(now.mono + 2h);
  recover(found);
  run(58min);
  EXPECT_EQ(count<CancelAction>(), 0);
  EXPECT_EQ(plan().guard, CancelGuard::StoreRecovered);
  EXPECT_EQ(engine().status(now).policies_held, CancelGuard::StoreRecovered);
  step(AskCancel{"eu", {"a1"}, "by hand", "someone"});
  EXPECT_TRUE(is_done(*reply));
  run(1min);
  EXPECT_EQ(count<CancelAction>(), 1);
}

TEST_F(RecoveryTest, PoliciesCancelAgainAfterTheHour) {
  StoreRecovered found = lost();
  found.suspend = false;
  add("a1");
  set_mono(now.mono + 2h);
  recover(found);
  snapshot.recovery = last.recovery;
  run(59min);
  EXPECT_EQ(count<CancelAction>(), 0);
  restart(stored());
  run(30s);
  EXPECT_EQ(count<CancelAction>(), 0);
  run(5min);
  EXPECT_EQ(count<CancelAction>(), 1);
}

}  // namespace
}  // namespace mactiond::core

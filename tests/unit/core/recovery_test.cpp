#include "core/recovery.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/region/region_events.hpp"
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
  EXPECT_FALSE(judge_store(store_with(0), std::nullopt, 45s));
}

TEST(JudgeStoreTest, AStoreThatKnowsEveryLineIsWhole) {
  EXPECT_FALSE(judge_store(store_with(7), LogEnd{7, kDay}, 45s));
  EXPECT_FALSE(judge_store(store_with(9), LogEnd{7, kDay}, 45s));
  EXPECT_FALSE(judge_store(store_with(9), std::nullopt, 45s));
}

TEST(JudgeStoreTest, ALostStoreCountsOnAfterTheLog) {
  const auto recovered = judge_store(store_with(0), LogEnd{345, kDay}, 45s);
  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->after_seq, 345U);
  EXPECT_TRUE(recovered->suspend);
  EXPECT_EQ(recovered->lost, 345);
  ASSERT_TRUE(recovered->quiet_before);
  EXPECT_LE(*recovered->quiet_before, kDay);
  EXPECT_GE(*recovered->quiet_before, kDay - 1min);
}

TEST(JudgeStoreTest, AStoreFromABackupKeepsItsSwitch) {
  const auto recovered = judge_store(store_with(100), LogEnd{345, kDay}, 45s);
  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->after_seq, 345U);
  EXPECT_FALSE(recovered->suspend);
  EXPECT_EQ(recovered->lost, 245);
}

TEST(JudgeStoreTest, ADamagedStoreIsRecoveredWithoutALogToo) {
  StoreFound found = store_with(12);
  found.damaged = true;
  found.damage = "malformed";
  found.set_aside = "/x/store.db.damaged-1";
  found.newest = kDay;
  const auto recovered = judge_store(found, std::nullopt, 45s);
  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->after_seq, 12U);
  EXPECT_EQ(recovered->set_aside, "/x/store.db.damaged-1");
  EXPECT_TRUE(recovered->quiet_before);
}

TEST(JudgeStoreTest, WhatMayNotHaveBeenSeenYetIsNotQuiet) {
  Options options;
  EXPECT_EQ(seen_within(options), 30s);
  options.regions.resize(2);
  options.regions[1].poll.idle_interval = 5min;
  EXPECT_EQ(seen_within(options), 5min + 30s);
  auto recovered = judge_store(store_with(0), LogEnd{345, kDay}, 45s);
  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->quiet_before, kDay - 45s);
  keep_quiet(*recovered, {}, 45s);
  EXPECT_EQ(recovered->quiet_before, kDay - 45s);
  keep_quiet(*recovered, {{}, {{kDay - 1h, kDay}}}, 45s);
  EXPECT_EQ(recovered->quiet_before, kDay - 45s);
}

TEST(JudgeStoreTest, WhatLinesThatAreGoneMayHaveToldIsQuiet) {
  const auto quiet_before = [](WallTime next, WallTime written) {
    auto recovered = judge_store(store_with(0), LogEnd{345, kDay}, 45s);
    keep_quiet(*recovered, {{}, {{next, written}}}, 45s);
    return recovered->quiet_before;
  };
  EXPECT_EQ(quiet_before(kDay, kDay + 2s), kDay + 2s + Duration(1));
  EXPECT_EQ(quiet_before(kDay, kDay + 1h), kDay + 45s + Duration(1));
  EXPECT_EQ(quiet_before(kDay, kDay - 1h), kDay + Duration(1));
}

TEST(HoldEndTest, IsAnHourWithinOneBootAndAnHourOfUptimeAfterAnother) {
  const RecoveryRow row{345, kDay, "boot-1", kBoot, {}};
  EXPECT_EQ(hold_end(row, "boot-1", {kDay + 10min, kBoot + 10min}), kBoot + 1h);
  EXPECT_EQ(hold_end(row, "boot-2", {kDay + 10min, MonoTime(1min)}), MonoTime(1h));
  EXPECT_LE(hold_end(row, "boot-2", {kDay + 240h, MonoTime(1min)}), MonoTime(1min));
  EXPECT_EQ(hold_end(row, "", {kDay + 10min, MonoTime(1min)}), MonoTime(1min) + 1h);
}

class RecoveryTest : public CancelFlowTest {
 protected:
  StoreRecovered lost() {
    StoreRecovered found = *judge_store(store_with(0), LogEnd{345, server() - 1min}, 45s);
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
    return id_print(transition_event("eu", action, seen, {}).id);
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
  EXPECT_EQ(last.recovering, Lines{"eu"});
}

TEST_F(RecoveryTest, TakesInQuietlyWhatChangedBeforeTheLastLine) {
  const WallTime line = server() - 1min;
  recover(lost());
  events.clear();
  api.insert_or_assign("new", changed("new", Status::Succeeded, line + 5s));
  api.insert_or_assign("old", changed("old", Status::InProgress, line - 2h));
  run(5min);
  EXPECT_EQ(told(), Lines{"new null>Succeeded"});
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
  EXPECT_EQ(told(), Lines{"missed null>Pending"});
}

TEST_F(RecoveryTest, EverythingIsAnEventOnceAllWasRead) {
  recover(lost());
  run(10min);
  events.clear();
  api.insert_or_assign("late", changed("late", Status::Pending, server() - 10h));
  run(5min);
  EXPECT_EQ(told(), Lines{"late null>Pending"});
}

TEST_F(RecoveryTest, IsQuietOverARestartUntilAllWasRead) {
  const StoreRecovered found = lost();
  recover(found);
  snapshot.recovery = last.recovery;
  snapshot.recovering = last.recovering;
  restart({});
  events.clear();
  api.insert_or_assign("old", changed("old", Status::InProgress, *found.quiet_before - 1h));
  run(5min);
  EXPECT_EQ(told(), Lines{});
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
  EXPECT_FALSE(engine().status(now).policies_held.empty());
  step(AskCancel{{"a1"}, "by hand", "someone"});
  EXPECT_EQ(reply->outcome, Reply::Outcome::Done);
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

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "action/stamps.hpp"
#include "core/region/region_events.hpp"
#include "unit/core/cancel/cancel_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using Status = ActionStatus::Known;
using test::ended_action;
using test::kDay;
using test::open_action;

WallTime day(int year, unsigned month = 1, unsigned day = 1) {
  return std::chrono::sys_days(std::chrono::year(year) / static_cast<int>(month) /
                               static_cast<int>(day));
}

/// Stamps that cannot be true, and the missing one.
const std::vector<std::optional<WallTime>> kImpossible = {
    day(1),     day(1601),        day(1899, 12, 30), day(1970),    day(2000), day(2014, 12, 31),
    kDay + 49h, kDay + 24h * 400, day(9999, 12, 31), std::nullopt,
};

struct ImpossibleStampsTest : CancelFlowTest {
  /// Seen after the first sweep, at server().
  void show(const std::string& id, std::optional<WallTime> created,
            std::optional<WallTime> updated) {
    api.insert_or_assign(id, open_action(id).created(created).updated(updated));
  }
};

TEST(Stamps, CanBeTrueFrom2015OnUntilADayAhead) {
  EXPECT_FALSE(is_possible(day(2015) - Duration(1), kDay));
  EXPECT_TRUE(is_possible(day(2015), kDay));
  EXPECT_TRUE(is_possible(kDay + 24h, kDay));
  EXPECT_FALSE(is_possible(kDay + 24h + Duration(1), kDay));
}

TEST_F(ImpossibleStampsTest, AnActionIsNotOldBecauseItsCreationCannotBeTrue) {
  for (const auto& created : kImpossible) {
    show("a" + std::to_string(api.size()), created, kDay);
  }
  run(59min);
  EXPECT_TRUE(decisions.empty());
  EXPECT_EQ(count<CancelAction>(), 0);
  run(2min);
  EXPECT_FALSE(decisions.empty()) << "its age counts from when it was first seen";
}

TEST_F(ImpossibleStampsTest, NorBecauseItsLastUpdateCannotBeTrue) {
  policy().stale_since = StaleSince::Updated;
  for (const auto& updated : kImpossible) {
    show("a" + std::to_string(api.size()), kDay - 100h, updated);
  }
  run(59min);
  EXPECT_TRUE(decisions.empty());
  run(2min);
  EXPECT_FALSE(decisions.empty());
}

TEST_F(ImpossibleStampsTest, TheMomentOfFirstSightOutlivesARestart) {
  show("a1", day(1), day(1));
  run(30min);
  ASSERT_FALSE(stored_rows.empty());
  StoredAction row = stored().front();
  row.created = stored_rows.front().action.created;
  row.last_update = stored_rows.front().action.last_update;
  row.first_seen = stored_rows.front().first_seen;
  row.seen = stored_rows.front().seen;
  EXPECT_FALSE(row.created);
  EXPECT_LE(std::chrono::abs(row.first_seen - kDay), Duration(1s));
  restart({row});
  run(29min);
  EXPECT_TRUE(decisions.empty());
  run(3min);
  ASSERT_EQ(decisions.size(), 1U);
  EXPECT_NEAR(static_cast<double>(to_seconds(only().age)), 3600, 5);
}

TEST_F(ImpossibleStampsTest, TheCommentAndTheExplanationCountFromFirstSight) {
  policy().comment = "{age}";
  show("a1", day(1601), kDay);
  run(30min);
  EXPECT_NE(plan().reason.find("counted since it was first seen (its creation is missing"),
            std::string::npos)
      << plan().reason;
  run(31min);
  ASSERT_EQ(decisions.size(), 1U);
  EXPECT_TRUE(only().comment.starts_with("1h")) << only().comment;
}

TEST_F(ImpossibleStampsTest, ItsEventsHaveTheMomentTheyWereSeenAndNoLag) {
  run(1min);
  const std::size_t before = events.size();
  show("a1", day(1), day(1));
  show("a2", server(), day(9999));
  show("a3", day(1970), server());
  show("a4", std::nullopt, std::nullopt);
  run(20s);
  ASSERT_EQ(events.size(), before + 4);
  for (std::size_t i = before; i < events.size(); ++i) {
    EXPECT_NE(events[i].fields.find("\"lag_ms\":null"), std::string::npos);
    EXPECT_LE(std::chrono::abs(events[i].time - server()), Duration(21s));
  }
  EXPECT_EQ(transitions.size(), events.size());
}

TEST_F(ImpossibleStampsTest, AnIdDoesNotDependOnTheClockThatJudgedTheStamp) {
  MachineAction early = open_action("a1").created(kDay + 47h).updated(kDay + 47h);
  MachineAction late = early;
  drop_impossible_stamps(early, kDay);
  drop_impossible_stamps(late, kDay + 24h);
  const Observation first{Observation::Kind::Changed, {}, false};
  EXPECT_FALSE(early.last_update);
  EXPECT_TRUE(late.last_update);
  EXPECT_EQ(transition_event("eu", early, first, {}).id,
            transition_event("eu", late, first, {}).id);
}

TEST_F(ImpossibleStampsTest, TheWatermarkStaysWhereItCanBeTrue) {
  show("a1", kDay, day(9999));
  show("a2", kDay, kDay - 1min);
  show("a3", kDay, day(1));
  run(30s);
  EXPECT_EQ(regions.at("eu").watermark, kDay - 1min);
}

TEST_F(ImpossibleStampsTest, WhatFollowsAnImpossibleStampIsNotLost) {
  run(1min);
  show("a1", kDay, day(9999));
  run(20s);
  set("a1", Status::InProgress);
  run(20s);
  set("a1", Status::Succeeded);
  run(20s);
  EXPECT_EQ(recorded(), (std::vector<std::string>{"a1 null>Pending", "a1 Pending>InProgress",
                                                  "a1 InProgress>Succeeded"}));
}

TEST_F(ImpossibleStampsTest, AFinishedOneThatTheSweepAlwaysShowsIsKeptAndNotRecordedAgain) {
  options.regions[0].poll.idle_interval = 5min;
  api.insert_or_assign("a1", ended_action("a1", day(1)).created(day(9999)));
  run(1min);
  for (int days = 0; days < 33; ++days) run(24h);
  EXPECT_EQ(recorded(), std::vector<std::string>{"a1 null>Succeeded"});
  ASSERT_FALSE(stored_rows.empty());
  EXPECT_GT(stored_rows.back().seen, server() - 49h) << "the store counts retention from this";
}

}  // namespace
}  // namespace mactiond::core

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "core/engine.hpp"
#include "support/engine_harness.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::ended_action;
using test::kBoot;
using test::kDay;
using test::open_action;
using test::server_error;
using Kind = Query::Kind;
using Lines = std::vector<std::string>;
using Status = ActionStatus::Known;

constexpr Duration kYear = 24h * 365;

StoredAction stored_of(const MachineAction& action) {
  StoredAction stored;
  stored.region = "eu";
  stored.id = action.id;
  stored.status = action.status;
  stored.created = action.created;
  stored.last_update = action.last_update;
  stored.fingerprint = fingerprint(action.document);
  return stored;
}

struct LongRun : testing::Test, test::EngineHarness {
  void answer_all(const std::vector<MachineAction>& actions) {
    while (!pending.empty()) {
      if (count<FetchToken>() > 0) {
        give_token();
      } else {
        list(actions);
      }
    }
  }
  void run(Duration time, const std::vector<MachineAction>& actions) {
    EngineHarness::run(time, [&] {
      if (last.prune_before) pruned = last.prune_before;
      answer_all(actions);
    });
  }

  std::optional<WallTime> pruned;
};

/// The parameter is how far the wall clock jumps.
struct ClockTest : LongRun, testing::WithParamInterface<Duration> {
  void jump() { now.wall += GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(Jumps, ClockTest, testing::Values(kYear, -kYear));

TEST_P(ClockTest, AJumpChangesNeitherTheNextPollNorItsQuery) {
  begin({open_action("a1")});
  const auto wake = engine().wake_at();
  jump();
  tick();
  EXPECT_EQ(engine().wake_at(), wake);
  pass(3s);
  const auto list = take_list(Kind::ChangedSince);
  ASSERT_TRUE(list);
  EXPECT_EQ(list->query.since, kDay - 5min);
}

TEST_P(ClockTest, AJumpChangesNothingThatIsRecorded) {
  begin({open_action("a1")});
  jump();
  run(61min, {open_action("a1"), ended_action("a2", kDay)});
  EXPECT_EQ(recorded(), (Lines{"a1 null>Pending", "a2 null>Succeeded"}));
  EXPECT_EQ(events[1].time, kDay);
}

TEST_P(ClockTest, AJumpMovesTheDueTimesOfDeliveriesAlong) {
  options.webhooks.emplace_back().name = "soc";
  begin({open_action("a1")});
  for (int i = 0; i < 2; ++i) {
    deliver(server_error());
    if (i == 0) pass(7s);
  }
  jump();
  tick();
  EXPECT_EQ(last.shift_due, GetParam());
  pass(3min);
  EXPECT_EQ(count<SendDelivery>(), 0);
  pass(4min);
  EXPECT_EQ(count<SendDelivery>(), 1);
}

TEST_P(ClockTest, AJumpTakesNothingFromTheStoreThatIsStillShown) {
  const std::vector<MachineAction> shown{ended_action("a1", kDay)};
  begin(shown);
  jump();
  run(3h, shown);
  EXPECT_EQ(events.size(), 1U);
  EXPECT_LT(pruned.value_or(WallTime::min()), kDay - 29 * 24h);
}

TEST_P(ClockTest, AFirstStartByAWrongClockIsPutRightByTheFirstAnswer) {
  jump();
  tick();
  give_token();
  list({ended_action("long-over", kDay - 200 * 24h)});
  EXPECT_TRUE(events.empty()) << "asked for by a clock that was wrong";
  const auto list = take_list(Kind::ChangedSince);
  ASSERT_TRUE(list);
  EXPECT_NEAR(static_cast<double>(to_seconds(server() - list->query.since)), 4 * 24 * 3600, 1);
  answer(*list, {open_action("a1").updated(server())});
  EXPECT_EQ(recorded(), Lines{"a1 null>Pending"});
  EXPECT_LE(*regions.at("eu").watermark, server() + 1s);
}

TEST_P(ClockTest, AServersDateThatIsWrongByYearsDoesNotMoveTheWatermark) {
  begin({open_action("a1")});
  const auto wrong = [this](Kind kind, std::vector<MachineAction> actions) {
    const auto list = take_list(kind);
    ASSERT_TRUE(list);
    step(ActionsListed{list->id, {}, std::move(actions), 0, false, date() + GetParam()});
  };
  for (int i = 0; i < 3; ++i) {
    pass(3s);
    wrong(Kind::ChangedSince, {open_action("a1").in(Status::InProgress).updated(kDay + 1s)});
    EXPECT_GE(*regions.at("eu").watermark, kDay);
    EXPECT_LE(*regions.at("eu").watermark, server());
  }
  pass(10min);
  if (const auto sweep = take_list(Kind::CreatedSince); sweep && GetParam() < Duration{}) {
    EXPECT_GE(sweep->query.since, kDay - 4 * 24h) << "what is long forgotten is not recorded again";
  }
  pass(3s);
  const auto list = take_list(Kind::ChangedSince);
  ASSERT_TRUE(list);
  EXPECT_LE(list->query.since, kDay);
  EXPECT_GE(list->query.since, kDay - 5min);
}

TEST_P(ClockTest, AQuietTenantsWatermarkIsNotMovedByADateThatIsWrongByYears) {
  begin();
  pass(16s);
  const auto poll = take_list(Kind::ChangedSince);
  ASSERT_TRUE(poll);
  step(ActionsListed{poll->id, {}, {}, 0, false, date() + GetParam()});
  pass(16s);
  const auto next = take_list(Kind::ChangedSince);
  ASSERT_TRUE(next);
  answer(*next, {});
  pass(16s);
  const auto right = take_list(Kind::ChangedSince);
  ASSERT_TRUE(right);
  EXPECT_NEAR(static_cast<double>(to_seconds(server() - right->query.since)), 4 * 24 * 3600, 60);
}

TEST_P(ClockTest, LagIsMeasuredByTheServersClock) {
  begin();
  jump();
  pass(15s);
  list({open_action("a1").updated(server() - 2s)});
  ASSERT_EQ(transitions.size(), 1U);
  ASSERT_TRUE(transitions[0].lag);
  EXPECT_NEAR(static_cast<double>(to_milliseconds(*transitions[0].lag)), 2000, 600);
}

struct RetentionTest : LongRun {};

TEST_F(RetentionTest, PrunesEveryHourByTheRetention) {
  options.closed_actions = 10 * 24h;
  begin();
  run(61min, {});
  ASSERT_TRUE(pruned);
  EXPECT_NEAR(static_cast<double>(to_seconds(kDay + 1h - 10 * 24h - *pruned)), 0, 5);
  const auto first = *pruned;
  run(1h, {});
  EXPECT_NEAR(static_cast<double>(to_seconds(*pruned - first)), 3600, 20);
}

TEST_F(RetentionTest, KeepsWhatTheSweepStillShowsHoweverShortTheRetention) {
  options.closed_actions = 1h;
  const std::vector<MachineAction> shown{
      ended_action("a1", kDay - 3 * 24h).created(kDay - 3 * 24h)};
  begin(shown);
  run(5h, shown);
  EXPECT_EQ(events.size(), 1U);
}

TEST_F(RetentionTest, PrunesNothingBeforeAnAnswerSaysTheTime) {
  tick();
  for (int i = 0; i < 20; ++i) {
    refuse_token(server_error());
    pass(10min);
    EXPECT_FALSE(last.prune_before);
  }
}

TEST_F(RetentionTest, ARegionThatNeverAnswersDoesNotStopIt) {
  options.regions.emplace_back().name = "us";
  tick();
  give_token();
  (void)take<FetchToken>();
  EngineHarness::run(61min, [&] {
    if (last.prune_before) pruned = last.prune_before;
    while (count<ListActions>() > 0) list({});
    if (count<FetchToken>() > 0) give_token();
  });
  EXPECT_TRUE(pruned);
}

TEST_F(RetentionTest, BothClocksWrongByTheSameYearForgetNothingWithinADay) {
  const std::vector<MachineAction> shown{ended_action("a1", kDay)};
  begin(shown);
  run(3h, shown);
  now.wall += kYear;
  EngineHarness::run(20h, [&] {
    while (count<FetchToken>() > 0) give_token();
    while (count<ListActions>() > 0) {
      const auto list = take<ListActions>();
      step(ActionsListed{list.id, {}, {}, 0, false, date() + kYear});
    }
  });
  now.wall -= kYear;
  run(3h, shown);
  EXPECT_EQ(events.size(), 1U);
}

TEST_F(RetentionTest, AQuietTenantsActionsGoWhenTheClocksHaveHeldStillForADay) {
  snapshot.actions.push_back(stored_of(ended_action("a1", kDay - 60 * 24h)));
  run(23h, {});
  EXPECT_LT(pruned.value_or(WallTime::min()), kDay - 60 * 24h);
  run(3h, {});
  ASSERT_TRUE(pruned);
  EXPECT_GT(*pruned, kDay - 31 * 24h);
}

TEST_F(RetentionTest, AQuietTenantsLastActionIsNotRecordedAgainEveryHour) {
  const MachineAction action = ended_action("a1", kDay - 60 * 24h).created(kDay - 60 * 24h);
  snapshot.actions.push_back(stored_of(action));
  snapshot.regions.push_back({"eu", action.last_update, std::nullopt, {}});
  EngineHarness::run(4h, [&] {
    while (!pending.empty()) {
      if (count<FetchToken>() > 0) {
        give_token();
        continue;
      }
      const auto call = take<ListActions>();
      const bool shows = call.query.since <= action.stamp();
      answer(call, shows ? std::vector{action} : std::vector<MachineAction>{});
    }
  });
  EXPECT_TRUE(events.empty());
}

}  // namespace
}  // namespace mactiond::core

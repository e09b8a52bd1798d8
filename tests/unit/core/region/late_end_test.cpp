#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "unit/core/cancel/cancel_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;
using Status = ActionStatus::Known;
using test::ended_action;
using test::kDay;
using test::open_action;

/// An action that is final by a stamp older than the one known.
struct LateEndTest : CancelFlowTest {
  LateEndTest() {
    policy().action = PolicyAction::Notify;
    api.insert_or_assign("a1", open_action("a1").in(Status::InProgress).updated(kDay + 5s));
  }
  void end_late(Status status = Status::Succeeded, WallTime stamp = kDay + 1s) {
    api.insert_or_assign("a1", open_action("a1").in(status).updated(stamp));
  }
};

TEST_F(LateEndTest, IsRecordedOnceAReadByIdConfirmsIt) {
  run(30s);
  end_late();
  run(30s);
  EXPECT_EQ(recorded(), (Lines{"a1 null>InProgress", "a1 InProgress>Succeeded"}));
  const EventRecord& end = events.back();
  EXPECT_GT(end.time, kDay + 29s) << "when it was confirmed";
  EXPECT_NE(end.fields.find("\"lag_ms\":null"), std::string::npos);
  EXPECT_EQ(end.fields.find("correction"), std::string::npos);
  EXPECT_EQ(end.id,
            make_event_id(EventType::ActionTransition, "a1",
                          "Succeeded|" + std::to_string((kDay + 1s).time_since_epoch().count())));
}

TEST_F(LateEndTest, IsReadOnceAndNotForever) {
  run(30s);
  end_late();
  run(10min);
  EXPECT_EQ(reads, 1);
}

TEST_F(LateEndTest, MakesNoStaleEvent) {
  run(30s);
  end_late();
  run(3h);
  EXPECT_EQ(recorded_of(EventType::ActionStale), 0);
}

TEST_F(LateEndTest, IsNotBelievedOfAListAlone) {
  reads_answered = false;
  run(30s);
  end_late();
  run(30s);
  EXPECT_EQ(recorded(), Lines{"a1 null>InProgress"});
}

TEST_F(LateEndTest, DoesNotFlapWhenAnOldAnswerFollows) {
  run(30s);
  end_late();
  run(30s);
  api.insert_or_assign("a1", open_action("a1").in(Status::InProgress).updated(kDay + 5s));
  run(1min);
  end_late(Status::Failed, kDay + 2s);
  run(1min);
  end_late();
  run(1min);
  EXPECT_EQ(recorded(), (Lines{"a1 null>InProgress", "a1 InProgress>Succeeded"}));
}

TEST_F(LateEndTest, TheEndBeforeACorrectionIsNotTakenForALateOne) {
  run(30s);
  set("a1", Status::Succeeded);
  const MachineAction ended = api.at("a1");
  run(30s);
  set("a1", Status::InProgress);
  run(30s);
  api.insert_or_assign("a1", ended);
  run(1min);
  EXPECT_EQ(recorded(),
            (Lines{"a1 null>InProgress", "a1 InProgress>Succeeded", "a1 Succeeded>InProgress"}));
}

TEST_F(LateEndTest, OrderContinuesFromTheNewerStampAfterARestart) {
  run(30s);
  end_late();
  run(30s);
  StoredAction row = stored().front();
  row.ordered_by = stored_rows.back().ordered_by;
  row.ended_by = stored_rows.back().ended_by;
  EXPECT_EQ(row.ordered_by, kDay + 5s);
  EXPECT_EQ(row.ended_by, kDay + 1s);
  restart({row});
  const std::size_t before = events.size();
  api.insert_or_assign("a1", open_action("a1").in(Status::InProgress).updated(kDay + 5s));
  run(1min);
  EXPECT_EQ(events.size(), before);
}

TEST_F(LateEndTest, EndsACancelUnderWay) {
  policy().action = PolicyAction::Cancel;
  run(1h + 10s);
  ASSERT_EQ(count<CancelAction>(), 1);
  answer(take<CancelAction>());
  end_late(Status::Cancelled);
  run(1min);
  EXPECT_EQ(recorded_of(EventType::CancelConfirmed), 1);
}

TEST_F(LateEndTest, AnOpenActionThatListsNeverShowIsReadLessAndLessOften) {
  options.regions[0].poll.filters = Filters::Documented;
  run(30s);
  hidden.insert("a1");
  run(2h);
  EXPECT_LT(reads, 40);
  EXPECT_GT(reads, 15);
  set("a1", Status::Succeeded);
  run(6min);
  EXPECT_EQ(recorded().back(), "a1 InProgress>Succeeded");
}

}  // namespace
}  // namespace mactiond::core

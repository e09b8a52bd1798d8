#include "core/recorder.hpp"

#include <gtest/gtest.h>

namespace mactiond::core {
namespace {

EventRecord event_of(EventType type, const std::string& id, const std::string& action) {
  EventRecord event;
  event.type = type;
  event.id = id;
  event.region = "eu";
  event.action.value = action;
  return event;
}

const EventRecord kTransition = event_of(EventType::ActionTransition, "x", "a1");

TEST(Recorder, NumbersEventsWithoutAGap) {
  Recorder recorder("soc1", 41);
  Batch batch;
  EXPECT_TRUE(recorder.record(kTransition, batch));
  EXPECT_TRUE(recorder.record(kTransition, batch));
  ASSERT_EQ(batch.events.size(), 2U);
  EXPECT_EQ(batch.events[0].seq, 42U);
  EXPECT_EQ(batch.events[1].seq, 43U);
  EXPECT_EQ(batch.events[0].instance, "soc1");
  EXPECT_EQ(recorder.last_seq(), 43U);
}

TEST(Recorder, RecordsNoEventThatTheStoreHolds) {
  Recorder recorder("soc1", 41);
  recorder.look_up_by([](const ActionId& action, const std::string& id) {
    return action.value == "a1" && id == "x";
  });
  Batch batch;
  EXPECT_FALSE(recorder.record(kTransition, batch));
  EXPECT_TRUE(recorder.record(event_of(EventType::ActionTransition, "x", "a2"), batch));
  EXPECT_TRUE(recorder.record(event_of(EventType::RegionDegraded, "x", ""), batch));
  ASSERT_EQ(batch.events.size(), 2U);
  EXPECT_EQ(batch.events[0].seq, 42U);
  EXPECT_EQ(batch.events[0].action.value, "a2");
}

}  // namespace
}  // namespace mactiond::core

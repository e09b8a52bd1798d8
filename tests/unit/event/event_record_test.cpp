#include "event/event_record.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>

#include "base/enum_values.hpp"
#include "base/json_text.hpp"

namespace mactiond::core {
namespace {

constexpr WallTime kTime = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 20)) +
                           std::chrono::hours(10) + Duration(1'234'567);

EventRecord transition() {
  EventRecord event;
  event.seq = 17;
  event.id = "ma_x";
  event.type = EventType::ActionTransition;
  event.time = kTime;
  event.instance = "soc1";
  event.region = "eu";
  event.action = ActionId{"a-1"};
  event.document = R"({"id":"a-1","status":"InProgress"})";
  event.fields = JsonMembers()
                     .add("from", "Pending")
                     .add("to", "InProgress")
                     .add("lag_ms", std::int64_t{1240})
                     .text();
  return event;
}

TEST(EventType, ReadsBackItsOwnSpelling) {
  for (const EventType type : kValuesOf<EventType>) {
    EXPECT_EQ(value_named<EventType>(to_string(type)), type);
  }
  EXPECT_EQ(kValuesOf<EventType>.back(), EventType::WebhookTest);
  EXPECT_EQ(to_string(EventType::WebhookDeadLettered), "webhook.dead_lettered");
  EXPECT_EQ(value_named<EventType>("action.Transition"), std::nullopt);
}

// python3 -c 'import uuid; print(uuid.uuid5(uuid.UUID("e7af296c-b9ab-4b7c-bc37-249b07a58655"),
//   "action.transition|5382f7ea-7557-4ab7-9782-d50480024a4e|Succeeded|639000000000000000"))'
TEST(EventId, IsTheNameBasedUuidOfWhatHappened) {
  EXPECT_EQ(make_event_id(EventType::ActionTransition, "5382f7ea-7557-4ab7-9782-d50480024a4e",
                          "Succeeded|639000000000000000"),
            "ma_7db35e6b-2d90-5805-af5b-741032636ead");
}

TEST(EventId, DiffersByTypeSubjectAndDetail) {
  const std::set<std::string> ids{
      make_event_id(EventType::ActionTransition, "a", "x"),
      make_event_id(EventType::ActionStale, "a", "x"),
      make_event_id(EventType::ActionTransition, "b", "x"),
      make_event_id(EventType::ActionTransition, "a", "y"),
  };
  EXPECT_EQ(ids.size(), 4U);
  for (const std::string& id : ids) EXPECT_EQ(id.find('.'), std::string::npos);
}

TEST(LogLine, HasTheOrderOfTheContract) {
  EXPECT_EQ(log_line(transition()),
            R"({"seq":17,"id":"ma_x","time":"2026-11-20T10:00:00.1234567Z",)"
            R"("type":"action.transition","instance":"soc1","region":"eu",)"
            R"("action":{"id":"a-1","status":"InProgress"},)"
            R"("from":"Pending","to":"InProgress","lag_ms":1240})"
            "\n");
}

TEST(LogLine, LeavesOutWhatIsAbsent) {
  EventRecord event = transition();
  event.type = EventType::WebhookPaused;
  event.region.clear();
  event.action = {};
  event.document.clear();
  event.fields = R"("webhook":"soc","reason":"rejected")";
  EXPECT_EQ(event_members(event), R"("instance":"soc1","webhook":"soc","reason":"rejected")");
}

TEST(LogLine, NamesTheActionWhereNoDocumentIsKnown) {
  EventRecord event = transition();
  event.document.clear();
  event.fields.clear();
  EXPECT_EQ(event_members(event), R"("instance":"soc1","region":"eu","action":{"id":"a-1"})");
}

TEST(LogLine, StaysOneLineWhateverTheNamesHold) {
  EventRecord event = transition();
  event.instance = "a\nb\"c";
  const std::string line = log_line(event);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_NE(line.find(R"("instance":"a\nb\"c")"), std::string::npos);
}

TEST(LogLine, IsAnEmptyObjectsInsideForAnEmptyRecord) {
  EXPECT_EQ(event_members(EventRecord{}), "");
  EXPECT_EQ(log_line(EventRecord{}),
            R"({"id":"","time":"1970-01-01T00:00:00.0000000Z","type":"action.transition"})"
            "\n");
}

}  // namespace
}  // namespace mactiond::core

#include "action/known_values.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/enum_values.hpp"

namespace mactiond {
namespace {

template <class Value>
void expect_each_is_read_by_its_text() {
  for (const auto known : kValuesOf<typename Value::Known>) {
    const Value value = Value::parse(to_string(known));
    EXPECT_EQ(value.known(), known) << to_string(known);
    EXPECT_EQ(value.text(), to_string(known));
  }
}

TEST(KnownValues, AreReadByTheirText) {
  expect_each_is_read_by_its_text<ActionType>();
  expect_each_is_read_by_its_text<ActionStatus>();
}

TEST(KnownValues, AreThoseOfTheApi) {
  EXPECT_EQ(known_action_types().size(), 10U);
  EXPECT_EQ(known_action_types().back(), "RequestSample");
  EXPECT_EQ(known_action_statuses().size(), 6U);
  EXPECT_EQ(known_action_statuses().front(), "Pending");
}

TEST(KnownValues, AreReadInTheSpellingsOfTheApi) {
  EXPECT_EQ(ActionType::parse("Live Response").known(), ActionType::Known::LiveResponse);
  EXPECT_EQ(ActionType::parse("isolate").text(), "Isolate");
  EXPECT_EQ(ActionStatus::parse("Canceled").text(), "Cancelled");
  EXPECT_EQ(ActionStatus::parse("inprogress").known(), ActionStatus::Known::InProgress);
}

TEST(KnownValues, AnotherValueKeepsItsText) {
  EXPECT_EQ(ActionType::parse("Contain Device").text(), "Contain Device");
  EXPECT_EQ(ActionType::parse("Contain Device").known(), ActionType::Known::Unknown);
  EXPECT_EQ(ActionStatus::parse("Waiting").text(), "Waiting");
  EXPECT_EQ(ActionStatus::parse("").text(), "Unknown");
}

}  // namespace
}  // namespace mactiond

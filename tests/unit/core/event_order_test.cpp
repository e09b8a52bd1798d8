#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "unit/core/cancel/cancel_fixture.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using Status = ActionStatus::Known;
using test::kBoot;
using test::kDay;
using test::open_action;

/// Where in the API's second the daemon begins: what it takes for the API's time depends on that.
struct EventOrderTest : CancelFlowTest, testing::WithParamInterface<int> {
  EventOrderTest() { set_mono(kBoot + std::chrono::milliseconds(GetParam())); }

  const EventRecord& first_of(EventType type, const std::string& to = {}) const {
    const auto found = std::find_if(events.begin(), events.end(), [&](const EventRecord& event) {
      return event.type == type && event.fields.find("\"to\":\"" + to) != std::string::npos;
    });
    const auto plain = std::find_if(events.begin(), events.end(), [&](const EventRecord& event) {
      return event.type == type && to.empty();
    });
    EXPECT_TRUE(found != events.end() || plain != events.end());
    return to.empty() ? *plain : *found;
  }
};

TEST_P(EventOrderTest, ACancelIsRequestedBeforeItTakesEffectAndConfirmedAfter) {
  add("a1");
  run(1h + 10s);
  const auto post = take<CancelAction>();
  set_mono(now.mono + 100ms);
  set("a1", Status::Cancelled);  // the API is done before its answer is here
  set_mono(now.mono + 900ms);
  answer(post);
  run(30s);
  const WallTime seen = first_of(EventType::ActionTransition, "Pending").time;
  const WallTime requested = first_of(EventType::CancelRequested).time;
  const WallTime cancelled = first_of(EventType::ActionTransition, "Cancelled").time;
  const WallTime confirmed = first_of(EventType::CancelConfirmed).time;
  EXPECT_LE(seen, requested);
  EXPECT_LE(requested, cancelled);
  EXPECT_LE(cancelled, confirmed);
}

TEST_P(EventOrderTest, AnUnansweredCancelIsRequestedBeforeItTookEffect) {
  add("a1");
  run(1h + 10s);
  const auto post = take<CancelAction>();
  set("a1", Status::Cancelled);
  set_mono(now.mono + 50ms);
  answer(post, test::server_error());
  run(3min);
  EXPECT_LE(first_of(EventType::CancelRequested).time,
            first_of(EventType::ActionTransition, "Cancelled").time);
  EXPECT_LE(first_of(EventType::ActionTransition, "Cancelled").time,
            first_of(EventType::CancelConfirmed).time);
}

TEST_P(EventOrderTest, AnActionIsStaleNoEarlierThanItWasSeen) {
  policy().action = PolicyAction::Notify;
  run(10s);
  // Its last update is as young as an answer can show it.
  api.insert_or_assign("a1", open_action("a1").created(kDay - 2h).updated(server() + 900ms));
  run(20s);
  EXPECT_LE(first_of(EventType::ActionTransition, "Pending").time,
            first_of(EventType::ActionStale).time);
}

INSTANTIATE_TEST_SUITE_P(Phases, EventOrderTest, testing::Values(0, 20, 150, 480, 510, 730, 990));

}  // namespace
}  // namespace mactiond::core

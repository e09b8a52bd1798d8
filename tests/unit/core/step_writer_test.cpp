#include "core/step_writer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/outbox/outbox.hpp"
#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using test::kDay;
using Names = std::vector<std::string>;

/// Two webhooks: "all" has no filter, "failures" gets failed actions only.
struct StepWriterTest : testing::Test {
  StepWriterTest() {
    WebhookOptions options;
    options.name = "all";
    outboxes.push_back({1, Outbox(options, {}, {kDay, test::kBoot})});
    options.name = "failures";
    options.filter.to = {"Failed"};
    outboxes.push_back({2, Outbox(options, {}, {kDay, test::kBoot})});
  }

  static EventRecord transition(const std::string& to) {
    EventRecord event;
    event.id = "to " + to;
    event.region = "eu";
    event.action.value = "a1";
    event.subject = {{}, "Isolate", {}, to};
    return event;
  }
  /// Who gets the event, by its delivery rows.
  Names receivers(EventRecord event) {
    step = {};
    EXPECT_TRUE(out.record(std::move(event), kDay));
    Names names;
    for (const DeliveryRow& row : step.writes.deliveries) {
      EXPECT_EQ(row.seq, step.writes.events.back().seq);
      EXPECT_EQ(row.due, kDay);
      names.push_back(row.webhook);
    }
    return names;
  }
  std::int64_t queued(std::size_t outbox) const { return outboxes[outbox].part.status().queued; }

  Step step;
  Recorder recorder{"soc1", 0};
  std::vector<Slot<Outbox>> outboxes;
  std::uint64_t last_id = 0;
  StepWriter out{step, recorder, outboxes, last_id};
};

TEST_F(StepWriterTest, AnEventAndItsDeliveriesAreInOneBatch) {
  EXPECT_EQ(receivers(transition("Failed")), (Names{"all", "failures"}));
  ASSERT_EQ(step.writes.events.size(), 1U);
  EXPECT_EQ(step.writes.deliveries[0].order.value, "a1");
}

TEST_F(StepWriterTest, EachOutboxCountsWhatItsWebhookReceives) {
  EXPECT_EQ(receivers(transition("Succeeded")), (Names{"all"}));
  EXPECT_EQ(receivers(transition("Failed")), (Names{"all", "failures"}));
  EXPECT_EQ(queued(0), 2);
  EXPECT_EQ(queued(1), 1);
}

TEST_F(StepWriterTest, WhatWasRecordedBeforeGoesToNobody) {
  recorder.look_up_by([](const ActionId&, const std::string&) { return true; });
  EXPECT_FALSE(out.record(transition("Failed"), kDay));
  EXPECT_TRUE(step.writes.empty());
  EXPECT_EQ(queued(0), 0);
}

TEST_F(StepWriterTest, AWebhookGetsNoEventAboutItself) {
  EventRecord dead;
  dead.type = EventType::WebhookDeadLettered;
  dead.subject.webhook = "all";
  EXPECT_EQ(receivers(dead), (Names{"failures"}));
  EXPECT_TRUE(step.writes.deliveries[0].order.value.empty()) << "no order to keep";
}

}  // namespace
}  // namespace mactiond::core

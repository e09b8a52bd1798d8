#include "core/recorder.hpp"

#include <gtest/gtest.h>

#include "support/builders.hpp"

namespace mactiond::core {
namespace {

using test::kDay;

EventRecord event_of(EventType type, std::string region = "eu", std::string action = "a1") {
  EventRecord event;
  event.type = type;
  event.region = std::move(region);
  event.action.value = std::move(action);
  return event;
}

const EventRecord kTransition = event_of(EventType::ActionTransition);
const Subject kScanEnded{"RunAntiVirusScan", "Succeeded", {}};

TEST(WebhookFilter, LetsEverythingPassWhenEmpty) {
  EXPECT_TRUE(passes({}, kTransition, kScanEnded));
  EXPECT_TRUE(passes({}, event_of(EventType::RegionDegraded), {}));
}

struct Row {
  const char* name;
  WebhookFilter filter;
  bool transition;
  bool degraded;
};

TEST(WebhookFilter, HoldsBackWhatAGivenKeyDoesNotFit) {
  const std::vector<Row> rows{
      {"event", {{"action.transition"}, {}, {}, {}}, true, false},
      {"event glob", {{"region.*", "cancel.*"}, {}, {}, {}}, false, true},
      {"region", {{}, {"us"}, {}, {}}, false, false},
      {"region alternatives", {{}, {"us", "E?"}, {}, {}}, true, true},
      {"type", {{}, {}, {"Isolate"}, {}}, false, true},
      {"type in another case", {{}, {}, {"runantivirus*"}, {}}, true, true},
      {"to", {{}, {}, {}, {"Failed", "TimeOut"}}, false, true},
      {"to fits", {{}, {}, {}, {"Succeeded"}}, true, true},
      {"all keys must fit", {{"action.*"}, {"eu"}, {"*Scan"}, {"Failed"}}, false, false},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_EQ(passes(row.filter, kTransition, kScanEnded), row.transition);
    EXPECT_EQ(passes(row.filter, event_of(EventType::RegionDegraded, "eu", ""), {}), row.degraded);
  }
}

TEST(AlertsOnly, PassProblemsAndTheirEnds) {
  WebhookOptions pager;
  pager.alerts_only = true;
  const auto passes_on = [&](std::string_view from, std::string_view to) {
    return receives(pager, kTransition, {"Isolate", to, {}, from});
  };
  EXPECT_TRUE(passes_on("InProgress", "Failed"));
  EXPECT_TRUE(passes_on("", "TimeOut"));
  EXPECT_TRUE(passes_on("TimeOut", "Failed"));
  EXPECT_TRUE(passes_on("Failed", "Succeeded"));
  EXPECT_TRUE(passes_on("TimeOut", "Cancelled"));
  EXPECT_TRUE(passes_on("Failed", "InProgress"));
  EXPECT_FALSE(passes_on("InProgress", "Succeeded"));
  EXPECT_FALSE(passes_on("Pending", "Cancelled"));
  EXPECT_FALSE(passes_on("", "Pending"));
  for (const EventType type : {EventType::RegionDegraded, EventType::RegionRecovered,
                               EventType::CancelFailed, EventType::WebhookDisabled}) {
    EXPECT_TRUE(receives(pager, event_of(type), {})) << to_string(type);
  }
  for (const EventType type :
       {EventType::CancelRequested, EventType::ActionVanished, EventType::RegionBaseline}) {
    EXPECT_FALSE(receives(pager, event_of(type), {})) << to_string(type);
  }
}

TEST(Recorder, SendsABacklogOnlyToWhoAskedForIt) {
  WebhookOptions webhook;
  Subject past{"Isolate", "Failed", {}, "Pending"};
  past.backlog = true;
  EXPECT_FALSE(receives(webhook, kTransition, past));
  webhook.backlog = true;
  EXPECT_TRUE(receives(webhook, kTransition, past));
  webhook.filter.to = {"Succeeded"};
  EXPECT_FALSE(receives(webhook, kTransition, past)) << "its filter holds too";
}

TEST(AlertsOnly, SendsTheEndWhereItsProblemWent) {
  WebhookOptions pager;
  pager.alerts_only = true;
  pager.filter.to = {"Failed"};
  EXPECT_TRUE(receives(pager, kTransition, {"Isolate", "Failed", {}, "Pending"}));
  EXPECT_TRUE(receives(pager, kTransition, {"Isolate", "Succeeded", {}, "Failed"}));
  EXPECT_FALSE(receives(pager, kTransition, {"Isolate", "Succeeded", {}, "TimeOut"}));
  pager.filter.type = {"Offboard"};
  EXPECT_FALSE(receives(pager, kTransition, {"Isolate", "Succeeded", {}, "Failed"}));
}

std::vector<WebhookOptions> two_webhooks() {
  WebhookOptions all;
  all.name = "all";
  WebhookOptions failures;
  failures.name = "failures";
  failures.filter.to = {"Failed"};
  return {all, failures};
}

TEST(Recorder, NumbersEventsWithoutAGap) {
  Recorder recorder("soc1", two_webhooks(), 41);
  Batch batch;
  (void)recorder.record(kTransition, kScanEnded, kDay, batch);
  (void)recorder.record(kTransition, kScanEnded, kDay, batch);
  ASSERT_EQ(batch.events.size(), 2U);
  EXPECT_EQ(batch.events[0].seq, 42U);
  EXPECT_EQ(batch.events[1].seq, 43U);
  EXPECT_EQ(batch.events[0].instance, "soc1");
  EXPECT_EQ(recorder.last_seq(), 43U);
}

TEST(Recorder, RecordsNoEventThatTheStoreHolds) {
  Recorder recorder("soc1", two_webhooks(), 41);
  recorder.look_up_by([](const ActionId& action, const std::string& id) {
    return action.value == "a1" && id == "x";
  });
  EventRecord again = kTransition;
  again.id = "x";
  EventRecord other = again;
  other.action.value = "a2";
  EventRecord of_region = event_of(EventType::RegionDegraded, "eu", "");
  of_region.id = "x";
  Batch batch;
  EXPECT_TRUE(recorder.record(again, kScanEnded, kDay, batch).empty());
  for (const EventRecord& event : {other, of_region}) {
    (void)recorder.record(event, kScanEnded, kDay, batch);
  }
  ASSERT_EQ(batch.events.size(), 2U);
  EXPECT_EQ(batch.events[0].seq, 42U);
  EXPECT_EQ(batch.deliveries.size(), 2U);
}

TEST(Recorder, AddressesTheWebhooksWhoseFilterLetsItPass) {
  Recorder recorder("soc1", two_webhooks(), 0);
  Batch batch;
  EXPECT_EQ(recorder.record(kTransition, kScanEnded, kDay, batch), (std::vector<std::size_t>{0}));
  const Subject failed{"RunAntiVirusScan", "Failed", {}};
  EXPECT_EQ(recorder.record(kTransition, failed, kDay, batch), (std::vector<std::size_t>{0, 1}));
  ASSERT_EQ(batch.deliveries.size(), 3U);
  EXPECT_EQ(batch.deliveries[0].webhook, "all");
  EXPECT_EQ(batch.deliveries[2].webhook, "failures");
  EXPECT_EQ(batch.deliveries[2].seq, 2U);
  EXPECT_EQ(batch.deliveries[2].action.value, "a1");
  EXPECT_EQ(batch.deliveries[2].due, kDay);
}

TEST(Recorder, SendsNoWebhookItsOwnTrouble) {
  Recorder recorder("soc1", two_webhooks(), 0);
  Batch batch;
  const EventRecord dead = event_of(EventType::WebhookDeadLettered, "", "");
  EXPECT_EQ(recorder.record(dead, {{}, {}, "all"}, kDay, batch), (std::vector<std::size_t>{1}));
  ASSERT_EQ(batch.deliveries.size(), 1U);
  EXPECT_TRUE(batch.deliveries[0].action.value.empty()) << "no order to keep";
}

ActionId order_kept(EventType type, const std::string& region, const Subject& subject) {
  Recorder recorder("soc1", two_webhooks(), 0);
  Batch batch;
  (void)recorder.record(event_of(type, region, ""), subject, kDay, batch);
  EXPECT_FALSE(batch.deliveries.empty());
  return batch.deliveries.at(0).action;
}

TEST(Recorder, KeepsTheBeginningAndTheEndOfOneTroubleInOrder) {
  const ActionId began = order_kept(EventType::RegionDegraded, "eu", {});
  EXPECT_FALSE(began.value.empty());
  EXPECT_EQ(order_kept(EventType::RegionRecovered, "eu", {}), began);
  EXPECT_NE(order_kept(EventType::RegionRecovered, "us", {}), began);
  EXPECT_EQ(order_kept(EventType::RegionBaseline, "eu", {}), began);
  const Subject siem{{}, {}, "siem"};
  const ActionId paused = order_kept(EventType::WebhookPaused, "", siem);
  EXPECT_FALSE(paused.value.empty());
  EXPECT_EQ(order_kept(EventType::WebhookResumed, "", siem), paused);
  EXPECT_EQ(order_kept(EventType::WebhookFailing, "", siem), paused);
  EXPECT_EQ(order_kept(EventType::WebhookRecovered, "", siem), paused);
  EXPECT_EQ(order_kept(EventType::WebhookDisabled, "", siem), paused);
  EXPECT_NE(order_kept(EventType::WebhookPaused, "", {{}, {}, "eu"}), began);
}

}  // namespace
}  // namespace mactiond::core

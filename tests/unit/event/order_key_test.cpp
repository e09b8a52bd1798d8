#include "event/order_key.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mactiond::core {
namespace {

OrderKey order_of(EventType type, const std::string& region, const std::string& webhook = {}) {
  EventRecord event;
  event.type = type;
  event.region = region;
  event.subject.webhook = webhook;
  return order_of(event);
}

TEST(OrderKey, IsTheActionOfAnEventAboutOne) {
  EventRecord event;
  event.region = "eu";
  event.action.value = "a1";
  for (const EventType type : {EventType::ActionTransition, EventType::CancelConfirmed}) {
    event.type = type;
    EXPECT_EQ(core::order_of(event).value, "a1");
  }
}

// Deliveries that wait in a store have these texts.
TEST(OrderKey, IsOneForTheBeginningAndTheEndOfOneTrouble) {
  for (const EventType type : {EventType::RegionDegraded, EventType::RegionRecovered,
                               EventType::RegionBaseline, EventType::CredentialExpiring}) {
    EXPECT_EQ(order_of(type, "eu").value, "region eu");
  }
  for (const EventType type :
       {EventType::WebhookPaused, EventType::WebhookResumed, EventType::WebhookFailing,
        EventType::WebhookRecovered, EventType::WebhookDisabled}) {
    EXPECT_EQ(order_of(type, "", "siem").value, "webhook siem");
  }
}

TEST(OrderKey, IsEmptyWhereNoOrderIsKept) {
  EXPECT_EQ(order_of(EventType::WebhookDeadLettered, "", "siem"), OrderKey{});
  EXPECT_EQ(order_of(EventType::CancelSuppressed, "eu"), OrderKey{});
  EXPECT_EQ(order_of(EventType::StoreRecovered, ""), OrderKey{});
}

}  // namespace
}  // namespace mactiond::core

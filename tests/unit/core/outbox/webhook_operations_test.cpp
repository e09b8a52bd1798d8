// What operators do to webhooks and dead letters, through the engine.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "support/engine_harness.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::kDay;
using test::open_action;
using test::refusal;
using testing::HasSubstr;

class WebhookOperations : public testing::Test, protected test::EngineHarness {
 protected:
  WebhookOperations() {
    options.webhooks.emplace_back().name = "soc";
    options.webhooks.emplace_back().name = "siem";
  }
  Reply ask(Event event) {
    reply.reset();
    step(std::move(event));
    EXPECT_TRUE(reply);
    return reply.value_or(NotFound{});
  }
  template <class Reason>
  static Reason refused(const Reply& reply) {
    return std::get<Reason>(std::get<Refused>(reply).reason);
  }
  WebhookStatus status(std::size_t index) { return engine().status(now).webhooks.at(index); }
  /// Of the newest log entry of that name.
  std::string field_of(const std::string& event, const std::string& key) const {
    std::string value;
    for (const LogEntry& entry : log_entries) {
      if (entry.event != event) continue;
      for (const auto& [name, text] : entry.fields) {
        if (name == key) value = text;
      }
    }
    return value;
  }
  /// The events sent to one webhook since the beginning.
  int pending_for(const std::string& webhook) const {
    int found = 0;
    for (const auto& [id, command] : pending) {
      const auto* send = std::get_if<SendDelivery>(&command);
      if (send != nullptr && send->webhook == webhook) ++found;
    }
    return found;
  }
};

TEST_F(WebhookOperations, APauseIsKeptAndSentToTheOthers) {
  EXPECT_TRUE(is_done(ask(PauseWebhook{"soc", true, {"alice (uid 1000)", "someone"}})));
  EXPECT_EQ(field_of("webhook_paused", "operator"), "alice (uid 1000)");
  EXPECT_EQ(field_of("webhook_paused", "operator_note"), "someone");
  EXPECT_THAT(events.back().fields, HasSubstr(R"x("operator":"alice (uid 1000)")x"));
  ASSERT_EQ(last.webhooks.size(), 1U);
  EXPECT_EQ(last.webhooks[0].state, WebhookState::Paused);
  EXPECT_TRUE(last.webhooks[0].by_operator);
  EXPECT_EQ(events.back().type, EventType::WebhookPaused);
  EXPECT_EQ(status(0).queued, 0) << "a webhook gets no event about itself";
  EXPECT_EQ(status(1).queued, 1);
  begin({open_action("a1")});
  pass(1h);
  EXPECT_EQ(pending_for("soc"), 0);
  EXPECT_EQ(status(0).queued, 1);
  EXPECT_TRUE(is_done(ask(PauseWebhook{"soc", true}))) << "it is paused already";
  EXPECT_TRUE(last.empty());
}

TEST_F(WebhookOperations, AFailingWebhookIsReportedOnceToTheLogAndToTheOthers) {
  begin({open_action("a1")});
  bool broken = true;
  const auto respond = [&] {
    while (count<SendDelivery>() > 0) {
      const auto send = take<SendDelivery>();
      const bool fails = broken && send.webhook == "soc";
      step(DeliveryAnswered{send.id, fails ? test::server_error(500) : Outcome{}});
    }
  };
  const auto recorded = [&](EventType type) {
    return std::count_if(events.begin(), events.end(),
                         [&](const EventRecord& event) { return event.type == type; });
  };
  respond();
  run(59s, respond);
  EXPECT_EQ(recorded(EventType::WebhookFailing), 0);
  run(11min, respond);
  EXPECT_EQ(recorded(EventType::WebhookFailing), 1);
  EXPECT_EQ(log_entries_of("webhook_failing"), 1);
  EXPECT_TRUE(status(0).failing);
  EXPECT_EQ(status(0).queued, 1) << "it does not get its own";
  EXPECT_EQ(status(1).queued, 0);
  EXPECT_FALSE(status(1).failing);
  broken = false;
  run(40min, respond);
  EXPECT_EQ(recorded(EventType::WebhookRecovered), 1);
  EXPECT_EQ(log_entries_of("webhook_recovered"), 1);
  EXPECT_FALSE(status(0).failing);
}

TEST_F(WebhookOperations, AResumedWebhookContinuesAtOnce) {
  (void)ask(PauseWebhook{"soc", true});
  begin({open_action("a1")});
  EXPECT_TRUE(is_done(ask(PauseWebhook{"soc", false})));
  EXPECT_EQ(events.back().type, EventType::WebhookResumed);
  EXPECT_EQ(pending_for("soc"), 1);
  const std::size_t before = events.size();
  EXPECT_TRUE(is_done(ask(PauseWebhook{"soc", false}))) << "it is not paused";
  EXPECT_EQ(events.size(), before);
}

TEST_F(WebhookOperations, ADisabledWebhookIsNotPausedButCanBeResumed) {
  begin({open_action("a1")});
  pass(2s);
  while (count<SendDelivery>() > 0) {
    const auto send = take<SendDelivery>();
    const bool gone = send.webhook == "soc";
    step(DeliveryAnswered{send.id, gone ? refusal(Verdict::GiveUp, Reason::Gone, 410) : Outcome{}});
  }
  EXPECT_EQ(status(0).state, WebhookState::Disabled);
  EXPECT_EQ(refused<WebhookDisabled>(ask(PauseWebhook{"soc", true})).webhook, "soc");
  EXPECT_EQ(status(0).state, WebhookState::Disabled);
  EXPECT_TRUE(is_done(ask(PauseWebhook{"soc", false})));
  EXPECT_EQ(status(0).state, WebhookState::Ok);
  EXPECT_EQ(pending_for("soc"), 1);
}

TEST_F(WebhookOperations, ANameThatIsNotConfiguredChangesNothing) {
  EXPECT_TRUE(std::holds_alternative<NotFound>(ask(PauseWebhook{"sock", true})));
  EXPECT_TRUE(last.empty());
  const Reply answer = ask(ReplayDeadLetters{{{"sock", 1, {}}}});
  EXPECT_EQ(refused<NoWebhookToReplay>(answer).webhook, "sock");
  EXPECT_TRUE(last.empty());
}

TEST_F(WebhookOperations, AReplayedDeadLetterIsSentAsIfNew) {
  StoredWebhook stored;
  stored.row.webhook = "soc";
  stored.dead = 2;
  snapshot.webhooks.push_back(stored);
  EventRecord event;
  event.seq = 7;
  event.id = "ma_7";
  event.action.value = "a7";
  Batch before;
  before.events = {event};
  queue.write(before);
  EXPECT_TRUE(is_done(ask(ReplayDeadLetters{{{"soc", 7, OrderKey{"a7"}}}})));
  EXPECT_EQ(status(0).dead, 1);
  const auto send = take<SendDelivery>();
  EXPECT_EQ(send.event.id, "ma_7");
  EXPECT_EQ(send.attempt, 1);
}

TEST_F(WebhookOperations, AReplayedDeadLetterGoesBeforeWhatWasReadAlready) {
  options.webhooks[0].max_in_flight = 1;
  StoredWebhook stored;
  stored.row.webhook = "soc";
  stored.queued = 2;
  stored.dead = 1;
  snapshot.webhooks.push_back(stored);
  Batch before;
  for (const auto& [seq, action] : {std::pair(6, "a6"), std::pair(7, "a7"), std::pair(8, "a7")}) {
    EventRecord event;
    event.seq = static_cast<std::uint64_t>(seq);
    event.action.value = action;
    before.events.push_back(event);
  }
  before.deliveries = {{"soc", 6, OrderKey{"a6"}, now.wall}, {"soc", 8, OrderKey{"a7"}, now.wall}};
  queue.write(before);
  tick();
  ASSERT_EQ(pending_for("soc"), 1) << "6 is in flight, 8 is next";
  (void)ask(ReplayDeadLetters{{{"soc", 7, OrderKey{"a7"}}}});
  for (const std::uint64_t seq : {6U, 7U, 8U}) {
    const auto send = take<SendDelivery>();
    EXPECT_EQ(send.event.seq, seq);
    step(DeliveryAnswered{send.id, {}});
  }
}

TEST_F(WebhookOperations, APurgeCountsWhatItDeletes) {
  StoredWebhook stored;
  stored.row.webhook = "soc";
  stored.dead = 2;
  snapshot.webhooks.push_back(stored);
  const Operator alice{"alice (uid 1000)", {}};
  EXPECT_TRUE(
      is_done(ask(PurgeDeadLetters{{{"gone", 9, {}}, {"soc", 7, {}}, {"soc", 8, {}}}, alice})));
  EXPECT_EQ(field_of("dead_letters_purged", "operator"), "alice (uid 1000)");
  EXPECT_EQ(field_of("dead_letters_purged", "count"), "2");
  EXPECT_EQ(last.deleted_letters.size(), 3U) << "those of a webhook that left the file too";
  EXPECT_EQ(status(0).dead, 0);
  EXPECT_EQ(log_entries_of("dead_letters_purged"), 2);
  (void)ask(PurgeDeadLetters{{}, alice});
  EXPECT_EQ(log_entries_of("dead_letters_purged"), 3) << "a purge of nothing leaves a trace too";
  EXPECT_EQ(field_of("dead_letters_purged", "operator"), "alice (uid 1000)");
  EXPECT_EQ(field_of("dead_letters_purged", "count"), "0");
}

}  // namespace
}  // namespace mactiond::core

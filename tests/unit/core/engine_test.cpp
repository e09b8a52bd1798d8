#include "core/engine.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "support/engine_harness.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::ended_action;
using test::EngineHarness;
using test::kDay;
using test::open_action;
using test::refusal;
using test::server_error;
using Lines = std::vector<std::string>;
using Status = ActionStatus::Known;

struct EngineTest : testing::Test, EngineHarness {
  WebhookOptions& webhook(const std::string& name) {
    WebhookOptions& made = options.webhooks.emplace_back();
    made.name = name;
    return made;
  }
  /// Poll and answer, whatever else is pending.
  void poll(std::vector<MachineAction> actions) {
    for (int i = 0; i < 60; ++i) {
      if (const auto list = take_list(Query::Kind::ChangedSince)) {
        return answer(*list, std::move(actions));
      }
      pass(1s);
    }
    ADD_FAILURE() << "no poll came";
  }
};

TEST_F(EngineTest, NumbersEventsOnFromTheStore) {
  snapshot.last_seq = last_seq = 16;
  begin({open_action("a1"), open_action("a2")});
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[1].seq, 18U);
  EXPECT_EQ(events[1].instance, "soc1");
  EXPECT_EQ(engine().status(now).last_seq, 18U);
}

TEST_F(EngineTest, ARestartRecordsNothingAgain) {
  const MachineAction open = open_action("a1");
  const MachineAction closed = ended_action("a2", kDay);
  for (const MachineAction& action : {open, closed}) {
    StoredAction stored;
    stored.region = "eu";
    stored.id = action.id;
    stored.status = action.status;
    stored.created = action.created;
    stored.last_update = action.last_update;
    stored.fingerprint = fingerprint(action.document);
    snapshot.actions.push_back(stored);
  }
  begin({open, closed});
  EXPECT_TRUE(events.empty());
  EXPECT_EQ(engine().status(now).regions[0].open_actions, 1);
}

TEST_F(EngineTest, AnEventHasTheSameIdOnEveryNode) {
  EngineHarness other;
  other.options.instance = "soc2";
  other.now.wall += 3h;
  begin({open_action("a1")});
  other.begin({open_action("a0"), open_action("a1")});
  ASSERT_EQ(other.events.size(), 2U);
  EXPECT_EQ(events.at(0).id, other.events[1].id);
  EXPECT_NE(other.events[0].id, other.events[1].id);
  EXPECT_EQ(events[0].id.substr(0, 3), "ma_");
}

TEST_F(EngineTest, EachTransitionOfAnActionHasItsOwnId) {
  begin({open_action("a1")});
  poll({open_action("a1").in(Status::InProgress).updated(kDay + 1s)});
  poll({open_action("a1").updated(kDay + 2s)});
  ASSERT_EQ(events.size(), 3U);
  EXPECT_NE(events[0].id, events[2].id) << "Pending twice, at different times";
}

TEST_F(EngineTest, EqualEventsAtEqualTimesGiveEqualSteps) {
  webhook("soc");
  EngineHarness twin;
  twin.options = options;
  for (EngineHarness* one : {static_cast<EngineHarness*>(this), &twin}) {
    one->begin({open_action("a1"), open_action("a2")});
    one->deliver(server_error());
    one->pass(3s);
    one->fail_list(server_error());
    one->pass(20s);
  }
  EXPECT_EQ(recorded(), twin.recorded());
  EXPECT_EQ(engine().wake_at(), twin.engine().wake_at());
  ASSERT_EQ(pending.size(), twin.pending.size());
  auto other = twin.pending.begin();
  for (const auto& [id, command] : pending) {
    EXPECT_EQ(id, other->first);
    EXPECT_EQ(command.index(), (other++)->second.index());
  }
}

TEST_F(EngineTest, SendsEachTransitionToTheWebhooksThatWantIt) {
  webhook("all");
  webhook("ends").filter.to = {"Succeeded", "Failed", "TimeOut", "Cancelled"};
  begin({open_action("a1")});
  EXPECT_EQ(take<SendDelivery>().webhook, "all");
  EXPECT_EQ(count<SendDelivery>(), 0);
  poll({ended_action("a1", kDay + 1s)});
  const auto send = take<SendDelivery>();
  EXPECT_EQ(send.webhook, "ends") << "the other one waits for the first to be answered";
  EXPECT_EQ(send.event.id, events[1].id);
  EXPECT_EQ(send.event.seq, 2U);
  EXPECT_EQ(count<SendDelivery>(), 0);
}

TEST_F(EngineTest, DeliversInOrderPerActionAndSideBySideElsewhere) {
  webhook("soc");
  begin({open_action("a1"), open_action("b1")});
  poll({ended_action("a1", kDay + 1s)});
  const auto a1 = take<SendDelivery>();
  const auto b1 = take<SendDelivery>();
  EXPECT_EQ(a1.event.action.value, "a1");
  EXPECT_EQ(b1.event.action.value, "b1");
  EXPECT_EQ(count<SendDelivery>(), 0);
  step(DeliveryAnswered{a1.id, {}});
  EXPECT_EQ(take<SendDelivery>().event.seq, 3U);
}

TEST_F(EngineTest, ADeadLetterGoesToTheLogAndTheOtherWebhooks) {
  webhook("soc").filter.type = {"RunAntiVirusScan"};
  webhook("ops").filter.event = {"webhook.dead_lettered"};
  begin({open_action("a1")});
  for (int attempt = 1; attempt <= 10; ++attempt) {
    for (int i = 0; i < 3000 && count<SendDelivery>() == 0; ++i) pass(1min);
    const auto send = take<SendDelivery>();
    EXPECT_EQ(send.webhook, "soc");
    EXPECT_EQ(send.attempt, attempt);
    EXPECT_EQ(send.event.id, events[0].id) << "always the same id";
    step(DeliveryAnswered{send.id, server_error()});
  }
  EXPECT_EQ(recorded().back(), "webhook.dead_lettered");
  EXPECT_NE(events.back().fields.find("\"webhook\":\"soc\""), std::string::npos);
  const auto note = take<SendDelivery>();
  EXPECT_EQ(note.webhook, "ops");
  EXPECT_EQ(note.event.seq, events.back().seq);
  EXPECT_EQ(count<SendDelivery>(), 0);
  EXPECT_EQ(engine().status(now).webhooks[0].dead, 1);
}

TEST_F(EngineTest, AWebhookThatIsGoneIsDisabledAndReported) {
  webhook("soc");
  begin({open_action("a1")});
  deliver(refusal(Verdict::GiveUp, Reason::Gone, 410));
  EXPECT_EQ(recorded(), (Lines{"a1 null>Pending", "webhook.disabled"}));
  poll({ended_action("a1", kDay + 1s)});
  EXPECT_EQ(count<SendDelivery>(), 0);
  EXPECT_EQ(engine().status(now).webhooks[0].state, WebhookState::Disabled);
  EXPECT_EQ(engine().status(now).webhooks[0].queued, 2);
}

TEST_F(EngineTest, StartsNothingNewOnceStopped) {
  webhook("soc");
  begin({open_action("a1")});
  pass(3s);
  const auto poll_call = take<ListActions>();
  const auto send = take<SendDelivery>();
  step(StopRequested{});
  EXPECT_FALSE(engine().wake_at());
  answer(poll_call, {ended_action("a1", kDay + 1s)});
  step(DeliveryAnswered{send.id, {}});
  now.mono += 1h;
  tick();
  EXPECT_TRUE(pending.empty());
  EXPECT_EQ(events.size(), 2U) << "what was learned is kept";
  EXPECT_EQ(queue.size(), 1U);
}

TEST_F(EngineTest, EveryCommandUnderWayMayBeAbandonedByAStop) {
  webhook("soc");
  options.regions[0].poll.filters = Filters::Documented;
  options.regions.emplace_back().name = "us";
  tick();
  give_token();
  pass(1s);
  list({open_action("a1"), open_action("a2")});
  list({});
  pass(3s);
  step(StopRequested{});
  const auto open = std::exchange(pending, {});
  EXPECT_GE(open.size(), 3U);
  for (const auto& [id, command] : open) {
    const CommandId command_id{id};
    if (std::holds_alternative<FetchToken>(command)) {
      step(TokenFetched{command_id, test::stopped(), {}, {}});
    } else if (std::holds_alternative<ListActions>(command)) {
      step(ActionsListed{command_id, test::stopped(), {}, 0, false, std::nullopt});
    } else {
      step(DeliveryAnswered{command_id, test::stopped()});
    }
    EXPECT_TRUE(last.empty()) << "nothing was learned";
  }
  EXPECT_TRUE(pending.empty());
}

TEST_F(EngineTest, ACommandAnsweredTwiceIsABug) {
  GTEST_FLAG_SET(death_test_style, "fast");
  tick();
  const auto fetch = take<FetchToken>();
  step(TokenFetched{fetch.id, {}, Secret("t"), 1h});
  EXPECT_DEATH(step(TokenFetched{fetch.id, {}, Secret("t"), 1h}), "owner");
}

TEST_F(EngineTest, RegionsBeginOneAfterTheOther) {
  for (const char* name : {"us", "uk", "au"}) options.regions.emplace_back().name = name;
  tick();
  for (int i = 0; i < 4; ++i) give_token();
  EXPECT_EQ(count<ListActions>(), 1);
  pass(2s);
  EXPECT_EQ(count<ListActions>(), 4);
}

TEST_F(EngineTest, ARegionOrWebhookNoLongerConfiguredIsLeftAlone) {
  snapshot.regions.push_back({"gone", kDay, std::nullopt, "server_error"});
  snapshot.quotas.push_back({"gone", "hour", "boot-1", test::kBoot + 1h});
  StoredAction stored;
  stored.region = "gone";
  stored.id.value = "g1";
  snapshot.actions.push_back(stored);
  snapshot.webhooks.push_back({{"gone", WebhookState::Ok, 0}, 5, 0});
  begin({open_action("a1")});
  EXPECT_EQ(recorded(), Lines{"a1 null>Pending"});
  EXPECT_EQ(engine().status(now).regions.size(), 1U);
}

TEST_F(EngineTest, StatusShowsWhatOperatorsAskFor) {
  webhook("soc");
  begin({open_action("a1"), ended_action("a2", kDay)});
  pass(10s);
  const EngineStatus status = engine().status(now);
  ASSERT_EQ(status.regions.size(), 1U);
  EXPECT_EQ(status.regions[0].name, "eu");
  EXPECT_EQ(status.regions[0].open_actions, 1);
  EXPECT_EQ(status.regions[0].last_poll_age, Duration(10s));
  EXPECT_EQ(status.regions[0].token_left, Duration(1h - 10s));
  EXPECT_EQ(status.regions[0].quota.minute_used, 4);
  EXPECT_EQ(status.webhooks.at(0).queued, 2);
  EXPECT_EQ(status.webhooks.at(0).in_flight, 2);
  ASSERT_EQ(status.actions.size(), 2U);
  EXPECT_EQ(status.actions[0].status, "Pending");
  EXPECT_EQ(status.actions[0].count, 1);
}

}  // namespace
}  // namespace mactiond::core

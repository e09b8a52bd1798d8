#include <gtest/gtest.h>

#include "support/builders.hpp"
#include "support/engine_harness.hpp"

namespace mactiond::core {
namespace {

using namespace std::chrono_literals;
using test::open_action;

class EngineReloadTest : public testing::Test, public test::EngineHarness {
 protected:
  EngineReloadTest() { options.webhooks.emplace_back().name = "soc"; }

  void reload() {
    ASSERT_TRUE(engine().knows_all_of(options) || !snapshot.actions.empty() || fresh);
    take_step(engine().reconfigure(options, snapshot, now));
  }
  /// Who gets the newest event, in order of the configuration.
  [[nodiscard]] std::vector<std::string> receivers() const {
    std::vector<std::string> names;
    for (const DeliveryRow& row : addressed) {
      if (row.seq == last_seq) names.push_back(row.webhook);
    }
    return names;
  }
  [[nodiscard]] std::int64_t queued(const std::string& webhook) {
    for (const WebhookStatus& status : engine().status(now).webhooks) {
      if (status.name == webhook) return status.queued;
    }
    return -1;
  }
  bool fresh = false;  ///< the store knows nothing of what is added
};

TEST_F(EngineReloadTest, WhatIsInProgressContinues) {
  begin({open_action("a1")});
  pass(5s);
  ASSERT_EQ(count<ListActions>(), 1);
  ASSERT_EQ(count<SendDelivery>(), 1);
  options.regions.front().poll.min_interval = 7s;
  reload();
  EXPECT_EQ(count<FetchToken>(), 0);
  deliver();
  list({open_action("a1").in(ActionStatus::Known::Succeeded).updated(server())});
  EXPECT_EQ(recorded(), (std::vector<std::string>{"a1 null>Pending", "a1 Pending>Succeeded"}));
  deliver();
  EXPECT_EQ(queue.size(), 0U);
}

TEST_F(EngineReloadTest, ARemovedWebhooksAnswerIsStillRecorded) {
  begin({open_action("a1")});
  ASSERT_EQ(count<SendDelivery>(), 1);
  options.webhooks.clear();
  reload();
  deliver();
  EXPECT_EQ(queue.size(), 0U);
  pass(5s);
  list({open_action("a1").in(ActionStatus::Known::Succeeded).updated(server())});
  EXPECT_EQ(count<SendDelivery>(), 0);
  EXPECT_TRUE(engine().status(now).webhooks.empty());
}

TEST_F(EngineReloadTest, AWebhookThatReturnsBeforeItsLastAnswerIsSentNothingTwice) {
  begin({open_action("a1")});
  ASSERT_EQ(count<SendDelivery>(), 1);
  const std::vector<WebhookOptions> webhooks = options.webhooks;
  options.webhooks.clear();
  reload();
  options.webhooks = webhooks;
  fresh = true;
  reload();
  EXPECT_EQ(count<SendDelivery>(), 1);
  EXPECT_EQ(queued("soc"), 1);
  deliver();
  EXPECT_EQ(queued("soc"), 0);
  EXPECT_EQ(count<SendDelivery>(), 0);
  pass(5s);
  list({open_action("a1").in(ActionStatus::Known::Succeeded).updated(server())});
  EXPECT_EQ(count<SendDelivery>(), 1);
}

TEST_F(EngineReloadTest, ALetterThatIsPurgedWhileItsWebhookIsAwayIsGoneWhenItReturns) {
  options.webhooks.front().max_in_flight = 1;
  snapshot.webhooks.emplace_back().row.webhook = "soc";
  snapshot.webhooks.back().dead = 2;
  begin({open_action("a1")});
  ASSERT_EQ(count<SendDelivery>(), 1);
  const std::vector<WebhookOptions> webhooks = options.webhooks;
  options.webhooks.clear();
  fresh = true;
  reload();
  step(PurgeDeadLetters{{{"soc", 7, {}}}, {}});
  options.webhooks = webhooks;
  reload();
  EXPECT_EQ(engine().status(now).webhooks.at(0).dead, 1);
  deliver();
}

TEST_F(EngineReloadTest, AnAddedWebhookGetsWhatComes) {
  begin({open_action("a1")});
  deliver();
  options.webhooks.emplace_back().name = "late";
  fresh = true;
  reload();
  pass(5s);
  list({open_action("a1").in(ActionStatus::Known::Succeeded).updated(server())});
  EXPECT_EQ(count<SendDelivery>(), 2);
}

TEST_F(EngineReloadTest, WebhooksInAnotherOrderGetTheirOwnEvents) {
  using Names = std::vector<std::string>;
  options.webhooks.emplace_back().name = "failures";
  options.webhooks.back().filter.to = {"Failed"};
  begin({open_action("a1")});
  EXPECT_EQ(receivers(), (Names{"soc"}));
  std::swap(options.webhooks[0], options.webhooks[1]);
  reload();
  pass(5s);
  list({open_action("a1").in(ActionStatus::Known::Failed).updated(server())});
  EXPECT_EQ(receivers(), (Names{"failures", "soc"}));
  EXPECT_EQ(queued("failures"), 1);
  EXPECT_EQ(queued("soc"), 2);
  step(PauseWebhook{"soc", true, {}});
  EXPECT_EQ(receivers(), (Names{"failures"})) << "none gets an event about itself";
  EXPECT_EQ(queued("failures"), 2);
}

TEST_F(EngineReloadTest, TheOthersKeepTheirEventsWhereAWebhookIsRemoved) {
  options.webhooks.emplace_back().name = "failures";
  options.webhooks.back().filter.to = {"Failed"};
  begin({open_action("a1")});
  options.webhooks.erase(options.webhooks.begin());
  reload();
  pass(5s);
  list({open_action("a1").in(ActionStatus::Known::Succeeded).updated(server())});
  EXPECT_TRUE(receivers().empty()) << "nothing goes by the filter of the removed one";
  EXPECT_EQ(queued("failures"), 0);
  EXPECT_EQ(queued("soc"), -1);
}

TEST_F(EngineReloadTest, AJumpOfTheWallClockBringsNoDeliveryForward) {
  begin({open_action("a1")});
  deliver(test::refusal(Verdict::Retry, Reason::ServerError, 500, Duration(1h)));
  now.wall += 2h;
  reload();
  EXPECT_EQ(last.shift_due, Duration(2h));
  EXPECT_EQ(count<SendDelivery>(), 0);
}

TEST_F(EngineReloadTest, ARemovedRegionsAnswersConcernNobody) {
  options.regions.emplace_back().name = "us";
  tick();
  pass(3s);
  ASSERT_EQ(count<FetchToken>(), 2);
  options.regions.pop_back();
  reload();
  give_token();
  give_token();
  EXPECT_EQ(count<ListActions>(), 1);
  EXPECT_EQ(engine().status(now).regions.size(), 1U);
}

TEST_F(EngineReloadTest, ARegionThatReturnsIsAnotherOne) {
  options.regions.emplace_back().name = "us";
  tick();
  pass(3s);
  const RegionOptions us = options.regions.back();
  options.regions.pop_back();
  reload();
  options.regions.push_back(us);
  fresh = true;
  reload();
  tick();
  EXPECT_EQ(count<FetchToken>(), 3);
  give_token();
  give_token();
  EXPECT_EQ(count<ListActions>(), 1);
  give_token();
  EXPECT_EQ(count<ListActions>(), 2);
}

TEST_F(EngineReloadTest, OtherPoliciesGovernAtOnce) {
  begin({open_action("a1")});
  EXPECT_TRUE(decisions.empty());
  PolicyOptions policy;
  policy.name = "scans";
  policy.action = PolicyAction::Notify;
  policy.stale_after = 1s;
  policy.match.type = {"RunAntiVirusScan"};
  options.policies = {policy};
  reload();
  pass(3s);
  EXPECT_EQ(recorded().back(), "action.stale");
  options.policies.clear();
  reload();
  pass(3s);
}

TEST_F(EngineReloadTest, AReloadDoesNotOpenTheQuota) {
  options.regions.front().quota.per_hour = 30;
  options.regions.front().quota.per_minute = 10;
  int calls = 0;
  const auto respond = [&] {
    while (count<FetchToken>() > 0) give_token("t", 24h);
    while (count<ListActions>() > 0) {
      list({open_action("a1")});
      ++calls;
    }
  };
  for (int i = 0; i < 60; ++i) {
    run(1min, respond);
    options.regions.front().quota.share = i % 2 == 0 ? 0.5 : 1.0;
    reload();
  }
  EXPECT_LE(calls, 30);
}

}  // namespace
}  // namespace mactiond::core

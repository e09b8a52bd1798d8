#include "runtime/deliveries.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "io/runtime/runner.hpp"

namespace mactiond::runtime {
namespace {

using namespace std::chrono_literals;
using test::FakeClient;
using test::response;

struct DeliveriesTest : testing::Test, Runner {};

TEST_F(DeliveriesTest, ADeliveryReadsChangedSecretsFirst) {
  int refreshed = 0;
  webhook->refresh = [&](WebhookAccess& access) {
    ++refreshed;
    access.target.bearer = Secret("new");
  };
  receiver->script = {response(200), response(200)};
  start(delivery(1));
  start(delivery(2));
  finish();
  EXPECT_EQ(refreshed, 2);
  ASSERT_EQ(receiver->sent.size(), 2U);
  EXPECT_EQ(receiver->sent.back().request.authorization.reveal(), "Bearer new");
}

TEST_F(DeliveriesTest, AFailureAtASecretUrlNamesNoHost) {
  webhook->secret_url = true;
  receiver->script = {Error(Errc::ResolveFailed, "hooks.example")};
  start(delivery());
  finish();
  EXPECT_EQ(outcome().reason, Reason::Network);
  EXPECT_EQ(outcome().detail.find("hooks.example"), std::string::npos) << outcome().detail;
}

struct SplunkTest : DeliveriesTest {
  SplunkTest() { webhook->target.rendering.splunk_channel = "0e14d5d1-0000-5000-8000-0"; }
};

TEST_F(SplunkTest, AnEventIsDeliveredOnceItIsIndexed) {
  receiver->script = {response(200, R"({"ackId":3})"), response(200, R"({"acks":{"3":false}})"),
                      response(200, R"({"acks":{"3":true}})")};
  start(delivery());
  finish();
  EXPECT_TRUE(outcome().ok());
  EXPECT_EQ(receiver->sent.size(), 3U);
}

TEST_F(SplunkTest, AnEventThatIsNotIndexedByItsDeadlineIsNotDelivered) {
  receiver->script = {response(200, R"({"ackId":3})"), response(200, R"({"acks":{"3":false}})")};
  start(delivery());
  poll();
  clock.time.mono += 15s;
  finish();
  EXPECT_FALSE(outcome().ok());
  EXPECT_EQ(receiver->sent.size(), 2U);
}

TEST_F(SplunkTest, AStopEndsTheWaitForTheIndexer) {
  receiver->script = {response(200, R"({"ackId":3})"), response(200, R"({"acks":{"3":false}})")};
  start(delivery());
  poll();
  cancel();
  finish();
  EXPECT_EQ(outcome().reason, Reason::Stopped);
}

struct WebhookTestTest : DeliveriesTest {
  void begin() {
    reads.spawn(runner->deliveries.test("soc", "soc1", [this](core::WebhookTested result) {
      tested.push_back(std::move(result));
    }));
  }
  std::vector<core::WebhookTested> tested;
};

TEST_F(WebhookTestTest, ReportsTheAnswerOnceAndPostsNothing) {
  receiver->script = {response(204)};
  begin();
  finish();
  ASSERT_EQ(tested.size(), 1U);
  EXPECT_TRUE(tested.front().outcome.ok());
  EXPECT_TRUE(posted.empty());
  EXPECT_FALSE(runner->deliveries.refuse_test("soc")) << "it may be tested again";
}

TEST_F(WebhookTestTest, IsRefusedForAnUnknownWebhookAndDuringAnotherTest) {
  ASSERT_TRUE(runner->deliveries.refuse_test("sock"));
  EXPECT_TRUE(std::holds_alternative<core::NotFound>(*runner->deliveries.refuse_test("sock")));
  receiver->script = {FakeClient::Hang{}};
  begin();
  poll();
  ASSERT_TRUE(runner->deliveries.refuse_test("soc"));
  EXPECT_TRUE(std::holds_alternative<core::Refused>(*runner->deliveries.refuse_test("soc")));
  cancel();
  finish();
  ASSERT_EQ(tested.size(), 1U);
  EXPECT_EQ(tested.front().outcome.reason, Reason::Stopped);
  EXPECT_FALSE(runner->deliveries.refuse_test("soc"));
}

}  // namespace
}  // namespace mactiond::runtime

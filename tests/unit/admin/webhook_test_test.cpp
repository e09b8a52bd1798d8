#include <gmock/gmock.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "unit/admin/fake_backend.hpp"

namespace mactiond::admin {
namespace {

using testing::HasSubstr;

/// A receiver that answers when a test says so.
struct Tested {
  FakeBackend backend;
  std::optional<http::Response> response;

  void begin() {
    const auto later = std::get<http::Later>(backend.answer("/v1/webhooks/s%2Foc/test", "POST"));
    later.begin([this](http::Later::Made made) { response = std::get<http::Response>(made); });
  }
};

TEST(WebhookTestEndpoint, AnswersWhenTheReceiverDid) {
  Tested tested;
  tested.begin();
  EXPECT_EQ(tested.backend.tested, "s/oc");
  EXPECT_FALSE(tested.response);
  Outcome taken;
  taken.status = 204;
  tested.backend.end_test({taken, std::chrono::milliseconds(34)});
  ASSERT_TRUE(tested.response);
  EXPECT_EQ(tested.response->status, 200);
  EXPECT_EQ(tested.response->body,
            R"({"webhook":"s/oc","delivered":true,"status":204,"reason":null,"took_ms":34})"
            "\n");
}

TEST(WebhookTestEndpoint, ReportsWhatWentWrong) {
  Tested tested;
  tested.begin();
  tested.backend.end_test({{Verdict::Retry, Reason::Network, 0, std::nullopt, "it \"refused\""},
                           std::chrono::seconds(2)});
  ASSERT_TRUE(tested.response);
  EXPECT_EQ(tested.response->body, R"({"webhook":"s/oc","delivered":false,"status":null,)"
                                   R"("reason":"network: it \"refused\"","took_ms":2000})"
                                   "\n");
}

TEST(WebhookTestEndpoint, RefusesAtOnce) {
  Tested tested;
  tested.backend.reply = core::NotFound{};
  tested.begin();
  EXPECT_EQ(tested.response.value().status, 404);
  tested.backend.reply = core::Refused{core::TestInProgress{"s/oc"}};
  tested.begin();
  EXPECT_EQ(tested.response.value().status, 409);
  EXPECT_THAT(tested.response->body, HasSubstr("a test of s/oc is in progress"));
}

TEST(WebhookTestEndpoint, TakesNothingBesideThePath) {
  FakeBackend backend;
  EXPECT_EQ(backend.post("/v1/webhooks/soc/test", R"({"url":"x"})").status, 400);
  EXPECT_EQ(backend.tested, "");
}

}  // namespace
}  // namespace mactiond::admin

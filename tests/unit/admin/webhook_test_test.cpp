#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "unit/admin/views.hpp"

namespace mactiond::admin {
namespace {

using testing::HasSubstr;

/// A receiver that answers when it is told to.
struct Tested {
  FakeStore store;
  std::optional<core::Reply> refusal;
  std::string asked;
  std::function<void(WebhookTested)> end;
  std::optional<http::Response> response;

  http::Answer post(const std::string& body = "") {
    http::Request request;
    request.method = "POST";
    request.url.target = "/v1/webhooks/s%2Foc/test";
    if (!body.empty()) request.headers = {{"Content-Type", "application/json"}};
    request.body = body;
    Operations operations = store.operations();
    operations.test_webhook = [this](const std::string& webhook, auto done) {
      asked = webhook;
      if (!refusal) end = std::move(done);
      return refusal;
    };
    return answer_operator(request, store.views(), operations);
  }
  void begin() {
    const auto later = std::get<http::Later>(post());
    later.begin([this](http::Response made) { response = std::move(made); });
  }
};

TEST(WebhookTestEndpoint, AnswersWhenTheReceiverDid) {
  Tested tested;
  tested.begin();
  EXPECT_EQ(tested.asked, "s/oc");
  EXPECT_FALSE(tested.response);
  Disposition taken;
  taken.status = 204;
  tested.end({taken, std::chrono::milliseconds(34)});
  ASSERT_TRUE(tested.response);
  EXPECT_EQ(tested.response->status, 200);
  EXPECT_EQ(tested.response->body,
            R"({"webhook":"s/oc","delivered":true,"status":204,"reason":null,"took_ms":34})"
            "\n");
}

TEST(WebhookTestEndpoint, TellsWhatWentWrong) {
  Tested tested;
  tested.begin();
  tested.end({{Verdict::Retry, Reason::Network, 0, std::nullopt, "it \"refused\""},
              std::chrono::seconds(2)});
  ASSERT_TRUE(tested.response);
  EXPECT_EQ(tested.response->body, R"({"webhook":"s/oc","delivered":false,"status":null,)"
                                   R"("reason":"network: it \"refused\"","took_ms":2000})"
                                   "\n");
}

TEST(WebhookTestEndpoint, RefusesAtOnce) {
  Tested tested;
  tested.refusal = {core::Reply::Outcome::NotFound, "no webhook"};
  tested.begin();
  EXPECT_EQ(tested.response.value().status, 404);
  tested.refusal->outcome = core::Reply::Outcome::Refused;
  tested.begin();
  EXPECT_EQ(tested.response.value().status, 409);
  EXPECT_THAT(tested.response->body, HasSubstr("no webhook"));
}

TEST(WebhookTestEndpoint, TakesNothingBesideThePath) {
  Tested tested;
  EXPECT_EQ(std::get<http::Response>(tested.post(R"({"url":"x"})")).status, 400);
  EXPECT_EQ(tested.asked, "");
}

}  // namespace
}  // namespace mactiond::admin

#include "webhook/request.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace mactiond::webhook {
namespace {

constexpr WallTime kNow = WallTime(std::chrono::seconds(1'795'168'800)) + Duration(9'999'999);

core::EventRecord event() {
  core::EventRecord record;
  record.seq = 1;
  record.id = "ma_x";
  record.instance = "soc1";
  record.region = "eu";
  record.action = ActionId{"a-1"};
  return record;
}

Target target() {
  Target result;
  result.url = *http::parse_url("https://hooks.example/in?token=s");
  result.rendering.format = Format::Standard;
  result.keys = {*parse_signing_key(Secret("whsec_bWFjdGlvbmQta25vd24tYW5zd2VyLWtleS0wMDAxISE="))};
  return result;
}

http::Request requested(const Target& target, WallTime now) {
  const core::EventRecord one = event();
  return make_request(target, {&one, 1}, now);
}

TEST(WebhookRequest, PostsTheRenderedEvent) {
  const http::Request request = requested(target(), kNow);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, target().url);
  EXPECT_EQ(request.body, render(Rendering{Format::Standard}, event()).body);
  EXPECT_EQ(http::find_header(request.headers, "Content-Type"), "application/json");
  EXPECT_EQ(http::find_header(request.headers, "User-Agent"), "mactiond/" MACTIOND_VERSION);
  EXPECT_EQ(http::find_header(request.headers, "webhook-id"), "ma_x");
}

TEST(WebhookRequest, SignsTheBytesItSendsForTheTimeOfTheAttempt) {
  const http::Request request = requested(target(), kNow);
  EXPECT_EQ(http::find_header(request.headers, "webhook-timestamp"), "1795168800");
  EXPECT_EQ(http::find_header(request.headers, "webhook-signature"),
            sign(target().keys, "ma_x", 1'795'168'800, request.body));
}

TEST(WebhookRequest, SendsTheSameIdAndBodyAtEveryAttempt) {
  const http::Request first = requested(target(), kNow);
  const http::Request second = requested(target(), kNow + std::chrono::hours(5));
  EXPECT_EQ(first.body, second.body);
  EXPECT_EQ(http::find_header(first.headers, "webhook-id"),
            http::find_header(second.headers, "webhook-id"));
  EXPECT_NE(http::find_header(first.headers, "webhook-signature"),
            http::find_header(second.headers, "webhook-signature"));
}

TEST(WebhookRequest, IsUnsignedWithoutKeys) {
  Target unsigned_target = target();
  unsigned_target.keys.clear();
  const http::Request request = requested(unsigned_target, kNow);
  EXPECT_EQ(http::find_header(request.headers, "webhook-signature"), std::nullopt);
  EXPECT_NE(http::find_header(request.headers, "webhook-timestamp"), std::nullopt);
}

TEST(WebhookRequest, CarriesABearerOnlyWhereOneIsConfigured) {
  EXPECT_TRUE(requested(target(), kNow).authorization.empty());
  Target with_bearer = target();
  with_bearer.bearer = Secret("b");
  EXPECT_EQ(requested(with_bearer, kNow).authorization.reveal(), "Bearer b");
}

TEST(WebhookRequest, CarriesBasicCredentialsAndConfiguredHeaders) {
  Target with = target();
  with.basic = Secret("soc:pa55");
  with.headers = {{"X-Api-Key", Secret("k3y")}, {"X-Team", Secret("soc")}};
  const http::Request request = requested(with, kNow);
  EXPECT_EQ(request.authorization.reveal(), "Basic c29jOnBhNTU=");
  EXPECT_EQ(http::find_header(request.headers, "X-Api-Key"), "k3y");
  EXPECT_EQ(http::find_header(request.headers, "X-Team"), "soc");
}

}  // namespace
}  // namespace mactiond::webhook

#include "webhook/splunk_ack.hpp"

#include <gtest/gtest.h>

#include <string>

namespace mactiond::webhook {
namespace {

Target target(const std::string& url) {
  Target result;
  result.url = *http::parse_url(url);
  result.rendering.format = Format::SplunkHec;
  result.rendering.token = Secret("t0ken");
  result.rendering.splunk_channel = splunk_channel("soc1", "splunk");
  return result;
}

http::Response answer(int status, std::string body) { return {status, {}, std::move(body)}; }

TEST(SplunkAck, HasOneChannelForOneWebhook) {
  const std::string channel = splunk_channel("soc1", "splunk");
  EXPECT_EQ(channel.size(), 36U);
  EXPECT_EQ(channel.find('_'), std::string::npos);
  EXPECT_EQ(splunk_channel("soc1", "splunk"), channel);
  EXPECT_NE(splunk_channel("soc1", "other"), channel);
  EXPECT_NE(splunk_channel("soc2", "splunk"), channel);
}

TEST(SplunkAck, ReadsTheNumberOfAnEvent) {
  EXPECT_EQ(*parse_ack_id(answer(200, R"({"text":"Success","code":0,"ackId":7})")), 7);
  for (const char* body : {"", "[]", R"({"code":0})", R"({"ackId":"7"})"}) {
    EXPECT_FALSE(parse_ack_id(answer(200, body))) << body;
  }
}

TEST(SplunkAck, AsksOnTheSameChannelWithTheSameToken) {
  const Target splunk = target("https://splunk.example:8088/services/collector/event");
  const http::Request request = make_ack_request(splunk, 7);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url.target,
            "/services/collector/ack?channel=" + splunk.rendering.splunk_channel);
  EXPECT_EQ(http::find_header(request.headers, "X-Splunk-Request-Channel"),
            splunk.rendering.splunk_channel);
  EXPECT_EQ(request.authorization.reveal(), "Splunk t0ken");
  EXPECT_EQ(request.body, R"({"acks":[7]})");
  EXPECT_EQ(make_ack_request(target("https://p.example/splunk/services/collector"), 7).url.target,
            "/splunk/services/collector/ack?channel=" + splunk.rendering.splunk_channel);
  EXPECT_EQ(make_ack_request(target("https://p.example/x?y"), 7).url.target,
            "/services/collector/ack?channel=" + splunk.rendering.splunk_channel);
}

TEST(SplunkAck, TakesOnlyAClearYes) {
  EXPECT_TRUE(is_acknowledged(answer(200, R"({"acks":{"7":true}})"), 7));
  for (const char* body : {"", "[]", R"({"acks":{"7":false}})", R"({"acks":{"8":true}})",
                           R"({"acks":[true]})", R"({"acks":{"7":1}})"}) {
    EXPECT_FALSE(is_acknowledged(answer(200, body), 7)) << body;
  }
  EXPECT_FALSE(is_acknowledged(answer(400, R"({"acks":{"7":true}})"), 7));
}

}  // namespace
}  // namespace mactiond::webhook

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>
#include <string>
#include <vector>

#include "support/event_samples.hpp"
#include "webhook/payload.hpp"
#include "webhook/teams.hpp"

namespace mactiond::webhook {
namespace {

namespace json = boost::json;
using core::EventType;
using ::testing::HasSubstr;
using ::testing::Not;

json::value rendered(Format format, const core::EventRecord& event) {
  Rendering rendering{format};
  rendering.token = Secret("R0123456789012345678901234567890");
  rendering.splunk_sourcetype = "mactiond:transition";
  const Payload payload = render(rendering, event);
  EXPECT_EQ(payload.content_type, "application/json");
  return json::parse(payload.body);
}

std::string text_at(const json::value& value, std::string_view pointer) {
  return json::value_to<std::string>(value.at_pointer(pointer));
}

TEST(Slack, HasAHeadlineFieldsAndContext) {
  const json::value body = rendered(Format::Slack, test::failed_isolation());
  EXPECT_EQ(text_at(body, "/text"), ":rotating_light: Isolate on srv-db-01.contoso.com failed");
  EXPECT_EQ(text_at(body, "/blocks/0/text/text"), "Isolate on srv-db-01.contoso.com failed");
  EXPECT_EQ(text_at(body, "/blocks/1/fields/0/text"), "*Change*\nInProgress \u2192 Failed");
  EXPECT_LE(body.at_pointer("/blocks/1/fields").as_array().size(), 10U);
  EXPECT_THAT(text_at(body, "/blocks/2/elements/0/text"), HasSubstr("Action id: a-1"));
}

TEST(Slack, EscapesWhatWouldBeMarkup) {
  const json::value body = rendered(Format::Slack, test::failed_isolation());
  EXPECT_EQ(text_at(body, "/blocks/1/fields/3/text"),
            "*Comment*\n&lt;beacon&gt; &amp; [c2](http://evil.example)");
  EXPECT_EQ(body.at_pointer("/blocks/1/fields/3/verbatim"), json::value(true));
}

TEST(Slack, KeepsAFieldInItsLimitHoweverMuchMustBeEscaped) {
  core::EventRecord event = test::failed_isolation();
  for (const std::string& comment : {std::string(2000, '<'), std::string(900, 'x') + "&&&"}) {
    event.document = R"({"type":"Isolate","requestorComment":")" + comment + R"("})";
    const json::value body = rendered(Format::Slack, event);
    std::string found;
    for (const json::value& field : body.at_pointer("/blocks/1/fields").as_array()) {
      const std::string text = text_at(field, "/text");
      EXPECT_LE(text.size(), 2000U);
      if (text.starts_with("*Comment*")) found = text;
    }
    EXPECT_THAT(found, testing::AnyOf(testing::EndsWith("&lt;\xE2\x80\xA6"),
                                      testing::EndsWith("x&amp;&amp;&amp;")));
  }
}

TEST(Teams, IsAnAdaptiveCardInAMessage) {
  const json::value body = rendered(Format::Teams, test::failed_isolation());
  EXPECT_EQ(text_at(body, "/type"), "message");
  EXPECT_EQ(text_at(body, "/attachments/0/contentType"), "application/vnd.microsoft.card.adaptive");
  EXPECT_TRUE(body.at_pointer("/attachments/0/contentUrl").is_null());
  const json::value& card = body.at_pointer("/attachments/0/content");
  EXPECT_EQ(text_at(card, "/version"), "1.4");
  EXPECT_EQ(text_at(card, "/body/0/inlines/0/text"), "Isolate on srv-db-01.contoso.com failed");
  EXPECT_EQ(text_at(card, "/body/0/inlines/0/color"), "Attention");
  for (const json::value& element : card.at_pointer("/body").as_array()) {
    EXPECT_EQ(text_at(element, "/type"), "RichTextBlock");
  }
}

TEST(Teams, IsCutUnderItsLimitAndSaysSo) {
  core::EventRecord event = test::failed_isolation();
  EXPECT_THAT(json::serialize(rendered(Format::Teams, event)), Not(HasSubstr("Cut:")));
  // Characters that JSON writes as six bytes each.
  std::string huge;
  for (int i = 0; i < 5000; ++i) huge += "\\u0001";
  event.document = R"({"type":"Isolate","computerDnsName":")" + huge + R"(","machineId":")" + huge +
                   R"(","requestor":")" + huge + R"(","requestorComment":")" + huge +
                   R"(","cancellationRequestor":")" + huge + R"("})";
  const std::string body = render(Rendering{Format::Teams}, event).body;
  EXPECT_LE(body.size(), kTeamsBytes);
  EXPECT_GT(body.size(), kTeamsBytes / 2);
  EXPECT_THAT(body, HasSubstr("Cut: this event is larger than Teams takes. The whole is event 17"));
}

TEST(PagerDuty, TriggersOnFailureWithOneKeyAnAction) {
  const json::value body = rendered(Format::PagerDuty, test::failed_isolation());
  EXPECT_EQ(text_at(body, "/routing_key"), "R0123456789012345678901234567890");
  EXPECT_EQ(text_at(body, "/event_action"), "trigger");
  EXPECT_EQ(text_at(body, "/dedup_key"), "mactiond:eu:a-1");
  EXPECT_EQ(text_at(body, "/payload/summary"), "Isolate on srv-db-01.contoso.com failed");
  EXPECT_EQ(text_at(body, "/payload/source"), "srv-db-01.contoso.com");
  EXPECT_EQ(text_at(body, "/payload/severity"), "error");
  EXPECT_EQ(text_at(body, "/payload/timestamp"), "2026-11-20T10:14:00.123Z");
  EXPECT_EQ(text_at(body, "/payload/custom_details/Requested by"), "analyst@contoso.com (Portal)");
}

TEST(PagerDuty, ResolvesWithTheKeyOfTheTrigger) {
  const json::value body = rendered(Format::PagerDuty, test::transition("TimeOut", "Succeeded"));
  EXPECT_EQ(text_at(body, "/event_action"), "resolve");
  EXPECT_EQ(text_at(body, "/dedup_key"), "mactiond:eu:a-1");
}

TEST(PagerDuty, KeepsProblemsOfDifferentThingsApart) {
  const auto key = [](const core::EventRecord& event) {
    return text_at(rendered(Format::PagerDuty, event), "/dedup_key");
  };
  const std::string webhook = R"("webhook":"soc")";
  EXPECT_EQ(key(test::event_of(EventType::CancelFailed, "")), "mactiond:eu:a-1:cancel");
  core::EventRecord lost = test::event_of(EventType::SubmissionLost, "");
  lost.id = "ma_1";
  lost.action = {};
  EXPECT_EQ(key(lost), "mactiond:eu:lost:ma_1");
  EXPECT_EQ(key(test::event_of(EventType::RegionDegraded, "")), "mactiond:eu");
  EXPECT_EQ(key(test::event_of(EventType::RegionRecovered, "")), "mactiond:eu");
  EXPECT_EQ(key(test::event_of(EventType::WebhookPaused, webhook)), "mactiond:soc1:webhook:soc");
  EXPECT_EQ(key(test::event_of(EventType::WebhookResumed, webhook)), "mactiond:soc1:webhook:soc");
  for (const EventType type : {EventType::WebhookFailing, EventType::WebhookRecovered}) {
    EXPECT_EQ(key(test::event_of(type, webhook)), "mactiond:soc1:webhook:soc:failing");
  }
  EXPECT_EQ(key(test::event_of(EventType::WebhookDeadLettered, webhook)),
            "mactiond:soc1:webhook:soc:dead_letter");
}

TEST(PagerDuty, KeepsALongKeyInItsLimit) {
  core::EventRecord event = test::failed_isolation();
  event.action.value = std::string(400, 'a');
  const std::string key = text_at(rendered(Format::PagerDuty, event), "/dedup_key");
  EXPECT_LE(key.size(), 255U);
  event.action.value += 'b';
  EXPECT_NE(text_at(rendered(Format::PagerDuty, event), "/dedup_key"), key);
}

TEST(Splunk, WrapsTheTransitionLogsObject) {
  const core::EventRecord event = test::failed_isolation();
  const json::value body = rendered(Format::SplunkHec, event);
  EXPECT_THAT(render(Rendering{Format::SplunkHec}, event).body,
              HasSubstr(R"("time":1795169640.123456,)"));
  EXPECT_EQ(text_at(body, "/host"), "soc1");
  EXPECT_EQ(text_at(body, "/source"), "mactiond:eu");
  EXPECT_EQ(text_at(body, "/sourcetype"), "mactiond:transition");
  EXPECT_FALSE(body.as_object().contains("index"));
  EXPECT_EQ(body.at("event"), json::parse(core::log_line(event)));
}

}  // namespace
}  // namespace mactiond::webhook

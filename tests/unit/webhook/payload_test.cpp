#include "webhook/payload.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "base/iso_time.hpp"

namespace mactiond::webhook {
namespace {

using core::EventRecord;
using core::EventType;
using ::testing::HasSubstr;

EventRecord transition() {
  EventRecord event;
  event.seq = 17;
  event.id = "ma_x";
  event.type = EventType::ActionTransition;
  event.time = *parse_iso_time("2026-11-20T10:00:00.1234567Z");
  event.instance = "soc1";
  event.region = "eu";
  event.action = ActionId{"a-1"};
  event.document = R"({"id":"a-1","status":"InProgress"})";
  event.fields = R"("from":"Pending","to":"InProgress","lag_ms":1240)";
  event.subject = {{}, {}, "Pending", "InProgress"};
  return event;
}

EventRecord paused() {
  EventRecord event = transition();
  event.type = EventType::WebhookPaused;
  event.region.clear();
  event.action = {};
  event.document.clear();
  event.fields = R"("webhook":"soc","reason":"rejected")";
  event.subject = {"soc"};
  return event;
}

boost::json::object cloud_event(const EventRecord& event) {
  return boost::json::parse(render(Rendering{Format::CloudEvents}, event).body).as_object();
}

constexpr const char* kData =
    R"({"instance":"soc1","region":"eu","action":{"id":"a-1","status":"InProgress"},)"
    R"("from":"Pending","to":"InProgress","lag_ms":1240})";

TEST(CloudEvents, HasTheContractsAttributes) {
  const Payload payload = render(Rendering{Format::CloudEvents}, transition());
  EXPECT_EQ(payload.content_type, "application/cloudevents+json; charset=utf-8");
  EXPECT_EQ(payload.body,
            R"({"specversion":"1.0","id":"ma_x","source":"urn:mactiond:soc1:eu",)"
            R"("type":"io.mactiond.action.transition.v1","subject":"a-1",)"
            R"("time":"2026-11-20T10:00:00.1234567Z","datacontenttype":"application/json",)"
            R"("sequence":"00000000000000000017","partitionkey":"a-1","data":)" +
                std::string(kData) + '}');
}

TEST(EveryFormat, ShowsATestWithoutASeq) {
  EventRecord event = paused();
  event.seq = 0;
  event.type = EventType::WebhookTest;
  const boost::json::object cloud = cloud_event(event);
  EXPECT_EQ(cloud.at("type"), "io.mactiond.webhook.test.v1");
  EXPECT_FALSE(cloud.contains("sequence"));
  for (const Format format : {Format::Slack, Format::Teams, Format::PagerDuty}) {
    const std::string body = render(Rendering{format}, event).body;
    EXPECT_THAT(body, HasSubstr("Webhook soc is tested: nothing has happened")) << body;
    EXPECT_THAT(body, HasSubstr("webhook.test from soc1")) << body;
  }
  const auto pager = boost::json::parse(render(Rendering{Format::PagerDuty}, event).body);
  EXPECT_EQ(pager.at_pointer("/payload/severity"), "info");
  EXPECT_EQ(pager.at("dedup_key"), "mactiond:soc1:webhook:soc:test");
  const auto splunk = boost::json::parse(render(Rendering{Format::SplunkHec}, event).body);
  EXPECT_EQ(splunk.at_pointer("/event/type"), "webhook.test");
  EXPECT_FALSE(splunk.at("event").as_object().contains("seq"));
}

TEST(CloudEvents, HasNoPartitionKeyWithoutAnAction) {
  const boost::json::object event = cloud_event(paused());
  EXPECT_FALSE(event.contains("partitionkey"));
  EXPECT_EQ(event.at("source"), "urn:mactiond:soc1");
  EXPECT_EQ(event.at("subject"), "soc");
}

TEST(CloudEvents, HasTheRegionAsSubjectWhereThatIsWhatItIsAbout) {
  EventRecord event = paused();
  event.type = EventType::RegionDegraded;
  event.region = "eu";
  event.fields = R"("reason":"auth")";
  event.subject = {};
  EXPECT_EQ(cloud_event(event).at("subject"), "eu");
}

TEST(CloudEvents, HasNoSubjectWhereThereIsNone) {
  EventRecord event = paused();
  event.subject = {};
  EXPECT_FALSE(cloud_event(event).contains("subject"));
}

TEST(CloudEvents, EncodesWhatDoesNotFitAUrn) {
  EventRecord event = transition();
  event.instance = "soc 1:a";
  event.region = "eü";
  EXPECT_EQ(cloud_event(event).at("source"), "urn:mactiond:soc%201%3Aa:e%C3%BC");
}

TEST(CloudEvents, HasASequenceThatSortsAsText) {
  EventRecord event = transition();
  event.seq = 18'446'744'073'709'551'615U;
  EXPECT_EQ(cloud_event(event).at("sequence"), "18446744073709551615");
}

TEST(StandardPayload, HasTypeTimestampAndData) {
  const Payload payload = render(Rendering{Format::Standard}, transition());
  EXPECT_EQ(payload.content_type, "application/json");
  EXPECT_EQ(payload.body,
            R"({"type":"action.transition","timestamp":"2026-11-20T10:00:00.1234567Z","data":)" +
                std::string(kData) + '}');
}

TEST(Payload, CarriesTheLogLinesObject) {
  const boost::json::value line = boost::json::parse(core::log_line(transition()));
  boost::json::object data = line.as_object();
  for (const char* key : {"seq", "id", "time", "type"}) data.erase(key);
  EXPECT_EQ(cloud_event(transition()).at("data"), data);
}

TEST(Format, HasItsNameInTheConfiguration) {
  EXPECT_EQ(to_string(Format::CloudEvents), "cloudevents");
  EXPECT_EQ(to_string(Format::SplunkHec), "splunk_hec");
}

}  // namespace
}  // namespace mactiond::webhook

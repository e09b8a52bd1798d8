#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
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
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<core::EventRecord> many(std::size_t count, core::EventRecord event) {
  std::vector<core::EventRecord> events(count, std::move(event));
  for (std::size_t i = 0; i < count; ++i) events[i].seq = 1001 + i;
  return events;
}

json::array elements(const std::string& body) {
  return json::parse(body).at_pointer("/attachments/0/content/body").as_array();
}

std::string text_of(const json::value& element) {
  return json::value_to<std::string>(element.at_pointer("/inlines/0/text"));
}

TEST(TeamsDigest, HasEveryEventWithItsTitleAndFacts) {
  std::vector<core::EventRecord> events = many(2, test::failed_isolation());
  events[1].fields = R"("from":"Pending","to":"Succeeded","lag_ms":1240)";
  const Payload payload = render(Rendering{Format::Teams}, events);
  EXPECT_EQ(payload.content_type, "application/json");
  const json::array card = elements(payload.body);
  ASSERT_EQ(card.size(), 5U);
  EXPECT_EQ(text_of(card[0]), "2 events from soc1");
  EXPECT_EQ(text_of(card[1]), "Isolate on srv-db-01.contoso.com failed");
  EXPECT_EQ(card[1].at_pointer("/inlines/0/color"), "Attention");
  EXPECT_THAT(text_of(card[2]), HasSubstr("Event 1001 \u00b7 Change: InProgress \u2192 Failed"));
  EXPECT_THAT(text_of(card[2]), HasSubstr("Requested by: analyst@contoso.com (Portal)"));
  EXPECT_EQ(text_of(card[3]), "Isolate on srv-db-01.contoso.com succeeded");
  EXPECT_THAT(text_of(card[4]), HasSubstr("Event 1002"));
}

TEST(TeamsDigest, OfOneEventIsItsCard) {
  const auto events = many(1, test::failed_isolation());
  const Rendering rendering{Format::Teams};
  EXPECT_EQ(render(rendering, events).body, render(rendering, events.front()).body);
}

TEST(TeamsDigest, LeavesNoEventOutHoweverLargeAllAre) {
  core::EventRecord event = test::failed_isolation();
  // Characters that JSON writes as two bytes, in every text the API may send.
  const std::string huge = [] {
    std::string text;
    for (int i = 0; i < 5000; ++i) text += R"(\"\\)";
    return text;
  }();
  event.document = R"({"type":")" + huge + R"(","computerDnsName":")" + huge +
                   R"(","machineId":")" + huge + R"(","requestor":")" + huge +
                   R"(","requestorComment":")" + huge + R"("})";
  const std::string two = render(Rendering{Format::Teams}, many(2, event)).body;
  EXPECT_LE(two.size(), kTeamsBytes);
  EXPECT_EQ(elements(two).size(), 1U + 2 * 2) << "these fit whole";
  for (const std::size_t count : {std::size_t{10}, kTeamsDigestMax}) {
    const std::string body = render(Rendering{Format::Teams}, many(count, event)).body;
    EXPECT_TRUE(body.size() <= kTeamsBytes) << count << ": " << body.size();
    EXPECT_EQ(elements(body).size(), 1 + 2 * count + 1) << count;
    EXPECT_NE(body.find("Shortened: the whole of each event is in the transition log."),
              std::string::npos);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_NE(body.find("Event " + std::to_string(1001 + i) + ' '), std::string::npos);
    }
  }
}

TEST(TeamsDigest, OfUsualEventsIsNotShortened) {
  const std::string body =
      render(Rendering{Format::Teams}, many(20, test::failed_isolation())).body;
  EXPECT_LE(body.size(), kTeamsBytes);
  EXPECT_THAT(body, Not(HasSubstr("Shortened:")));
}

TEST(Digest, IsForTeamsAlone) {
  for (const Format format : {Format::CloudEvents, Format::Standard, Format::Slack,
                              Format::PagerDuty, Format::SplunkHec, Format::Template}) {
    EXPECT_EQ(digest_max(format), 1U);
  }
  EXPECT_EQ(digest_max(Format::Teams), kTeamsDigestMax);
}

}  // namespace
}  // namespace mactiond::webhook

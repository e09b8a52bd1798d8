#include "format/ecs.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "support/event_samples.hpp"

namespace mactiond::format {
namespace {

using boost::json::parse;

/// What Elastic's integration makes of the same action, as far as it goes.
TEST(Ecs, FillsTheFieldsOfElasticsIntegration) {
  const auto line = parse(ecs_line(test::failed_isolation()));
  EXPECT_EQ(line.at("@timestamp"), "2026-11-20T10:14:00.1234567Z");
  EXPECT_EQ(line.at("ecs"), parse(R"({"version":"8.11.0"})"));
  EXPECT_EQ(line.at("host"), parse(R"({"id":"1e5bc9d7","name":"srv-db-01.contoso.com",)"
                                   R"("hostname":"srv-db-01.contoso.com"})"));
  EXPECT_EQ(line.at("observer"),
            parse(R"({"vendor":"Microsoft","product":"Defender for Endpoint"})"));
  EXPECT_EQ(line.at("user"), parse(R"({"email":"analyst@contoso.com","name":"analyst",)"
                                   R"("domain":"contoso.com"})"));
  EXPECT_EQ(line.at("related"), parse(R"({"hosts":["srv-db-01.contoso.com","1e5bc9d7"],)"
                                      R"("user":["analyst","analyst@contoso.com"],)"
                                      R"("hash":["87662bc3d60e4200ceaf7aae249d1c343f4b83c9"]})"));
  EXPECT_EQ(line.at("file"),
            parse(R"({"hash":{"sha1":"87662bc3d60e4200ceaf7aae249d1c343f4b83c9"}})"));
  EXPECT_EQ(line.at_pointer("/microsoft_defender_endpoint/machine_action"),
            parse(R"x({"id":"a-1","type":"Isolate","status":"Failed","scope":"Full",)x"
                  R"x("request_source":"Portal",)x"
                  R"x("requestor_comment":"<beacon> & [c2](http://evil.example)",)x"
                  R"x("error_h_result":-2145844840,"related_file_info":{)x"
                  R"x("file_identifier":"87662bc3d60e4200ceaf7aae249d1c343f4b83c9",)x"
                  R"x("file_identifier_type":"Sha1"}})x"));
}

TEST(Ecs, NamesTheEventNotTheAction) {
  const auto line = parse(ecs_line(test::failed_isolation()));
  EXPECT_EQ(line.at("event"),
            parse(R"({"sequence":17,"id":"ma_5f0c7a52-0000-5000-8000-000000000017",)"
                  R"("kind":"event","action":"Isolate","module":"microsoft_defender_endpoint",)"
                  R"("dataset":"microsoft_defender_endpoint.machine_action",)"
                  R"("category":["network"],"type":["end"],"outcome":"failure",)"
                  R"("created":"2026-11-20T08:00:00Z"})"));
  EXPECT_EQ(line.at("mactiond"),
            parse(R"({"type":"action.transition","instance":"soc1","region":"eu","lag_ms":1240,)"
                  R"("transition":{"from":"InProgress","to":"Failed","seq":17}})"));
}

TEST(Ecs, HasAnOutcomeForEveryEnd) {
  const auto outcome = [](const std::string& status) {
    core::EventRecord event = test::failed_isolation();
    event.document = R"({"status":")" + status + R"("})";
    const auto line = parse(ecs_line(event));
    const auto* found = line.at("event").as_object().if_contains("outcome");
    return found == nullptr ? std::string() : std::string(found->as_string());
  };
  EXPECT_EQ(outcome("Succeeded"), "success");
  EXPECT_EQ(outcome("TimeOut"), "failure");
  EXPECT_EQ(outcome("Cancelled"), "unknown");
  EXPECT_EQ(outcome("InProgress"), "");
}

TEST(Ecs, ShowsARegionToo) {
  const auto line =
      parse(ecs_line(test::event_of(core::EventType::RegionDegraded, R"("reason":"auth")")));
  EXPECT_EQ(line.at_pointer("/event/action"), "region.degraded");
  EXPECT_EQ(line.at_pointer("/event/reason"), "auth");
  EXPECT_FALSE(line.as_object().contains("host"));
  EXPECT_FALSE(line.as_object().contains("user"));
}

TEST(Ecs, ShowsWhatIsKnownOfTheMachine) {
  const auto line = parse(ecs_line(test::enriched_isolation()));
  EXPECT_EQ(line.at_pointer("/host/os"), parse(R"({"platform":"Windows11"})"));
  EXPECT_EQ(line.at_pointer("/mactiond/machine"),
            parse(R"({"rbacGroupName":"SOC Europe","machineTags":["prod","a=b"],)"
                  R"("osPlatform":"Windows11","healthStatus":null})"));
}

}  // namespace
}  // namespace mactiond::format

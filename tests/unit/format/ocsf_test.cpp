#include "format/ocsf.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "support/event_samples.hpp"

namespace mactiond::format {
namespace {

using boost::json::parse;

boost::json::value of_action(const std::string& type, const std::string& status) {
  core::EventRecord event = test::failed_isolation();
  event.document = R"({"type":")" + type + R"(","status":")" + status + R"("})";
  return parse(ocsf_line(event));
}

TEST(Ocsf, IsARemediationActivity) {
  const auto line = parse(ocsf_line(test::failed_isolation()));
  EXPECT_EQ(line.at("class_uid"), 7001);
  EXPECT_EQ(line.at("category_uid"), 7);
  EXPECT_EQ(line.at("activity_id"), 1);
  EXPECT_EQ(line.at("type_uid"), 700101);
  EXPECT_EQ(line.at("time"), 1'795'169'640'123);
  EXPECT_EQ(line.at("severity_id"), 4);
  EXPECT_EQ(line.at("command_uid"), "a-1");
  EXPECT_EQ(line.at("status_id"), 2);
  EXPECT_EQ(line.at("status_code"), "0x80190198");
  EXPECT_EQ(line.at("message"), "Isolate on srv-db-01.contoso.com failed");
  EXPECT_EQ(line.at("device"), parse(R"({"type_id":0,"type":"Unknown","uid":"1e5bc9d7",)"
                                     R"("hostname":"srv-db-01.contoso.com"})"));
  EXPECT_EQ(line.at_pointer("/metadata/uid"), "ma_5f0c7a52-0000-5000-8000-000000000017");
  EXPECT_EQ(line.at_pointer("/metadata/correlation_uid"), "a-1");
  EXPECT_EQ(line.at_pointer("/metadata/version"), "1.8.0");
  EXPECT_EQ(line.at_pointer("/metadata/profiles"), parse(R"(["host"])"));
  EXPECT_EQ(line.at_pointer("/actor/user/name"), "analyst@contoso.com");
  EXPECT_EQ(line.at_pointer("/unmapped/from"), "InProgress");
}

TEST(Ocsf, HasAnActivityForEveryKnownType) {
  struct Row {
    const char* type;
    int activity;
  };
  const std::vector<Row> rows{{"RestrictCodeExecution", 1},
                              {"Offboard", 2},
                              {"Unisolate", 3},
                              {"UnrestrictCodeExecution", 3},
                              {"RunAntiVirusScan", 5},
                              {"CollectInvestigationPackage", 5},
                              {"LiveResponse", 5},
                              {"SomethingNew", 99}};
  for (const Row& row : rows) {
    const auto line = of_action(row.type, "Pending");
    EXPECT_EQ(line.at("activity_id"), row.activity) << row.type;
    EXPECT_EQ(line.at("type_uid"), 700100 + row.activity);
  }
  EXPECT_EQ(of_action("SomethingNew", "Pending").at("activity_name"), "SomethingNew");
}

TEST(Ocsf, HasAFileWhereOneWasQuarantined) {
  core::EventRecord event = test::failed_isolation();
  event.document.replace(event.document.find("Isolate"), 7, "StopAndQuarantineFile");
  const auto line = parse(ocsf_line(event));
  EXPECT_EQ(line.at("class_uid"), 7002);
  EXPECT_EQ(line.at("type_uid"), 700202);
  EXPECT_EQ(line.at("file"),
            parse(R"({"name":"87662bc3d60e4200ceaf7aae249d1c343f4b83c9","type_id":1,"hashes":[)"
                  R"({"value":"87662bc3d60e4200ceaf7aae249d1c343f4b83c9","algorithm_id":2,)"
                  R"("algorithm":"SHA-1"}]})"));
  EXPECT_EQ(of_action("StopAndQuarantineFile", "Failed").at_pointer("/file/name"), "unknown");
}

TEST(Ocsf, HasTheStatusOfEveryEnd) {
  EXPECT_EQ(of_action("Isolate", "Succeeded").at("status_id"), 1);
  EXPECT_EQ(of_action("Isolate", "TimeOut").at("status_id"), 2);
  EXPECT_EQ(of_action("Isolate", "TimeOut").at("status_detail"), "TimeOut");
  EXPECT_EQ(of_action("Isolate", "Cancelled").at("status_id"), 99);
  EXPECT_EQ(of_action("Isolate", "Cancelled").at("status"), "Cancelled");
  EXPECT_EQ(of_action("Isolate", "Pending").at("status"), "Pending");
}

TEST(Ocsf, IsABaseEventWhereThereIsNoAction) {
  const auto line =
      parse(ocsf_line(test::event_of(core::EventType::RegionDegraded, R"("reason":"auth")")));
  EXPECT_EQ(line.at("class_uid"), 0);
  EXPECT_EQ(line.at("type_uid"), 99);
  EXPECT_EQ(line.at("activity_name"), "region.degraded");
  EXPECT_EQ(line.at_pointer("/unmapped/reason"), "auth");
  EXPECT_FALSE(line.as_object().contains("device"));
  EXPECT_FALSE(line.at("metadata").as_object().contains("profiles"));
}

}  // namespace
}  // namespace mactiond::format

#include "defender/codec.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "base/iso_time.hpp"
#include "base/json_text.hpp"
#include "support/fixture.hpp"

namespace mactiond::defender {
namespace {

using test::read_fixture;

constexpr const char* kEntities[] = {"action_timed_out.json", "action_cancelled.json",
                                     "action_quarantine.json", "action_live_response.json"};

MachineAction parsed(std::string_view body) {
  auto action = parse_action(body);
  EXPECT_TRUE(action) << action.error().message();
  return action ? *std::move(action) : MachineAction{};
}

TEST(ParseAction, ReadsEveryFieldDecisionsAreMadeOn) {
  const MachineAction action = parsed(read_fixture("action_fresh_isolate.json"));
  EXPECT_EQ(action.id.value, "5382f7ea-7557-4ab7-9782-d50480024a4e");
  EXPECT_EQ(action.type, ActionType(ActionType::Known::Isolate));
  EXPECT_EQ(action.status, ActionStatus(ActionStatus::Known::Pending));
  EXPECT_EQ(action.machine_id, "1e5bc9d7e413ddd7902c2932e418702b84d0cc07");
  EXPECT_EQ(action.computer_dns_name, "windows11");
  EXPECT_EQ(action.requestor, "Ticket Integration");
  EXPECT_EQ(action.requestor_comment, "c");
  EXPECT_EQ(action.request_source, "PublicApi");
  EXPECT_EQ(action.created, parse_iso_time("2024-10-21T11:25:48.3308187Z"));
  EXPECT_EQ(action.last_update, parse_iso_time("2024-10-21T11:25:48.3308190Z"));
}

TEST(ParseAction, KeepsTheWholeEntityByteForByte) {
  for (const char* name : kEntities) {
    const std::string body = read_fixture(name);
    EXPECT_EQ(parsed(body).document, body) << name;
  }
}

TEST(ParseAction, LeavesAnnotationsOutOfTheDocument) {
  EXPECT_EQ(parsed(R"({"@odata.context":{"a":[{}]},"id":"x","commands@odata.count":2,"c":[1,2]})")
                .document,
            R"({"id":"x","c":[1,2]})");
  EXPECT_EQ(parsed(R"({"id":"x","o":{"@odata.type":"t","k":1}})").document,
            R"({"id":"x","o":{"k":1}})");
}

TEST(ParseAction, ReadsTheOldShapeWithItsOtherSpellingOfLastUpdate) {
  const MachineAction action = parsed(read_fixture("action_old_shape.json"));
  EXPECT_EQ(action.last_update, parse_iso_time("2018-12-04T12:45:25.4049122Z"));
  EXPECT_TRUE(action.document.ends_with(
      R"("lastUpdateDateTimeUtc":"2018-12-04T12:45:25.4049122Z","relatedFileInfo":null})"));
  EXPECT_EQ(action.request_source, "");
}

TEST(ParseAction, PrefersTheLongSpellingWhereBothExist) {
  const std::string body = R"({"id":"x","lastUpdateTimeUtc":"2020-01-01T00:00:00Z",)"
                           R"("lastUpdateDateTimeUtc":"2021-01-01T00:00:00Z"})";
  const MachineAction action = parsed(body);
  EXPECT_EQ(action.last_update, parse_iso_time("2021-01-01T00:00:00Z"));
  EXPECT_EQ(action.document, body);
}

TEST(ParseAction, TakesNullAndAbsentAlike) {
  const MachineAction absent = parsed(R"({"id":"x"})");
  const MachineAction null =
      parsed(R"({"id":"x","type":null,"status":null,"requestor":null,"creationDateTimeUtc":null,)"
             R"("lastUpdateDateTimeUtc":null,"computerDnsName":null})");
  EXPECT_EQ(absent.status, null.status);
  EXPECT_EQ(absent.type, null.type);
  EXPECT_EQ(absent.requestor, null.requestor);
  EXPECT_EQ(null.created, std::nullopt);
  EXPECT_EQ(null.last_update, std::nullopt);
  EXPECT_FALSE(null.status.is_final());
}

TEST(ParseAction, SpellsStatusAndTypeAsTheWireOfTodayDoes) {
  const MachineAction action = parsed(R"({"id":"x","type":"Live Response","status":"canceled"})");
  EXPECT_EQ(action.status, ActionStatus(ActionStatus::Known::Cancelled));
  EXPECT_EQ(action.type, ActionType(ActionType::Known::LiveResponse));
  EXPECT_EQ(action.document, R"({"id":"x","type":"LiveResponse","status":"Cancelled"})");
}

TEST(ParseAction, KeepsUnknownValuesAsText) {
  const std::string body = R"({"id":"x","type":"ContainDevice","status":"Paused"})";
  const MachineAction action = parsed(body);
  EXPECT_EQ(action.type.text(), "ContainDevice");
  EXPECT_EQ(action.status.text(), "Paused");
  EXPECT_FALSE(action.status.is_final());
  EXPECT_EQ(action.document, body);
}

TEST(ParseAction, KeepsUnknownKeysAndNumbersAsSent) {
  const std::string body =
      R"({"id":"x","new":{"a":[1,-2.50,1e3,18446744073709551615,123456789012345678901234567890],)"
      R"("b":[[],{},[{}]],"c":true,"d":false,"e":null},"after":-0})";
  EXPECT_EQ(parsed(body).document, body);
}

TEST(ParseAction, IgnoresNestedKeysThatLookLikeItsOwn) {
  const MachineAction action =
      parsed(R"({"id":"x","o":{"id":"y","status":"Failed"},"l":[{"id":"z","type":"Isolate"}]})");
  EXPECT_EQ(action.id.value, "x");
  EXPECT_EQ(action.status, ActionStatus());
  EXPECT_EQ(action.type, ActionType());
}

TEST(ParseAction, DropsWhitespaceAndKeepsTheOrder) {
  EXPECT_EQ(parsed(" \n{ \"z\" : 1 ,\t\"id\" : \"x\", \"a\" : [ 1 , { } ] }\r\n").document,
            R"({"z":1,"id":"x","a":[1,{}]})");
}

TEST(ParseAction, ReadsEscapesInKeysAndValues) {
  const MachineAction action =
      parsed(R"({"\u0069d":"x","requestorComment":"a\u00e4\ud83e\udda0\/\"\n\u0001"})");
  EXPECT_EQ(action.id.value, "x");
  EXPECT_EQ(action.requestor_comment, "aä🦠/\"\n\x01");
  EXPECT_EQ(action.document, R"({"id":"x","requestorComment":"aä🦠/\"\n\u0001"})");
}

TEST(ParseAction, TakesAnUnreadableStampAsNone) {
  const std::string body = R"({"id":"x","creationDateTimeUtc":"yesterday"})";
  EXPECT_EQ(parsed(body).created, std::nullopt);
  EXPECT_EQ(parsed(body).document, body);
}

TEST(ParsePage, ReadsRowsInTheirOrder) {
  const auto page = parse_page(read_fixture("page_mixed.json"));
  ASSERT_TRUE(page) << page.error().message();
  ASSERT_EQ(page->actions.size(), 5U);
  EXPECT_FALSE(page->has_next_link);
  EXPECT_EQ(page->actions[0].document, read_fixture("action_quarantine.json"));
  EXPECT_EQ(page->actions[1].document, read_fixture("action_cancelled.json"));
  EXPECT_EQ(page->actions[2].document, read_fixture("action_live_response.json"));
  EXPECT_EQ(page->actions[3].status, ActionStatus(ActionStatus::Known::TimeOut));
  EXPECT_EQ(page->actions[4].requestor, "analyst@contoso.com");
}

TEST(ParsePage, SaysWhetherThereIsMore) {
  EXPECT_TRUE(parse_page(read_fixture("page_next_link.json"))->has_next_link);
  EXPECT_TRUE(parse_page(R"({"@odata.nextLink":"/x","value":[]})")->has_next_link);
  EXPECT_FALSE(parse_page(R"({"value":[],"@odata.nextLink":null})")->has_next_link);
  EXPECT_FALSE(parse_page(R"({"value":[{"id":"x","@odata.nextLink":"/x"}]})")->has_next_link);
}

TEST(ParsePage, ReadsAnEmptyPage) {
  const auto page = parse_page(read_fixture("page_empty.json"));
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->actions.empty());
}

TEST(ParsePage, SkipsWhatElseThePageHolds) {
  const auto page =
      parse_page(R"({"a":{"value":[{}]},"b":[[1],{"value":2}],"value":[{"id":"x"}],"c":1.5})");
  ASSERT_TRUE(page) << page.error().message();
  EXPECT_EQ(page->actions.size(), 1U);
}

TEST(ParsePage, ReadsPastAByteOrderMark) {
  EXPECT_TRUE(parse_page("\xEF\xBB\xBF" + read_fixture("page_empty.json")));
}

RC_GTEST_PROP(ParseAction, ReadsBackAnyTextAndItsOwnDocument, (const std::string& raw)) {
  std::string body = R"({"id":"x","requestorComment":)";
  append_json_string(body, raw);
  body += '}';
  const auto first = parse_action(body);
  RC_ASSERT(first.has_value());
  RC_ASSERT(first->document == body);
  const auto second = parse_action(first->document);
  RC_ASSERT(second.has_value());
  RC_ASSERT(second->requestor_comment == first->requestor_comment);
}

TEST(Codec, ABrokenByteInACommentDoesNotHideThePage) {
  const auto page = parse_page("{\"value\":[{\"id\":\"a\",\"requestorComment\":\"x\xff\"}]}");
  ASSERT_TRUE(page) << page.error().message();
  ASSERT_EQ(page->actions.size(), 1U);
  EXPECT_NE(page->actions[0].document.find("x\xef\xbf\xbd"), std::string::npos);
}

}  // namespace
}  // namespace mactiond::defender

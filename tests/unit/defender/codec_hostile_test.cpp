#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "defender/codec.hpp"
#include "support/fixture.hpp"

namespace mactiond::defender {
namespace {

using test::read_fixture;

void expect_page_error(std::string_view body, Errc code) {
  const auto page = parse_page(body);
  ASSERT_TRUE(page.has_error()) << body.substr(0, 200);
  EXPECT_EQ(page.error().code, code) << body.substr(0, 200);
}

std::string repeat(std::string_view text, std::size_t count) {
  std::string out;
  out.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

// A page whose one row has the given members.
std::string row(std::string_view members) {
  return R"({"value":[{"id":"x",)" + std::string(members) + "}]}";
}

TEST(HostilePage, IsRefusedAtEveryTruncation) {
  for (const char* name : {"page_mixed.json", "page_next_link.json", "page_empty.json"}) {
    const std::string body = read_fixture(name);
    for (std::size_t size = 0; size < body.size(); ++size) {
      const auto page = parse_page(std::string_view(body).substr(0, size));
      ASSERT_TRUE(page.has_error()) << name << " cut to " << size;
      ASSERT_EQ(page.error().code, Errc::MalformedJson) << name << " cut to " << size;
    }
  }
}

TEST(HostileAction, IsRefusedAtEveryTruncation) {
  for (const char* name :
       {"action_fresh_isolate.json", "action_timed_out.json", "action_cancelled.json",
        "action_quarantine.json", "action_live_response.json", "action_old_shape.json"}) {
    const std::string body = read_fixture(name);
    for (std::size_t size = 0; size < body.size(); ++size) {
      const auto action = parse_action(std::string_view(body).substr(0, size));
      ASSERT_TRUE(action.has_error()) << name << " cut to " << size;
      ASSERT_EQ(action.error().code, Errc::MalformedJson) << name << " cut to " << size;
    }
  }
}

TEST(HostilePage, IsRefusedWhereItIsNoJson) {
  for (const char* body :
       {"", " ", "<!DOCTYPE html><html><body>Sign in</body></html>", "{]", "nul",
        R"({"value":[NaN]})", R"({"value":[],"a":Infinity})", R"({"value":[],"a":-Infinity})",
        R"({"value":[],})", R"({"value":[{"id":"x"},]})", R"({"value":[]}x)", R"({"value":[]}{})",
        R"({"value":[],"a":01})", R"({"value":[],"a":+1})", R"({"value":[],"a":1.})",
        R"({'value':[]})", R"({"value":[]/*c*/})", R"({"value":[],"a":"\x"})",
        "{\"value\":[],\"a\":\"\n\"}"}) {
    expect_page_error(body, Errc::MalformedJson);
  }
  expect_page_error(std::string_view("{\"value\":[]}\0", 13), Errc::MalformedJson);
  expect_page_error(std::string_view("\0{\"value\":[]}", 13), Errc::MalformedJson);
}

TEST(HostilePage, IsRefusedWhereItIsAnotherDocument) {
  for (const char* body :
       {"null", "1", "\"text\"", "[]", "{}", R"([{"value":[]}])", R"({"value":null})",
        R"({"value":{}})", R"({"value":"x"})", R"({"value":[1]})", R"({"value":[null]})",
        R"({"value":[[]]})", R"({"value":["x"]})", R"({"Value":[]})", R"({"value":[],"value":[]})",
        R"({"error":{"code":"InternalServerError"}})", R"({"id":"x","status":"Pending"})"}) {
    expect_page_error(body, Errc::UnexpectedDocument);
  }
}

void expect_left_out(const std::string& entry) {
  const auto page = parse_page(R"({"value":[{"id":"a"},)" + entry + R"(,{"id":"b"}],"x":1})");
  ASSERT_TRUE(page) << page.error().message() << entry.substr(0, 200);
  ASSERT_EQ(page->actions.size(), 2U) << entry.substr(0, 200);
  EXPECT_EQ(page->actions[1].id.value, "b");
  EXPECT_EQ(page->actions[1].document, R"({"id":"b"})");
  EXPECT_EQ(page->unusable, 1);
  EXPECT_TRUE(parse_action(entry).has_error()) << "alone it is an error";
}

TEST(HostilePage, LeavesOutARowWithoutAnIdAndKeepsTheOthers) {
  for (const char* entry : {"{}", R"({"id":null})", R"({"id":7})", R"({"id":""})",
                            R"({"id":["x"]})", R"({"id":"a\u0000b"})", R"({"id":".."})",
                            R"({"ID":"x"})", R"({"id":"x","id":null})", R"({"o":{"id":"x"}})"}) {
    expect_left_out(entry);
  }
  expect_left_out(R"({"id":")" + repeat("a", 129) + R"("})");
}

TEST(HostilePage, LeavesOutARowBeyondTheLimitsAndKeepsTheOthers) {
  const std::string big = repeat("a", std::size_t{1} << 20U);
  for (const std::string& members :
       {R"("a":")" + big + '"', R"("a":")" + big + big + '"', R"("a":"\n)" + big + '"',
        '"' + big + R"(":1)", R"("a":)" + repeat("1", std::size_t{2} << 20U),
        R"("a":[)" + repeat("1,", 600'000) + "1]",
        R"("o":{"a":[{"b":[)" + repeat("[],{},", 200'000) + R"(1]}],"c":")" + big +
            R"("},"d":[{}])"}) {
    expect_left_out(R"({"id":"x",)" + members + '}');
  }
}

TEST(HostilePage, OfUnusableRowsOnlyIsAnEmptyOne) {
  const auto page = parse_page(R"({"value":[{},{"id":null},{"id":""}]})");
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->actions.empty());
  EXPECT_EQ(page->unusable, 3);
}

TEST(HostilePage, NamesTheRowThatIsWrong) {
  const auto page = parse_page(R"({"value":[{"id":"a"},{"id":null},7]})");
  ASSERT_TRUE(page.has_error());
  EXPECT_EQ(page.error().where, "value[2]");
}

TEST(HostilePage, IsRefusedBeyondTheDepthLimit) {
  const std::string opened = repeat("[", 1'000'000);
  expect_page_error(opened, Errc::UnexpectedDocument);
  expect_page_error(R"({"a":)" + opened, Errc::MalformedJson);
  expect_page_error(row(R"("a":)" + opened), Errc::MalformedJson);
  expect_page_error(row(R"("a":)" + repeat(R"({"a":)", 1'000'000)), Errc::MalformedJson);
  const std::string fits = repeat("[", 29) + repeat("]", 29);
  EXPECT_TRUE(parse_page(row(R"("a":)" + fits)));
  expect_page_error(row(R"("a":[)" + fits + ']'), Errc::MalformedJson);
}

TEST(HostilePage, IsRefusedBeyondTheRowLimit) {
  const std::string rows = repeat(R"({"id":"x"},)", 19'999);
  const auto full = parse_page(R"({"value":[)" + rows + R"({"id":"x"}]})");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->actions.size(), 20'000U);
  expect_page_error(R"({"value":[)" + rows + R"({"id":"x"},{"id":"x"}]})",
                    Errc::UnexpectedDocument);
}

TEST(HostilePage, IsRefusedBeyondTheMemberLimit) {
  std::string members;
  for (int i = 0; i < 127; ++i) members += "\"k" + std::to_string(i) + "\":1,";
  members.pop_back();
  EXPECT_EQ(parse_page(row(members))->actions.size(), 1U);
  expect_left_out(R"({"id":"x",)" + members + R"(,"more":1})");
  EXPECT_TRUE(parse_page(row(R"("o":[)" + repeat(R"({"a":1,"b":2},)", 500) + "1]")));
}

TEST(HostilePage, IsRefusedWhereItsOwnMembersAreBeyondTheSizeLimits) {
  const std::string big = repeat("a", std::size_t{2} << 20U);
  expect_page_error(R"({"value":[],"a\n)" + big + R"(":1})", Errc::UnexpectedDocument);
  expect_page_error(R"({"value":[],"a":"\n)" + big + R"("})", Errc::UnexpectedDocument);
  EXPECT_TRUE(parse_page(R"({"value":[],"a":["\n)" + big + R"("]})"));
}

TEST(HostilePage, TakesTheLastOfEqualKeys) {
  const auto page =
      parse_page(R"({"value":[{"a":1,"id":"x","status":"Failed","n":{"k":1,"j":2,"k":3},"a":[2],)"
                 R"("status":"Pending","z":0,"\u0061":{"b":3}}]})");
  ASSERT_TRUE(page) << page.error().message();
  const MachineAction& action = page->actions.at(0);
  EXPECT_EQ(action.status, ActionStatus(ActionStatus::Known::Pending));
  EXPECT_EQ(action.document,
            R"({"id":"x","n":{"j":2,"k":3},"status":"Pending","z":0,"a":{"b":3}})");
}

TEST(HostilePage, BearsAFloodOfEqualKeys) {
  const auto page = parse_page(row(repeat(R"("a":1,)", 200'000) + R"("b":2)"));
  ASSERT_TRUE(page) << page.error().message();
  EXPECT_EQ(page->actions.at(0).document, R"({"id":"x","a":1,"b":2})");
}

TEST(HostilePage, RepairsHalfASurrogatePair) {
  struct Vector {
    const char* sent;
    const char* read;
  };
  constexpr Vector kVectors[] = {
      {R"(cut \ud83e)", "cut \uFFFD"},
      {R"(\ud83e then)", "\uFFFD then"},
      {R"(\udda0)", "\uFFFD"},
      {R"(\udda0\ud83e)", "\uFFFD\uFFFD"},
      {R"(\ud83e\ud83e\udda0)", "\uFFFD🦠"},
      {R"(\ud83e\n)", "\uFFFD\n"},
      {R"(\ud83e\u0041)", "\uFFFDA"},
      {R"(\uD83E)", "\uFFFD"},
  };
  for (const auto& [sent, read] : kVectors) {
    SCOPED_TRACE(sent);
    const auto page =
        parse_page(row(R"("requestorComment":")" + std::string(sent) + R"(","l":"\\ud83e")"));
    ASSERT_TRUE(page) << page.error().message();
    EXPECT_EQ(page->actions.at(0).requestor_comment, read);
    EXPECT_TRUE(page->actions.at(0).document.ends_with(R"("l":"\\ud83e"})"));
  }
}

TEST(HostilePage, KeepsNulInsideText) {
  const auto page = parse_page(row(R"("requestorComment":"a\u0000b")"));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->actions.at(0).requestor_comment, std::string("a\0b", 3));
  EXPECT_EQ(page->actions.at(0).document, R"({"id":"x","requestorComment":"a\u0000b"})");
}

TEST(HostilePage, ReadsLongEscapedText) {
  const std::string escaped = repeat(R"(\u00e4\\)", 5000);
  const auto page = parse_page(row(R"("requestorComment":")" + escaped + '"'));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->actions.at(0).requestor_comment, repeat("ä\\", 5000));
}

TEST(HostileAction, IsRefusedWhereItIsAnotherDocument) {
  for (const char* body : {"null", "[]", "{}", R"({"value":[{"id":"x"}]})", R"([{"id":"x"}])",
                           R"({"error":{"code":"NotFound"}})"}) {
    const auto action = parse_action(body);
    ASSERT_TRUE(action.has_error()) << body;
    EXPECT_EQ(action.error().code, Errc::UnexpectedDocument) << body;
  }
}

RC_GTEST_PROP(HostilePage, NeverThrowsForChangedBytes, ()) {
  static const std::string original = read_fixture("page_mixed.json");
  std::string body = original;
  const auto changes = *rc::gen::inRange(1, 5);
  for (int i = 0; i < changes; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, body.size());
    body[at] = *rc::gen::arbitrary<char>();
  }
  const auto page = parse_page(body);
  if (!page) return;
  for (const MachineAction& action : page->actions) {
    RC_ASSERT(parse_action(action.document).has_value());
  }
}

TEST(HostilePage, BrokenUtf8IsRepairedInTheFieldsAsInTheDocument) {
  const auto page =
      parse_page("{\"value\":[{\"id\":\"a1\",\"title\":\"b\xff\",\"status\":\"Pend\xe2ing\"}]}");
  ASSERT_TRUE(page.has_value());
  ASSERT_EQ(page->actions.size(), 1U);
  const MachineAction& action = page->actions[0];
  EXPECT_NE(action.document.find("b\xEF\xBF\xBD"), std::string::npos);
  const auto again = parse_action(action.document);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->id, action.id);
  EXPECT_EQ(again->status, action.status);
  EXPECT_EQ(again->document, action.document);
}

TEST(HostilePage, ARowWhoseIdIsNoUtf8IsLeftOutAndCounted) {
  const std::vector<std::string> ids = {
      "a\xff",    "\xc3",      "\xed\xa0\x80",     "\xf4\x90\x80\x80",
      "\xc0\xaf", "a\\ud83e",  "\\udda0z",         "\\udda0\\ud83e",
      "\\uD800",  "x\xe2\x82", "\xc3\\ud83eb\xff", "a\xf0\x9f\xa6",
  };
  for (const std::string& id : ids) {
    const auto page = parse_page(R"({"value":[{"id":")" + id + R"(","status":"Pending"},)" +
                                 R"({"id":"good","status":"Pending"}]})");
    ASSERT_TRUE(page.has_value()) << id;
    EXPECT_EQ(page->unusable, 1) << id;
    ASSERT_EQ(page->actions.size(), 1U) << id;
    EXPECT_EQ(page->actions[0].id.value, "good");
    EXPECT_FALSE(parse_action(R"({"id":")" + id + R"(","status":"Pending"})")) << id;
  }
}

TEST(HostilePage, AnIdInWholeUtf8IsTakenHoweverItIsWritten) {
  for (const std::string& id : {std::string("\\ud83e\\udda0"), std::string("\xf0\x9f\xa6\xa0")}) {
    const auto page = parse_page(R"({"value":[{"title":"\ud83e","id":")" + id + R"("}]})");
    ASSERT_TRUE(page.has_value());
    ASSERT_EQ(page->actions.size(), 1U);
    EXPECT_EQ(page->actions[0].id.value, "\xf0\x9f\xa6\xa0");
  }
}

TEST(HostilePage, OfTwoIdsTheLastCountsAlsoWhereItIsBroken) {
  const auto page = parse_page(
      "{\"value\":[{\"id\":\"a\",\"id\":\"b\xff\"},"
      "{\"id\":\"c\xff\",\"id\":\"d\"}]}");
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->unusable, 1);
  ASSERT_EQ(page->actions.size(), 1U);
  EXPECT_EQ(page->actions[0].id.value, "d");
}

}  // namespace
}  // namespace mactiond::defender

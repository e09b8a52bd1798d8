#include "webhook/body_template.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <string>
#include <variant>
#include <vector>

#include "support/event_samples.hpp"

namespace mactiond::webhook {
namespace {

using boost::json::parse;
using ::testing::HasSubstr;

boost::json::value rendered(std::string_view text, const core::EventRecord& event) {
  auto made = BodyTemplate::parse(text);
  const auto* mistake = std::get_if<TemplateMistake>(&made);
  EXPECT_EQ(mistake, nullptr) << mistake->message;
  return mistake != nullptr ? boost::json::value()
                            : parse(std::get<BodyTemplate>(made).render(event));
}

TEST(BodyTemplate, PutsInValuesOfTheirOwnType) {
  const auto body = rendered(
      R"({"n": 1, "seq": "${seq}", "to": "${to}", "file": "${action.relatedFileInfo}",
          "list": ["${region}", "${action.errorHResult}"], "none": "${policy}",
          "null": "${action.title}", "no_key": "${action.relatedFileInfo.no.such}"})",
      test::failed_isolation());
  EXPECT_EQ(body,
            parse(R"({"n":1,"seq":17,"to":"Failed","file":{"fileIdentifier":)"
                  R"("87662bc3d60e4200ceaf7aae249d1c343f4b83c9","fileIdentifierType":"Sha1"},)"
                  R"("list":["eu",-2145844840],"none":null,"null":null,"no_key":null})"));
}

TEST(BodyTemplate, PutsTextIntoText) {
  const auto body =
      rendered(R"x(["${title}: ${from} to ${to} (${seq}, ${policy}${action.title})",)x"
               R"x("$${to} $ {to} ${severity} ${age_s}"])x",
               test::failed_isolation());
  EXPECT_EQ(body.at(0).as_string(),
            "Isolate on srv-db-01.contoso.com failed: InProgress to Failed (17, )");
  EXPECT_EQ(body.at(1).as_string(), "${to} $ {to} error 8040");
}

TEST(BodyTemplate, HoldsTheWholeEvent) {
  const core::EventRecord event = test::failed_isolation();
  EXPECT_EQ(rendered(R"({"raw":"${event}"})", event).at("raw"), parse(core::log_line(event)));
}

TEST(BodyTemplate, CannotBeBrokenOutOf) {
  core::EventRecord event = test::failed_isolation();
  event.document = R"({"requestorComment":"\",\"admin\":true,\"x\":\"${id}\n\\"})";
  const auto body =
      rendered(R"({"c":"${action.requestorComment}","d":"<${action.requestorComment}>"})", event);
  const std::string comment = "\",\"admin\":true,\"x\":\"${id}\n\\";
  EXPECT_EQ(body.as_object().size(), 2U);
  EXPECT_EQ(body.at("c").as_string(), comment);
  EXPECT_EQ(body.at("d").as_string(), '<' + comment + '>');
}

TEST(BodyTemplate, SaysWhereItIsWrong) {
  struct Row {
    std::string text;
    unsigned line;
    unsigned column;
    std::string message;
  };
  const std::vector<Row> rows{
      {"", 1, 1, "not JSON"},
      {"7", 1, 1, "object or array"},
      {"{\"a\":}", 1, 6, "not JSON"},
      {"{\n \"a\": 1,\n}", 3, 1, "not JSON"},
      {"{\"a\": 1", 1, 8, "not JSON"},
      {"{}\n x", 2, 2, "after the end"},
      {"{\n \"a\": \"x ${nme}\"}", 2, 10, "no event has a \"nme\"; names are event, title"},
      {"{\"a\": \"${to.x}\"}", 1, 8, "no event has a \"to.x\""},
      {"{\"a\": \"${action.}\"}", 1, 8, "no event has a \"action.\""},
      {"{\"a\": \"${machines.x}\"}", 1, 8, "action.KEY and machine.KEY"},
      {"{\"a\": \"${to\"", 1, 13, "not JSON"},
      {"{\"a\": \"${to\"}", 1, 8, "no event has"},
      {"[\"${to\"]", 1, 3, "not closed"},
      {"{\"${to}\": 1}", 1, 3, "not in a key"},
      {"[\"\\u0024{nme}\"]", 1, 1, "no event has a \"nme\""},
      {"[\"" + std::string(70'000, 'x') + "\"]", 1, 1, "larger"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text.substr(0, 40));
    const auto made = BodyTemplate::parse(row.text);
    const auto* mistake = std::get_if<TemplateMistake>(&made);
    ASSERT_NE(mistake, nullptr);
    EXPECT_EQ(mistake->line, row.line);
    EXPECT_EQ(mistake->column, row.column);
    EXPECT_THAT(mistake->message, HasSubstr(row.message));
  }
}

TEST(BodyTemplate, RefusesWhatIsTooDeep) {
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  EXPECT_TRUE(std::holds_alternative<TemplateMistake>(BodyTemplate::parse(deep)));
}

TEST(BodyTemplate, KnowsTheMachine) {
  const auto body = rendered(R"(["${machine.osPlatform}", "${machine.machineTags}", "${machine}"])",
                             test::enriched_isolation());
  EXPECT_EQ(body.at(0), "Windows11");
  EXPECT_EQ(body.at(1), parse(R"(["prod","a=b"])"));
  EXPECT_TRUE(body.at(2).is_object());
  EXPECT_EQ(rendered(R"(["${machine.osPlatform}"])", test::failed_isolation()), parse("[null]"));
}

}  // namespace
}  // namespace mactiond::webhook

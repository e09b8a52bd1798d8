#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "unit/admin/submissions.hpp"

namespace mactiond::admin {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

/// A body that is wrong, and what its answer says.
struct Row {
  std::string name;
  json::object body;
  std::string words;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

json::object with(const std::string& key, const json::value& value) {
  json::object body = scan_body();
  body[key] = value;
  return body;
}

json::object without(const std::string& key) {
  json::object body = scan_body();
  body.erase(key);
  return body;
}

json::object of_type(const std::string& type, const std::string& key = {},
                     const json::value& value = {}) {
  json::object body = with("type", json::value(type));
  if (!key.empty()) body[key] = value;
  return body;
}

json::object commands(const std::string& text) {
  return of_type("LiveResponse", "commands", json::parse(text));
}

std::string many_commands() {
  std::string text = "[";
  for (int i = 0; i < 101; ++i) {
    text += R"({"type":"GetFile","params":[{"key":"Path","value":"C:\\a"}]},)";
  }
  text.back() = ']';
  return text;
}

std::vector<Row> wrong_members() {
  json::object both = with("alert", "da63");
  return {
      {"Empty", {}, "machine is missing"},
      {"UnknownMember", with("machin", "x"), "did you mean machine?"},
      {"UnknownMemberFarFromAll", with("colour", "x"), "known: region, machine, alert, type"},
      {"MachineMissing", without("machine"), "machine is missing: give the machine's id or name"},
      {"MachineAndAlert", both, "machine and alert are both given"},
      {"MachineNumber", with("machine", 7), "machine must be a text"},
      {"MachineEmpty", with("machine", ""), "neither an id (40 hex digits) nor a DNS name"},
      {"MachineWithBlank", with("machine", "srv 1"), "machine is neither"},
      {"MachineWithQuote", with("machine", "a' or 'a"), "machine is neither"},
      {"RegionEmpty", with("region", ""), "region is empty"},
      {"RegionUnknown", with("region", "ue"), "there is no region \"ue\"; did you mean eu?"},
      {"RegionList", with("region", json::array{"eu"}), "region must be a text"},
      {"TypeMissing", without("type"), "type is missing"},
      {"TypeUnknown", of_type("RunAntivirusScan"), "did you mean RunAntiVirusScan?"},
      {"TypeOfNoStart", of_type("RequestSample"), "known: CollectInvestigationPackage, Isolate"},
      {"TypeGlob", of_type("*"), "known: CollectInvestigationPackage, Isolate"},
      {"TypeLong", of_type(std::string(5000, 'x')), "x…\""},
      {"ScopeUnknown", with("scope", "Quik"), "there is no scope \"Quik\"; did you mean Quick?"},
      {"ScopeOfIsolateInScan", with("scope", "Selective"), "known: Quick, Full"},
      {"ScopeWithoutMeaning", of_type("Offboard", "scope", "Full"), "Offboard takes no scope"},
      {"Sha1WithoutMeaning", with("sha1", "x"), "RunAntiVirusScan takes no sha1"},
      {"CommandsWithoutMeaning", with("commands", json::array()), "takes no commands"},
      {"Sha1Missing", of_type("StopAndQuarantineFile"), "sha1 is missing"},
      {"Sha1Short", of_type("StopAndQuarantineFile", "sha1", "abc"), "sha1 has 3 digits"},
      {"Sha256", of_type("StopAndQuarantineFile", "sha1", json::value(std::string(64, 'a'))),
       "a SHA-256"},
      {"Sha1NotHex", of_type("StopAndQuarantineFile", "sha1", json::value(std::string(40, 'g'))),
       "no hex digits"},
      {"NoteNumber", with("requested_by", 1), "requested_by must be a text"},
      {"NoteLong", with("requested_by", json::value(std::string(201, 'x'))), "at most 200 bytes"},
      {"NoteOfTwoLines", with("requested_by", "a\nb"), "requested_by is one line"},
      {"BlockerUnknown", with("on_blocker", "wiat"), "did you mean wait?"},
      {"WaitWithoutBlocker", with("wait_blocker", "2h"), "wait_blocker has no effect"},
  };
}

std::vector<Row> wrong_comments() {
  return {
      {"CommentMissing", without("comment"), "comment is missing: say why"},
      {"CommentNumber", with("comment", 1), "comment must be a text"},
      {"CommentEmpty", with("comment", ""), "the comment is empty"},
      {"CommentBlank", with("comment", "  "), "the comment is empty"},
      {"CommentOfTwoLines", with("comment", "a\nb"), "line break"},
      {"CommentWithControl", with("comment", json::value(std::string("a\x1b[31m"))),
       "control character"},
      {"CommentLong", with("comment", json::value(std::string(2000, 'x'))),
       "has 2000 characters: give at most 961"},
      {"CommentOneTooLong", with("comment", json::value(std::string(962, 'x'))),
       "give at most 961"},
  };
}

std::vector<Row> wrong_waits() {
  std::vector<Row> rows;
  for (const char* text : {"", "2", "2 h", "-1h", "999ms", "8d", "forever"}) {
    json::object body = with("on_blocker", "wait");
    body["wait_blocker"] = text;
    rows.push_back({"Wait" + std::to_string(rows.size()), body, "from 1s to 7d"});
  }
  return rows;
}

std::vector<Row> wrong_commands() {
  const std::string get = R"({"type":"GetFile","params":[{"key":"Path","value":"C:\\a"}]})";
  const std::string put = R"({"type":"PutFile","params":[{"key":"FileName","value":"a"}]})";
  return {
      {"CommandsMissing", of_type("LiveResponse"), "commands is missing"},
      {"CommandsAsText", of_type("LiveResponse", "commands", "GetFile"), "commands must be a list"},
      {"CommandsEmpty", commands("[]"), "commands is empty"},
      {"CommandAsText", commands(R"(["GetFile"])"), "commands[0] must be an object"},
      {"CommandsMany", commands(many_commands()), "commands has 101 members: give at most 100"},
      {"CommandsInWrongOrder", commands('[' + get + ',' + put + ']'),
       "commands[1] (PutFile) comes after a GetFile"},
      {"CommandTypeMissing", commands(R"([{"params":[]}])"), "commands[0].type is missing"},
      {"CommandTypeNumber", commands(R"([{"type":1,"params":[]}])"),
       "commands[0].type must be a text"},
      {"CommandTypeUnknown", commands(R"([{"type":"GetFiles","params":[]}])"),
       "did you mean GetFile?"},
      {"CommandMemberUnknown", commands(R"([{"type":"GetFile","param":[]}])"),
       "no member of commands[0] \"param\"; did you mean params?"},
      {"ParamsMissing", commands(R"([{"type":"GetFile"}])"), "commands[0].params is missing"},
      {"ParamsAsObject", commands(R"([{"type":"GetFile","params":{}}])"),
       "commands[0].params must be a list"},
      {"ParamsEmpty", commands(R"([{"type":"GetFile","params":[]}])"),
       "commands[0] (GetFile) has no Path"},
      {"ParamAsText", commands(R"([{"type":"GetFile","params":["Path"]}])"),
       "commands[0].params[0] must be an object"},
      {"ParamKeyMissing", commands(R"([{"type":"GetFile","params":[{"value":"a"}]}])"),
       "commands[0].params[0].key is missing"},
      {"ParamValueNumber", commands(R"([{"type":"GetFile","params":[{"key":"Path","value":1}]}])"),
       "commands[0].params[0].value must be a text"},
      {"ParamKeyUnknown", commands(R"([{"type":"GetFile","params":[{"key":"Paht","value":"a"}]}])"),
       "commands[0].params[0].key \"Paht\"; did you mean Path?"},
      {"ParamKeyOfAnother",
       commands(R"([{"type":"GetFile","params":[{"key":"Args","value":"a"}]}])"), "known: Path"},
      {"ParamTwice",
       commands(R"([{"type":"GetFile","params":[{"key":"Path","value":"a"},)"
                R"({"key":"Path","value":"b"}]}])"),
       "commands[0].params[1] gives Path a second time"},
      {"ParamWithLineBreak",
       commands(R"([{"type":"GetFile","params":[{"key":"Path","value":"a\nb"}]}])"),
       "a line break in Path"},
  };
}

class WrongSubmission : public testing::TestWithParam<Row> {};

TEST_P(WrongSubmission, IsRefusedWithWhatToDo) {
  FakeBackend backend = daemon_of_one_region();
  const auto response = submit(backend, GetParam().body);
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(header(response, "Content-Type"), "application/problem+json");
  EXPECT_THAT(detail(response), HasSubstr(GetParam().words));
  EXPECT_FALSE(backend.operated);
  EXPECT_TRUE(backend.questions.empty());
}

std::string name_of(const testing::TestParamInfo<Row>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Members, WrongSubmission, testing::ValuesIn(wrong_members()), name_of);
INSTANTIATE_TEST_SUITE_P(Comments, WrongSubmission, testing::ValuesIn(wrong_comments()), name_of);
INSTANTIATE_TEST_SUITE_P(Waits, WrongSubmission, testing::ValuesIn(wrong_waits()), name_of);
INSTANTIATE_TEST_SUITE_P(Commands, WrongSubmission, testing::ValuesIn(wrong_commands()), name_of);

http::Response send(FakeBackend& backend, const std::string& body,
                    const std::string& type = "application/json") {
  return backend.ask("/v1/submissions", "POST", {{"Content-Type", type}}, body);
}

TEST(WrongSubmissionRequest, ABodyThatIsNoObject) {
  FakeBackend backend = daemon_of_one_region();
  EXPECT_EQ(send(backend, "[]").status, 400);
  EXPECT_EQ(send(backend, "{\"machine\":").status, 400);
  EXPECT_EQ(send(backend, "machine=x", "text/plain").status, 415);
  EXPECT_EQ(send(backend, '"' + std::string(std::size_t{1} << 20U, 'x') + '"').status, 413);
  EXPECT_FALSE(backend.operated);
}

TEST(WrongSubmissionRequest, AKeyThatIsNone) {
  for (const std::string& key :
       {std::string(), std::string("a b"), std::string("\xc3\xa4"), std::string(129, 'x')}) {
    FakeBackend backend = daemon_of_one_region();
    const auto response = submit(backend, scan_body(), {{"Idempotency-Key", key}});
    EXPECT_EQ(response.status, 400) << key;
    EXPECT_THAT(detail(response), HasSubstr("1 to 128 printable ASCII characters"));
    EXPECT_FALSE(backend.operated);
  }
  FakeBackend backend = daemon_of_one_region();
  const auto twice =
      submit(backend, scan_body(), {{"Idempotency-Key", "a"}, {"idempotency-key", "b"}});
  EXPECT_EQ(twice.status, 400);
  EXPECT_EQ(submit(backend, scan_body(), {{"Idempotency-Key", std::string(128, '~')}}).status, 202);
}

}  // namespace
}  // namespace mactiond::admin

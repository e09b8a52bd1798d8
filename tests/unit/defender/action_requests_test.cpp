#include "defender/action_requests.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mactiond::defender {
namespace {

const std::string kMachine(40, 'a');

http::Request start(const ActionRequest& action, const std::string& comment = "c [sub_1]") {
  return start_request(*http::parse_url("https://api.example/prefix"), kMachine, action, comment,
                       Secret("tok"));
}

TEST(StartRequest, HasTheDocumentedPathAndBody) {
  struct Case {
    ActionRequest action;
    std::string method;
    std::string members;
  };
  const std::string sha1(40, 'b');
  const std::vector<Case> cases{
      {CollectPackage{}, "collectInvestigationPackage", ""},
      {Isolate{Isolate::Scope::Full}, "isolate", R"(,"IsolationType":"Full")"},
      {Isolate{Isolate::Scope::Selective}, "isolate", R"(,"IsolationType":"Selective")"},
      {Isolate{Isolate::Scope::UnManagedDevice}, "isolate",
       R"(,"IsolationType":"UnManagedDevice")"},
      {Unisolate{}, "unisolate", ""},
      {RestrictCodeExecution{}, "restrictCodeExecution", ""},
      {UnrestrictCodeExecution{}, "unrestrictCodeExecution", ""},
      {RunScan{RunScan::Scope::Quick}, "runAntiVirusScan", R"(,"ScanType":"Quick")"},
      {RunScan{RunScan::Scope::Full}, "runAntiVirusScan", R"(,"ScanType":"Full")"},
      {Offboard{}, "offboard", ""},
      {QuarantineFile{sha1}, "StopAndQuarantineFile", R"(,"Sha1":")" + sha1 + '"'},
  };
  for (const Case& c : cases) {
    const http::Request request = start(c.action);
    EXPECT_EQ(request.url.target, "/prefix/api/machines/" + kMachine + '/' + c.method);
    EXPECT_EQ(request.body, R"({"Comment":"c [sub_1]")" + c.members + '}');
  }
}

TEST(StartRequest, HasTheCommandsOfALiveResponse) {
  using Kind = LiveResponseCommand::Kind;
  const http::Request request = start(LiveResponse{{{Kind::PutFile, "tool.exe", ""},
                                                    {Kind::RunScript, "a.ps1", "-x \"y\""},
                                                    {Kind::RunScript, "b.ps1", ""},
                                                    {Kind::GetFile, "C:\\x.zip", ""}}});
  EXPECT_EQ(request.url.target, "/prefix/api/machines/" + kMachine + "/runliveresponse");
  EXPECT_EQ(request.body, R"({"Comment":"c [sub_1]","Commands":[)"
                          R"({"type":"PutFile","params":[{"key":"FileName","value":"tool.exe"}]},)"
                          R"({"type":"RunScript","params":[{"key":"ScriptName","value":"a.ps1"},)"
                          R"({"key":"Args","value":"-x \"y\""}]},)"
                          R"({"type":"RunScript","params":[{"key":"ScriptName","value":"b.ps1"}]},)"
                          R"({"type":"GetFile","params":[{"key":"Path","value":"C:\\x.zip"}]}]})");
}

TEST(StartRequest, IsAPostOfJsonWithTheTokenApart) {
  const http::Request request = start(Unisolate{});
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(http::find_header(request.headers, "Content-Type"), "application/json");
  EXPECT_EQ(http::find_header(request.headers, "Authorization"), std::nullopt);
  EXPECT_EQ(request.authorization.reveal(), "Bearer tok");
}

TEST(StartRequest, ACommentCannotAddMembers) {
  EXPECT_EQ(start(Unisolate{}, R"(x","IsolationType":"Full)").body,
            R"({"Comment":"x\",\"IsolationType\":\"Full"})");
}

TEST(StartRequest, SendsAHashInLowerCase) {
  EXPECT_EQ(start(QuarantineFile{std::string(40, 'F')}).body,
            R"({"Comment":"c [sub_1]","Sha1":")" + std::string(40, 'f') + "\"}");
}

}  // namespace
}  // namespace mactiond::defender

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "unit/admin/fake_backend.hpp"

namespace mactiond::admin {
namespace {

using testing::HasSubstr;
using testing::Not;

core::ActionView action_of(const std::string& type, const std::string& status,
                           const std::string& commands = "[]") {
  core::ActionView action = action_view("a1234567");
  action.document = R"({"id":"a1234567","type":")" + type + R"(","status":")" + status +
                    R"(","commands":)" + commands + '}';
  action.open = status == "Pending" || status == "InProgress";
  return action;
}

std::string command(int index, const std::string& type, const std::string& status,
                    const std::string& key, const std::string& value) {
  return R"({"index":)" + std::to_string(index) + R"(,"commandStatus":")" + status +
         R"(","errors":[],"command":{"type":")" + type + R"(","params":[{"key":")" + key +
         R"(","value":")" + value + R"("}]}})";
}

/// A live response that put a file, ran a script and fetched a file.
std::string three(const std::string& last = "Completed") {
  return '[' + command(0, "PutFile", "Completed", "FileName", "tool.exe") + ',' +
         command(1, "RunScript", "Completed", "ScriptName", "a.ps1") + ',' +
         command(2, "GetFile", last, "Path", "C:\\\\a.log") + ']';
}

class ResultEndpoints : public testing::Test {
 protected:
  void know(core::ActionView action) { backend_.found = {std::move(action)}; }

  std::string refusal(const std::string& target) {
    const http::Response response = backend_.ask(target);
    EXPECT_TRUE(backend_.fetched.empty()) << "the API is not asked";
    return std::to_string(response.status) + ' ' + response.body;
  }
  /// What the daemon is asked to fetch, and the header of the answer.
  std::string fetch(const std::string& target) {
    auto answer = backend_.answer(target);
    if (const auto* response = std::get_if<http::Response>(&answer)) return response->body;
    std::string type = "not done";
    std::get<http::Later>(answer).begin([&type](http::Later::Made made) {
      const auto& headers = std::get<http::Transfer>(made).headers;
      type = http::find_header(headers, "Content-Type").value_or("none");
    });
    const auto& [region, question] = backend_.fetched.back();
    if (const auto* package = std::get_if<core::PackageLink>(&question)) {
      return region + " package " + package->action.value + ' ' + type;
    }
    const auto& result = std::get<core::ResultLink>(question);
    return region + " result " + result.action.value + ' ' + std::to_string(result.command) + ' ' +
           type;
  }

  FakeBackend backend_ = daemon_of_regions();
};

TEST_F(ResultEndpoints, FetchAPackage) {
  know(action_of("CollectInvestigationPackage", "Succeeded"));
  EXPECT_EQ(fetch("/v1/actions/a1234567/package"), "eu package a1234567 application/zip");
  EXPECT_EQ(fetch("/v1/actions/a123/package?region=eu"), "eu package a1234567 application/zip");
}

TEST_F(ResultEndpoints, FetchNoPackageOfAnythingElse) {
  EXPECT_THAT(refusal("/v1/actions/a1234567/package"), HasSubstr("404 "));
  know(action_of("Isolate", "Succeeded"));
  EXPECT_THAT(refusal("/v1/actions/a1234567/package"),
              HasSubstr("this action is a Isolate; only a CollectInvestigationPackage has a "
                        "package"));
  for (const char* status : {"Pending", "InProgress", "SomethingNew"}) {
    know(action_of("CollectInvestigationPackage", status));
    EXPECT_THAT(refusal("/v1/actions/a1234567/package"),
                HasSubstr("the package is not there yet: the action is " + std::string(status)));
  }
  for (const char* status : {"Failed", "TimeOut", "Cancelled"}) {
    know(action_of("CollectInvestigationPackage", status));
    EXPECT_THAT(refusal("/v1/actions/a1234567/package"),
                HasSubstr("there is no package: the action ended as " + std::string(status)));
  }
  auto vanished = action_of("CollectInvestigationPackage", "Pending");
  vanished.vanished = true;
  know(std::move(vanished));
  EXPECT_THAT(refusal("/v1/actions/a1234567/package"), HasSubstr("409"));
}

TEST_F(ResultEndpoints, FetchTheResultOfACommand) {
  know(action_of("LiveResponse", "Succeeded", three()));
  EXPECT_EQ(fetch("/v1/actions/a1234567/result?index=1"), "eu result a1234567 1 application/json");
  EXPECT_EQ(fetch("/v1/actions/a1234567/result?index=2"), "eu result a1234567 2 application/gzip");
}

TEST_F(ResultEndpoints, FetchTheOnlyResult) {
  know(action_of("LiveResponse", "Failed",
                 '[' + command(0, "PutFile", "Completed", "FileName", "tool.exe") + ',' +
                     command(1, "RunScript", "Failed", "ScriptName", "a.ps1") + ']'));
  EXPECT_EQ(fetch("/v1/actions/a1234567/result"), "eu result a1234567 1 application/json");
}

TEST_F(ResultEndpoints, WantToKnowWhichResult) {
  know(action_of("LiveResponse", "Succeeded", three()));
  EXPECT_THAT(refusal("/v1/actions/a1234567/result"),
              HasSubstr("several commands of this action have a result: 1 (RunScript a.ps1), 2 "
                        "(GetFile C:\\\\a.log); name one as index"));
  EXPECT_THAT(refusal("/v1/actions/a1234567/result?index=3"), HasSubstr("404 "));
  EXPECT_THAT(refusal("/v1/actions/a1234567/result?index=3"),
              HasSubstr("has no command 3; it has 0 (PutFile tool.exe), 1"));
  for (const char* index : {"", "-1", "1x", "99999999999999999999"}) {
    EXPECT_THAT(refusal(std::string("/v1/actions/a1234567/result?index=") + index),
                HasSubstr("index is a whole number"));
  }
  EXPECT_THAT(refusal("/v1/actions/a1234567/result?index=4294967296"), HasSubstr("404 "));
}

TEST_F(ResultEndpoints, FetchNoResultWhereThereIsNone) {
  know(action_of("LiveResponse", "Succeeded", three()));
  EXPECT_THAT(refusal("/v1/actions/a1234567/result?index=0"),
              HasSubstr("command 0 (PutFile tool.exe) has no result"));
  for (const char* commands : {"[]", "null", "[1]", R"([{"command":{"type":"PutFile"}}])"}) {
    know(action_of("LiveResponse", "Succeeded", commands));
    EXPECT_THAT(refusal("/v1/actions/a1234567/result"),
                HasSubstr("no command of this action has a result"));
  }
  know(action_of("Isolate", "Succeeded"));
  EXPECT_THAT(refusal("/v1/actions/a1234567/result"), HasSubstr("only a LiveResponse has results"));
}

TEST_F(ResultEndpoints, FetchWhatIsCompleteOfAnOpenAction) {
  know(action_of("LiveResponse", "InProgress", three("Created")));
  EXPECT_EQ(fetch("/v1/actions/a1234567/result?index=1"), "eu result a1234567 1 application/json");
  backend_.fetched.clear();
  EXPECT_THAT(refusal("/v1/actions/a1234567/result?index=2"),
              HasSubstr("the result of command 2 (GetFile C:\\\\a.log) is not there yet"));
}

TEST_F(ResultEndpoints, CountCommandsWithoutAnIndex) {
  know(action_of("LiveResponse", "Succeeded",
                 R"([{"command":{"type":"PutFile"}},{"command":{"type":"GetFile"}}])"));
  EXPECT_EQ(fetch("/v1/actions/a1234567/result"), "eu result a1234567 1 application/gzip");
}

TEST_F(ResultEndpoints, SayWhyThereIsNothing) {
  know(action_of("CollectInvestigationPackage", "Succeeded"));
  backend_.not_fetched = {core::Unanswered::Why::Refused, "the link leads to evil.example, ..."};
  const http::Response response = backend_.ask("/v1/actions/a1234567/package");
  EXPECT_NE(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("the link leads to evil.example"));
}

TEST_F(ResultEndpoints, SayWhenTheQuotaHasALink) {
  know(action_of("CollectInvestigationPackage", "Succeeded"));
  backend_.not_fetched = {core::Unanswered::Why::TimeUp, "try again", std::chrono::seconds(60)};
  const http::Response response = backend_.ask("/v1/actions/a1234567/package");
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(http::find_header(response.headers, "Retry-After"), "60");
}

TEST_F(ResultEndpoints, AskNothingForAHeader) {
  know(action_of("CollectInvestigationPackage", "Succeeded"));
  auto answer = backend_.answer("/v1/actions/a1234567/package", "HEAD");
  std::optional<http::Later::Made> made;
  std::get<http::Later>(answer).begin([&made](http::Later::Made now) { made = std::move(now); });
  ASSERT_TRUE(made);
  EXPECT_FALSE(std::get<http::Transfer>(*made).size);
  EXPECT_TRUE(backend_.fetched.empty()) << "a link is worth half of a minute's quota";
}

TEST_F(ResultEndpoints, TakeNoOtherParameters) {
  EXPECT_EQ(backend_.ask("/v1/actions/a1/package?index=1").status, 400);
  EXPECT_EQ(backend_.ask("/v1/actions/a1/result?command=1").status, 400);
  EXPECT_EQ(backend_.ask("/v1/actions/a1/package", "POST").status, 405);
}

TEST_F(ResultEndpoints, FollowNoLinkForAClientThatHasLeft) {
  know(action_of("CollectInvestigationPackage", "Succeeded"));
  auto answer = backend_.answer("/v1/actions/a1234567/package");
  auto& later = std::get<http::Later>(answer);
  later.begin([](const http::Later::Made& /*made*/) {});
  EXPECT_EQ(backend_.withdrawn, 0);
  later.left();
  EXPECT_EQ(backend_.withdrawn, 1);
}

}  // namespace
}  // namespace mactiond::admin

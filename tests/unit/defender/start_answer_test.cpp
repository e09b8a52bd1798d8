#include "defender/start_answer.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

#include "support/fixture.hpp"

namespace mactiond::defender {
namespace {

using test::read_fixture;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

StartAnswer answer(int status, std::string body, std::vector<http::Header> headers = {}) {
  return start_answer(http::Response{status, std::move(headers), std::move(body)}, WallTime{});
}

std::string error_body(const std::string& code, const std::string& message) {
  return R"({"error":{"code":")" + code + R"(","message":")" + message + R"(","target":"t"}})";
}

Reason reason(int status, const std::string& code, const std::string& message) {
  return answer(status, error_body(code, message)).outcome.reason;
}

TEST(StartAnswer, OfAnySuccessHasTheAction) {
  for (const int status : {200, 201, 202}) {
    const StartAnswer started = answer(status, read_fixture("action_fresh_isolate.json"));
    ASSERT_TRUE(started.action) << status;
    EXPECT_EQ(started.action->type, ActionType(ActionType::Known::Isolate));
    EXPECT_FALSE(started.action->requestor_comment.empty());
    EXPECT_TRUE(started.outcome.ok());
    EXPECT_FALSE(started.unsent);
  }
}

TEST(StartAnswer, OfASuccessWithoutAnActionIsNoSuccess) {
  for (const char* body : {"", "{}", "null", "<html>", R"({"id":")", R"({"id":""})"}) {
    const StartAnswer unreadable = answer(201, body);
    EXPECT_EQ(unreadable.action, std::nullopt) << body;
    EXPECT_EQ(unreadable.outcome.status, 201) << body;
    EXPECT_EQ(unreadable.outcome.reason, Reason::BadAnswer) << body;
    EXPECT_EQ(unreadable.outcome.verdict, Verdict::Retry) << body;
    EXPECT_FALSE(unreadable.unsent) << body;
  }
}

TEST(StartAnswer, OfAFinalRefusalSaysWhatToDo) {
  const Outcome refused = answer(400, error_body("OsPlatformNotSupported", "OS x")).outcome;
  EXPECT_EQ(refused.reason, Reason::Rejected);
  EXPECT_EQ(refused.detail,
            "OsPlatformNotSupported: OS x; the machine's operating system does not support this "
            "action: choose another one");
  const std::string busy =
      "; another action is in progress on the machine: wait until it ends, or cancel it";
  EXPECT_THAT(answer(400, error_body("ActiveRequestAlreadyExists", "x")).outcome.detail,
              EndsWith(busy));
  EXPECT_THAT(answer(409, "").outcome.detail, EndsWith(busy));
  for (const int status : {301, 307, 400, 402, 403, 404, 405, 410, 413, 415, 422, 431}) {
    EXPECT_THAT(answer(status, "").outcome.detail, HasSubstr("; ")) << status;
    EXPECT_THAT(answer(status, "").outcome.detail, HasSubstr(": ")) << status;
  }
}

TEST(StartAnswer, OfWhatIsNotFinalGivesNoAdvice) {
  for (const int status : {100, 401, 408, 425, 429, 500, 502, 503, 504, 599, 600}) {
    const Outcome outcome = answer(status, error_body("InternalServerError", "x")).outcome;
    EXPECT_NE(outcome.verdict, Verdict::GiveUp) << status;
    EXPECT_THAT(outcome.detail, Not(HasSubstr("; "))) << status;
  }
}

TEST(StartAnswer, ItIsAPermissionOnlyWhereOneWouldHelp) {
  EXPECT_EQ(reason(403, "Forbidden", "Missing application roles. API required roles: x."),
            Reason::Permission);
  EXPECT_EQ(answer(403, "").outcome.reason, Reason::Permission);
  EXPECT_EQ(reason(403, "DisallowedOperation", "no automation level"), Reason::Rejected);
  EXPECT_EQ(reason(403, "DisabledFeature", "x"), Reason::Rejected);
  EXPECT_EQ(reason(403, "Forbidden", "Account is not provisioned"), Reason::Rejected);
  EXPECT_EQ(reason(403, "Forbidden", "No Tvm License"), Reason::Rejected);
}

TEST(StartAnswer, OnlyTheApiCanSayThatThereIsNoMachine) {
  EXPECT_EQ(reason(404, "ResourceNotFound", "Machine x was not found"), Reason::NotFound);
  EXPECT_EQ(reason(404, "NotFound", ""), Reason::NotFound);
  EXPECT_EQ(answer(404, "").outcome.reason, Reason::Rejected);
  EXPECT_EQ(answer(404, "<html>no such page</html>").outcome.reason, Reason::Rejected);
}

TEST(StartAnswer, AnActionInProgressIsRecognizedByItsCodeOrItsWords) {
  EXPECT_TRUE(answer(400, error_body("ActiveRequestAlreadyExists", "no")).busy);
  EXPECT_TRUE(answer(400, error_body("BadRequest", "Action is ALREADY in progress")).busy);
  EXPECT_TRUE(answer(409, "").busy);
  EXPECT_TRUE(answer(412, "").busy);
  EXPECT_FALSE(answer(404, error_body("NotFound", "already in progress")).busy);
  EXPECT_FALSE(answer(400, error_body("BadRequest", "no")).busy);
}

TEST(StartAnswer, NamesTheActionInProgressWhereverTheMessageDoes) {
  const std::string guid = "5382f7ea-7557-4ab7-9782-d50480024a4e";
  const std::string late = std::string(400, 'x') + " 5382F7EA-7557-4ab7-9782-d50480024a4e.";
  EXPECT_EQ(answer(400, error_body("ActiveRequestAlreadyExists", late)).blocker, ActionId{guid});
  EXPECT_EQ(answer(400, error_body("ActiveRequestAlreadyExists", "no")).blocker, std::nullopt);
  EXPECT_EQ(answer(400, error_body("BadRequest", guid)).blocker, std::nullopt);
}

TEST(StartAnswer, KeepsTheWaitOfTheQuota) {
  const Outcome named = answer(429, read_fixture("error_quota.json")).outcome;
  EXPECT_EQ(named.reason, Reason::Throttled);
  EXPECT_EQ(named.retry_after, std::chrono::seconds(8));
  EXPECT_EQ(answer(429, "", {{"Retry-After", "30"}}).outcome.retry_after, std::chrono::seconds(30));
}

TEST(StartAnswer, IsUnsentOnlyWhereTheClientSaysSo) {
  const Error late(Errc::DeadlineExceeded, "host (connecting)");
  const StartAnswer unsent = start_answer(http::SendError(late, false));
  EXPECT_TRUE(unsent.unsent);
  EXPECT_EQ(unsent.outcome.reason, Reason::Timeout);
  EXPECT_THAT(unsent.outcome.detail, HasSubstr("host"));
  EXPECT_FALSE(start_answer(http::SendError(late, true)).unsent);
  EXPECT_FALSE(start_answer(Error(Errc::ConnectionFailed, "host")).unsent) << "not known";
}

}  // namespace
}  // namespace mactiond::defender

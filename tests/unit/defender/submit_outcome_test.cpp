#include "defender/submit_outcome.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

#include "support/fixture.hpp"

namespace mactiond::defender {
namespace {

using ::testing::HasSubstr;
using Meaning = SubmitMeaning;
using test::read_fixture;

constexpr const char* kGuid = "5382f7ea-7557-4ab7-9782-d50480024a4e";

SubmitAnswer answer(int status, std::string body, std::vector<http::Header> headers = {}) {
  return submit_outcome(http::Response{status, std::move(headers), std::move(body)}, WallTime{});
}

std::string error_body(const std::string& code, const std::string& message) {
  return R"({"error":{"code":")" + code + R"(","message":")" + message + R"(","target":"t"}})";
}

std::string meaning(int status, const std::string& code = "", const std::string& message = "") {
  const std::string body = code.empty() && message.empty() ? "" : error_body(code, message);
  return std::string(to_string(answer(status, body).meaning));
}

TEST(SubmitOutcome, AnyEntityOfASuccessIsAccepted) {
  for (const int status : {200, 201, 202}) {
    const SubmitAnswer accepted = answer(status, read_fixture("action_fresh_isolate.json"));
    EXPECT_EQ(accepted.meaning, Meaning::Accepted) << status;
    ASSERT_TRUE(accepted.action) << status;
    EXPECT_EQ(accepted.action->type, ActionType(ActionType::Known::Isolate));
    EXPECT_FALSE(accepted.action->requestor_comment.empty());
    EXPECT_TRUE(accepted.outcome.ok());
    EXPECT_EQ(accepted.sentence, "");
  }
}

TEST(SubmitOutcome, ASuccessWithoutAnEntityIsUnknown) {
  for (const char* body : {"", "{}", "null", "<html>", R"({"id":")", R"({"id":""})"}) {
    const SubmitAnswer unknown = answer(201, body);
    EXPECT_EQ(unknown.meaning, Meaning::Unknown) << body;
    EXPECT_EQ(unknown.action, std::nullopt) << body;
    EXPECT_EQ(unknown.outcome.status, 201) << body;
    EXPECT_EQ(unknown.outcome.reason, Reason::BadAnswer) << body;
    EXPECT_THAT(unknown.sentence, HasSubstr("do not start the action again")) << body;
  }
}

TEST(SubmitOutcome, BusyIsKnownByCodeOrTextOrStatus) {
  EXPECT_EQ(meaning(400, "ActiveRequestAlreadyExists", "x"), "busy");
  EXPECT_EQ(meaning(400, "BadRequest", "Action is Already in Progress"), "busy");
  EXPECT_EQ(meaning(409), "busy");
  EXPECT_EQ(meaning(412, "x", "y"), "busy");
  EXPECT_EQ(meaning(400, "BadRequest", "no progress"), "refused");
  EXPECT_EQ(meaning(500, "ActiveRequestAlreadyExists", "x"), "unknown");
}

TEST(SubmitOutcome, BusyMayNameAnAction) {
  const auto named = [](const std::string& message) {
    return answer(400, error_body("ActiveRequestAlreadyExists", message)).named;
  };
  EXPECT_EQ(named(std::string("Action ") + kGuid + " is already in progress"), ActionId{kGuid});
  EXPECT_EQ(named("5382F7EA-7557-4AB7-9782-D50480024A4E"), ActionId{kGuid});
  EXPECT_EQ(named("Action is already in progress"), std::nullopt);
  EXPECT_EQ(named("5382f7ea-7557-4ab7-9782-d50480024a4"), std::nullopt);
  EXPECT_EQ(named("5382f7ea07557-4ab7-9782-d50480024a4e"), std::nullopt);
  EXPECT_EQ(answer(400, error_body("BadRequest", kGuid)).named, std::nullopt);
}

TEST(SubmitOutcome, ARefusalSaysWhatToDo) {
  const SubmitAnswer refused = answer(400, error_body("OsPlatformNotSupported", "OS x"));
  EXPECT_EQ(refused.meaning, Meaning::Refused);
  EXPECT_EQ(refused.outcome.reason, Reason::Rejected);
  EXPECT_EQ(refused.outcome.detail, "OsPlatformNotSupported: OS x");
  EXPECT_THAT(refused.sentence, HasSubstr("operating system"));
  for (const int status : {301, 307, 400, 402, 405, 410, 413, 415, 422, 431}) {
    EXPECT_EQ(meaning(status), "refused") << status;
    EXPECT_NE(answer(status, "").sentence, "") << status;
  }
}

TEST(SubmitOutcome, AMissingRoleIsNotAllowed) {
  EXPECT_EQ(meaning(403, "Forbidden", "Missing application roles. API required roles: x."),
            "not_allowed");
  EXPECT_EQ(meaning(403), "not_allowed");
}

TEST(SubmitOutcome, WhatNoRoleChangesIsRefused) {
  EXPECT_EQ(meaning(403, "DisallowedOperation", "no automation level"), "refused");
  EXPECT_EQ(meaning(403, "DisabledFeature", "x"), "refused");
  EXPECT_EQ(meaning(403, "Forbidden", "Account is not provisioned"), "refused");
  EXPECT_EQ(meaning(403, "Forbidden", "No Tvm License"), "refused");
}

TEST(SubmitOutcome, OnlyTheApiCanSayThatThereIsNoMachine) {
  EXPECT_EQ(meaning(404, "ResourceNotFound", "Machine x was not found"), "machine_not_found");
  EXPECT_EQ(meaning(404, "NotFound", ""), "machine_not_found");
  EXPECT_EQ(meaning(404), "refused");
  EXPECT_EQ(to_string(answer(404, "<html>no such page</html>").meaning), "refused");
}

TEST(SubmitOutcome, TheQuotaMeansToWait) {
  const SubmitAnswer named = answer(429, read_fixture("error_quota.json"));
  EXPECT_EQ(named.meaning, Meaning::Wait);
  EXPECT_EQ(named.outcome.retry_after, std::chrono::seconds(8));
  EXPECT_EQ(answer(429, "", {{"Retry-After", "30"}}).outcome.retry_after, std::chrono::seconds(30));
  EXPECT_EQ(answer(429, "").meaning, Meaning::Wait);
}

TEST(SubmitOutcome, ARejectedTokenStartedNothing) {
  EXPECT_EQ(meaning(401, "Unauthorized", "x"), "token_rejected");
  EXPECT_EQ(meaning(401), "token_rejected");
}

TEST(SubmitOutcome, AfterAServersFaultNobodyKnows) {
  for (const int status : {100, 408, 425, 500, 502, 503, 504, 599, 600}) {
    const SubmitAnswer unknown = answer(status, error_body("InternalServerError", "x"));
    EXPECT_EQ(unknown.meaning, Meaning::Unknown) << status;
    EXPECT_THAT(unknown.sentence, HasSubstr("do not start the action again")) << status;
  }
}

TEST(SubmitOutcome, OnlyWithoutAConnectionNothingWasSent) {
  for (const Errc code :
       {Errc::ResolveFailed, Errc::ConnectionFailed, Errc::TlsFailed, Errc::CertificateRejected,
        Errc::ProxyFailed, Errc::AddressRefused, Errc::InvalidUrl, Errc::InvalidSecret}) {
    const SubmitAnswer unsent = submit_outcome(Error(code, "host"));
    EXPECT_EQ(unsent.meaning, Meaning::NotSent) << to_string(code);
    EXPECT_THAT(unsent.sentence, HasSubstr("nothing was sent"));
    EXPECT_THAT(unsent.outcome.detail, HasSubstr("host"));
  }
  for (const Errc code :
       {Errc::DeadlineExceeded, Errc::Cancelled, Errc::ConnectionLost, Errc::HeaderTooLarge,
        Errc::BodyTooLarge, Errc::MalformedHttp, Errc::BadContentEncoding}) {
    EXPECT_EQ(submit_outcome(Error(code, "host")).meaning, Meaning::Unknown) << to_string(code);
  }
}

}  // namespace
}  // namespace mactiond::defender

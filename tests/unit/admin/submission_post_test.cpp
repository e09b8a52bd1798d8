#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "unit/admin/submissions.hpp"

namespace mactiond::admin {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using core::OnBlocker;
using core::SubmissionState;
using testing::HasSubstr;

TEST(PostSubmission, AnswersWithTheNewSubmission) {
  FakeBackend backend = daemon_of_one_region();
  backend.submissions = {submission()};
  backend.ahead[kSubmission] = 2;
  const auto response = submit(backend, scan_body());
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(header(response, "Content-Type"), "application/json");
  EXPECT_EQ(header(response, "Location"), "/v1/submissions/" + kSubmission);
  const auto body = json::parse(response.body).as_object();
  EXPECT_EQ(body.at("id"), json::value(kSubmission));
  EXPECT_EQ(body.at("state"), "queued");
  EXPECT_EQ(body.at("position"), 3);
}

TEST(PostSubmission, HandsTheWholeOrderToTheEngine) {
  FakeBackend backend = daemon_of_one_region();
  json::object body = scan_body();
  body["region"] = "eu";
  body["scope"] = "Full";
  body["requested_by"] = "playbook 7";
  body["on_blocker"] = "wait";
  body["wait_blocker"] = "2h";
  EXPECT_EQ(submit(backend, body, {{"Idempotency-Key", "k-1"}}).status, 202);
  const auto& order = ordered(backend);
  EXPECT_EQ(order.region, "eu");
  EXPECT_EQ(order.machine, kMachine);
  EXPECT_EQ(order.request, ActionRequest(RunScan{RunScan::Scope::Full}));
  EXPECT_EQ(order.comment, "after the incident");
  EXPECT_EQ(order.by, (core::Operator{"alice (uid 1000)", "playbook 7"}));
  EXPECT_EQ(order.key, "k-1");
  EXPECT_NE(order.body_hash, 0U);
  EXPECT_EQ(order.on_blocker, OnBlocker::Wait);
  EXPECT_EQ(order.wait_blocker, 2h);
}

TEST(PostSubmission, FillsInWhatIsLeftOut) {
  FakeBackend backend = daemon_of_one_region();
  EXPECT_EQ(submit(backend, scan_body()).status, 202);
  const auto& order = ordered(backend);
  EXPECT_EQ(order.region, "eu") << "there is one";
  EXPECT_EQ(order.request, ActionRequest(RunScan{RunScan::Scope::Quick}));
  EXPECT_EQ(order.by.note, "");
  EXPECT_EQ(order.key, "");
  EXPECT_EQ(order.on_blocker, OnBlocker::Refuse);
  EXPECT_EQ(order.wait_blocker, 1h);
}

TEST(PostSubmission, TakesEveryTypeThatCanBeStarted) {
  const std::string sha1 = "0123456789ABCDEF0123456789abcdef01234567";
  const std::pair<json::object, ActionRequest> rows[] = {
      {{{"type", "CollectInvestigationPackage"}}, CollectPackage{}},
      {{{"type", "Isolate"}}, Isolate{Isolate::Scope::Full}},
      {{{"type", "Isolate"}, {"scope", "UnManagedDevice"}},
       Isolate{Isolate::Scope::UnManagedDevice}},
      {{{"type", "Unisolate"}}, Unisolate{}},
      {{{"type", "RestrictCodeExecution"}}, RestrictCodeExecution{}},
      {{{"type", "UnrestrictCodeExecution"}}, UnrestrictCodeExecution{}},
      {{{"type", "RunAntiVirusScan"}}, RunScan{}},
      {{{"type", "Offboard"}}, Offboard{}},
      {{{"type", "StopAndQuarantineFile"}, {"sha1", sha1}}, QuarantineFile{sha1}},
  };
  for (const auto& [members, request] : rows) {
    FakeBackend backend = daemon_of_one_region();
    json::object body = scan_body();
    for (const auto& member : members) body[member.key()] = member.value();
    EXPECT_EQ(submit(backend, body).status, 202) << json::serialize(body);
    EXPECT_EQ(ordered(backend).request, request) << json::serialize(body);
  }
}

TEST(PostSubmission, TakesCommandsInTheShapeOfTheApi) {
  FakeBackend backend = daemon_of_one_region();
  json::object body = scan_body();
  body["type"] = "LiveResponse";
  body["commands"] = json::parse(R"([
      {"type": "PutFile", "params": [{"key": "FileName", "value": "a.ps1"}]},
      {"type": "RunScript", "params": [{"key": "Args", "value": "-x 1"},
                                       {"key": "ScriptName", "value": "a.ps1"}]},
      {"type": "GetFile", "params": [{"key": "Path", "value": "C:\\x.zip"}]}])");
  EXPECT_EQ(submit(backend, body).status, 202);
  using Command = LiveResponseCommand;
  const LiveResponse wanted{{{Command::Kind::PutFile, "a.ps1", ""},
                             {Command::Kind::RunScript, "a.ps1", "-x 1"},
                             {Command::Kind::GetFile, "C:\\x.zip", ""}}};
  EXPECT_EQ(ordered(backend).request, ActionRequest(wanted));
}

TEST(PostSubmission, TakesAnIdInCapitalsWithoutLookingItUp) {
  FakeBackend backend = daemon_of_one_region();
  EXPECT_EQ(submit_with(backend, "machine", "1234567890ABCDEF1234567890ABCDEF12345678").status,
            202);
  EXPECT_EQ(ordered(backend).machine, kMachine);
  EXPECT_TRUE(backend.questions.empty());
}

TEST(PostSubmission, AcceptedStaysAcceptedWhenTheStoreCannotBeRead) {
  FakeBackend backend = daemon_of_one_region();
  const auto response = submit(backend, scan_body());
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(response.body, R"({"id":")" + kSubmission + R"(","state":"queued"})" + "\n");
}

TEST(PostSubmission, AKnownKeyGivesTheSameSubmission) {
  FakeBackend backend = daemon_of_one_region();
  backend.reply = core::SubmissionAccepted{kSubmission, false};
  backend.submissions = {submission(kSubmission, SubmissionState::Submitted)};
  const auto response = submit(backend, scan_body(), {{"Idempotency-Key", "k"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(json::parse(response.body).as_object().at("state"), "submitted");
}

TEST(PostSubmission, AKeyWithAnotherBodyIsAConflict) {
  FakeBackend backend = daemon_of_one_region();
  backend.reply = core::KeyConflict{kSubmission};
  const auto response = submit(backend, scan_body(), {{"Idempotency-Key", "k"}});
  EXPECT_EQ(response.status, 409);
  EXPECT_THAT(detail(response), HasSubstr(kSubmission));
}

std::uint64_t hash_of(const json::object& body) {
  FakeBackend backend = daemon_of_one_region();
  EXPECT_EQ(submit(backend, body).status, 202) << json::serialize(body);
  return ordered(backend).body_hash;
}

TEST(PostSubmission, BodiesOfOneMeaningAreTheSame) {
  const json::object same[] = {
      {{"comment", "after the incident"}, {"type", "RunAntiVirusScan"}, {"machine", kMachine}},
      {{"machine", "1234567890ABCDEF1234567890ABCDEF12345678"},
       {"type", "RunAntiVirusScan"},
       {"comment", "after the incident"},
       {"scope", "Quick"},
       {"on_blocker", "refuse"}}};
  for (const auto& body : same) EXPECT_EQ(hash_of(body), hash_of(scan_body()));
}

TEST(PostSubmission, BodiesOfAnotherMeaningDiffer) {
  const std::pair<const char*, const char*> changes[] = {
      {"region", "eu"},       {"machine", "abcdef1234567890abcdef1234567890abcdef12"},
      {"type", "Offboard"},   {"comment", "another"},
      {"scope", "Full"},      {"requested_by", "bob"},
      {"on_blocker", "wait"},
  };
  for (const auto& [key, value] : changes) {
    json::object body = scan_body();
    body[key] = value;
    EXPECT_NE(hash_of(body), hash_of(scan_body())) << key;
  }
}

struct Held {
  core::SubmitGuard guard;
  int status;
};

TEST(PostSubmission, SaysWhatHoldsItBack) {
  const Held rows[] = {
      {core::SubmitGuard::Disabled, 403},       {core::SubmitGuard::TypeNotAllowed, 403},
      {core::SubmitGuard::HourLimit, 429},      {core::SubmitGuard::Stopping, 503},
      {core::SubmitGuard::StoreRecovered, 409},
  };
  for (const Held& row : rows) {
    FakeBackend backend = daemon_of_one_region();
    backend.reply = core::Refused{core::SubmissionHeld{row.guard, 90500ms}};
    const auto response = submit(backend, scan_body());
    EXPECT_EQ(response.status, row.status) << to_string(row.guard);
    EXPECT_EQ(header(response, "Content-Type"), "application/problem+json");
    const bool passes = row.status == 409 || row.status == 429;
    EXPECT_EQ(header(response, "Retry-After"), passes ? "91" : "absent");
    EXPECT_EQ(json::parse(response.body).as_object().at("guard"),
              json::value(to_string(row.guard)));
    EXPECT_FALSE(detail(response).empty());
  }
}

TEST(PostSubmission, OverTheLimitItWaitsForASecondAtLeast) {
  FakeBackend backend = daemon_of_one_region();
  backend.reply = core::Refused{core::SubmissionHeld{core::SubmitGuard::HourLimit, 0s}};
  EXPECT_EQ(header(submit(backend, scan_body()), "Retry-After"), "1");
}

TEST(PostSubmission, MayBeRepeatedWhileTheDaemonCannotDoIt) {
  FakeBackend backend = daemon_of_one_region();
  backend.refuses = Error(Errc::Cancelled, "the daemon is stopping");
  const auto response = submit(backend, scan_body());
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(detail(response), HasSubstr("stopping"));
}

TEST(PostSubmission, NamesTheRegionsWhereItMustBeChosen) {
  FakeBackend backend = daemon_of_regions();
  const auto response = submit(backend, scan_body());
  EXPECT_EQ(response.status, 422);
  EXPECT_THAT(detail(response), HasSubstr("as region: eu, us"));
  EXPECT_FALSE(backend.operated);
}

TEST(PostSubmission, TakesTheOnlyRegionThatKnowsTheName) {
  FakeBackend backend = daemon_of_regions();
  backend.reply = core::SubmissionAccepted{kSubmission, true};
  backend.machines_by_region["us"] = {{kMachine, "srv-1.example", {}}};
  EXPECT_EQ(submit_with(backend, "machine", "srv-1.example").status, 202);
  EXPECT_EQ(ordered(backend).region, "us");
  EXPECT_EQ(ordered(backend).machine, kMachine);
  EXPECT_TRUE(backend.questions.empty());
}

TEST(PostSubmission, TakesTheOnlyRegionThatKnowsTheId) {
  FakeBackend backend = daemon_of_regions();
  backend.reply = core::SubmissionAccepted{kSubmission, true};
  backend.machines_by_region["us"] = {{kMachine, "srv-1.example", {}}};
  EXPECT_EQ(submit(backend, scan_body()).status, 202);
  EXPECT_EQ(ordered(backend).region, "us");
}

TEST(PostSubmission, NamesTheRegionsThatKnowTheName) {
  FakeBackend backend = daemon_of_regions();
  backend.engine.regions.emplace_back();
  backend.engine.regions.back().name = "uk";
  backend.machines_by_region["us"] = {{kMachine, "srv-1.example", {}}};
  backend.machines_by_region["uk"] = {{kMachine, "srv-1.example", {}}};
  const auto response = submit_with(backend, "machine", "srv-1.example");
  EXPECT_EQ(response.status, 422);
  EXPECT_THAT(detail(response), HasSubstr("as region: us, uk"));
}

TEST(PostSubmission, LooksANameUpInTheApiWhereTheStoreDoesNotKnowIt) {
  FakeBackend backend = daemon_of_one_region();
  Machine machine;
  machine.id = kMachine;
  machine.computer_dns_name = "srv-1.example";
  backend.results = {
      core::Answer(MachinePage{{MachineQuery::Kind::Name, "srv-1.example"}, {machine}, true})};
  EXPECT_EQ(submit_with(backend, "machine", "SRV-1.example").status, 202);
  EXPECT_EQ(backend.questions.at(0).first, "eu");
  EXPECT_EQ(std::get<core::MachinesNamed>(backend.questions.at(0).second).query.name,
            "srv-1.example");
  EXPECT_EQ(ordered(backend).machine, kMachine);
}

TEST(PostSubmission, FindsTheMachineOfAnAlert) {
  FakeBackend backend = daemon_of_one_region();
  backend.results = {core::Answer(MachineAlert{"da63_1", kMachine, "srv-1.example"})};
  json::object body = scan_body();
  body.erase("machine");
  body["alert"] = "da63_1";
  EXPECT_EQ(submit(backend, body).status, 202);
  EXPECT_EQ(std::get<core::MachineOfAlert>(backend.questions.at(0).second).alert, "da63_1");
  EXPECT_EQ(ordered(backend).machine, kMachine);
}

TEST(PostSubmission, AnAlertWithoutAMachineIsNotFound) {
  FakeBackend backend = daemon_of_one_region();
  backend.results = {core::Answer(MachineAlert{"da63_1", "", ""})};
  json::object body = scan_body();
  body.erase("machine");
  body["alert"] = "da63_1";
  const auto response = submit(backend, body);
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(detail(response), HasSubstr("da63_1 has no machine"));
  EXPECT_FALSE(backend.operated);
}

TEST(PostSubmission, LooksNoMachineUpForWhatWouldBeRefused) {
  FakeBackend backend = daemon_of_one_region();
  backend.foreseen = core::Refused{core::SubmissionHeld{core::SubmitGuard::Disabled, {}}};
  EXPECT_EQ(submit_with(backend, "machine", "srv-1").status, 403);
  EXPECT_TRUE(backend.questions.empty());
  EXPECT_FALSE(backend.operated);
}

TEST(PostSubmission, LooksNoMachineUpForAKnownKey) {
  FakeBackend backend = daemon_of_one_region();
  backend.foreseen = core::SubmissionAccepted{kSubmission, false};
  json::object body = scan_body();
  body["machine"] = "srv-1";
  EXPECT_EQ(submit(backend, body, {{"Idempotency-Key", "k"}}).status, 200);
  EXPECT_EQ(backend.foreseen_key, "k");
  EXPECT_TRUE(backend.questions.empty());
}

TEST(PostSubmission, AClientThatLeavesBeforeItsMachineIsFoundSubmitsNothing) {
  FakeBackend backend = daemon_of_one_region();
  json::object body = scan_body();
  body["machine"] = "srv-1";
  auto answer = backend.answer("/v1/submissions", "POST", {{"Content-Type", "application/json"}},
                               json::serialize(body));
  const auto& later = std::get<http::Later>(answer);
  std::optional<http::Response> response;
  later.begin([&](http::Later::Made made) { response = std::get<http::Response>(made); });
  later.left();
  Machine machine;
  machine.id = kMachine;
  machine.computer_dns_name = "srv-1";
  backend.end_question(
      core::Answer(MachinePage{{MachineQuery::Kind::Name, "srv-1"}, {machine}, true}));
  EXPECT_FALSE(backend.operated);
  EXPECT_FALSE(response);
}

TEST(PostSubmission, AKnownKeyIsAnsweredWhereTheRegionCouldNotBeLeftOut) {
  FakeBackend backend = daemon_of_one_region();
  backend.engine.regions.emplace_back();
  backend.engine.regions.back().name = "us";
  EXPECT_EQ(submit(backend, scan_body(), {{"Idempotency-Key", "k"}}).status, 422);
  backend.foreseen = core::SubmissionAccepted{kSubmission, false};
  EXPECT_EQ(submit(backend, scan_body(), {{"Idempotency-Key", "k"}}).status, 200);
}

TEST(PostSubmission, ShowsWhatHoldsItBackNow) {
  FakeBackend backend = daemon_of_one_region();
  backend.submissions = {submission()};
  backend.held[kSubmission] = "quota";
  const auto response = submit(backend, scan_body());
  EXPECT_EQ(json::parse(response.body).as_object().at("reason"), "quota");
}

}  // namespace
}  // namespace mactiond::admin

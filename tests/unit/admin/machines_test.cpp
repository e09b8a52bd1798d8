#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <variant>

#include "admin/answers.hpp"
#include "base/iso_time.hpp"
#include "unit/admin/submissions.hpp"

namespace mactiond::admin {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using core::Unanswered;
using testing::HasSubstr;

const std::string kOther = "abcdef1234567890abcdef1234567890abcdef12";

Machine machine(const std::string& id = kMachine, const std::string& name = "srv-1.example") {
  Machine one;
  one.id = id;
  one.computer_dns_name = name;
  return one;
}

core::QuestionResult page(std::vector<Machine> machines, bool complete = true) {
  return core::Answer(
      MachinePage{{MachineQuery::Kind::Name, "srv-1.example"}, std::move(machines), complete});
}

json::object parsed(const http::Response& response) {
  return json::parse(response.body).as_object();
}

TEST(GetMachine, AnswersFromOurOwnStore) {
  FakeBackend backend = daemon_of_one_region();
  backend.machines_by_region["eu"] = {{kMachine, "srv-1.example", {}}};
  const auto response = backend.ask("/v1/machines/srv-1.example");
  EXPECT_EQ(response.status, 200);
  const json::object wanted = {
      {"region", "eu"},       {"id", kMachine},    {"computer", "srv-1.example"},
      {"last_seen", nullptr}, {"health", nullptr}, {"onboarding", nullptr},
      {"os", nullptr},        {"group", nullptr},  {"tags", json::array()}};
  EXPECT_EQ(parsed(response),
            (json::object{{"machines", json::array{wanted}}, {"source", "store"}}));
  EXPECT_TRUE(backend.questions.empty());
}

TEST(GetMachine, AsksTheApiForAnId) {
  FakeBackend backend = daemon_of_one_region();
  Machine full = machine();
  full.last_seen = WallTime(24h * 365 * 50);
  full.health_status = "Active";
  full.onboarding_status = "Onboarded";
  full.os_platform = "Windows11";
  full.rbac_group_name = "Servers";
  full.tags = {"tier \"0\"", "b"};
  backend.results = {core::Answer(full)};
  const auto response = backend.ask("/v1/machines/1234567890ABCDEF1234567890ABCDEF12345678");
  EXPECT_EQ(std::get<core::MachineById>(backend.questions.at(0).second).id, kMachine);
  const json::object wanted = {{"region", "eu"},
                               {"id", kMachine},
                               {"computer", "srv-1.example"},
                               {"last_seen", format_iso_time(*full.last_seen)},
                               {"health", "Active"},
                               {"onboarding", "Onboarded"},
                               {"os", "Windows11"},
                               {"group", "Servers"},
                               {"tags", json::array{"tier \"0\"", "b"}}};
  EXPECT_EQ(parsed(response), (json::object{{"machines", json::array{wanted}}, {"source", "api"}}));
}

TEST(GetMachine, AsksTheApiWhereTheStoreKnowsSeveral) {
  FakeBackend backend = daemon_of_one_region();
  backend.machines_by_region["eu"] = {{kMachine, "srv-1.example", {}},
                                      {kOther, "srv-1.example", {}}};
  Machine used = machine(kOther);
  used.onboarding_status = "Onboarded";
  backend.results = {page({machine(), used})};
  const auto response = backend.ask("/v1/machines/srv-1.example");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr(kOther));
}

TEST(GetMachine, AsksTheApiForAShortName) {
  FakeBackend backend = daemon_of_one_region();
  backend.machines_by_region["eu"] = {{kMachine, "srv-1.example", {}}};
  backend.results = {core::Answer(MachinePage{{MachineQuery::Kind::FirstLabel, "srv-1"},
                                              {machine(), machine(kOther, "srv-1.test")},
                                              true})};
  EXPECT_EQ(backend.ask("/v1/machines/srv-1").status, 409) << "two machines begin with it";
}

TEST(GetMachine, ListsTheCandidatesOfAName) {
  FakeBackend backend = daemon_of_one_region();
  Machine merged = machine(kOther);
  merged.merged_into = kMachine;
  backend.results = {page({machine(), merged})};
  const auto response = backend.ask("/v1/machines/srv-1.example");
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(header(response, "Content-Type"), "application/problem+json");
  EXPECT_THAT(detail(response), HasSubstr("2 machines have the name"));
  const auto problem = parsed(response);
  const auto& candidates = problem.at("candidates").as_array();
  ASSERT_EQ(candidates.size(), 2U);
  EXPECT_EQ(candidates[0].as_object().at("id"), json::value(kMachine));
  EXPECT_EQ(candidates[0].as_object().at("region"), "eu");
  EXPECT_EQ(candidates[1].as_object().at("merged_into"), json::value(kMachine));
}

TEST(GetMachine, GuessesNothingWhereMoreWereFoundThanAreRead) {
  FakeBackend backend = daemon_of_one_region();
  backend.results = {page({machine()}, false)};
  EXPECT_EQ(backend.ask("/v1/machines/srv-1.example").status, 409);
}

TEST(GetMachine, AnUnknownNameIsNotFound) {
  FakeBackend backend = daemon_of_one_region();
  backend.results = {page({})};
  const auto response = backend.ask("/v1/machines/srv-1.example");
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(detail(response), HasSubstr("no machine has the name \"srv-1.example\""));
}

TEST(GetMachine, RefusesWhatIsNoName) {
  FakeBackend backend = daemon_of_one_region();
  const auto response = backend.ask("/v1/machines/srv%201");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(detail(response), HasSubstr("40 hex digits"));
}

TEST(GetMachine, LooksInTheRegionThatIsNamed) {
  FakeBackend backend = daemon_of_regions();
  backend.results = {page({machine()})};
  EXPECT_EQ(backend.ask("/v1/machines/srv-1.example?region=us").status, 200);
  EXPECT_EQ(backend.questions.at(0).first, "us");
  const auto unknown = backend.ask("/v1/machines/srv-1.example?region=uss");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_THAT(detail(unknown), HasSubstr("did you mean us?"));
  const auto none = backend.ask("/v1/machines/srv-1.example");
  EXPECT_EQ(none.status, 400);
  EXPECT_THAT(detail(none), HasSubstr("as region: eu, us"));
  EXPECT_EQ(backend.ask("/v1/machines/srv-1.example?region=").status, 400);
}

TEST(GetMachine, SaysWhyTheApiDidNotAnswer) {
  const std::pair<Unanswered::Why, int> rows[] = {
      {Unanswered::Why::NotFound, 404},    {Unanswered::Why::Refused, 502},
      {Unanswered::Why::Failed, 502},      {Unanswered::Why::TimeUp, 504},
      {Unanswered::Why::TooMany, 503},     {Unanswered::Why::NoRegion, 404},
      {Unanswered::Why::Unavailable, 503},
  };
  for (const auto& [why, status] : rows) {
    FakeBackend backend = daemon_of_one_region();
    backend.results = {Unanswered{why, "the words"}};
    const auto response = backend.ask("/v1/machines/" + kMachine);
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(detail(response), "the words");
  }
}

TEST(GetMachine, SaysThatTheStoreCannotBeRead) {
  FakeBackend backend = daemon_of_one_region();
  backend.fails = true;
  EXPECT_EQ(backend.ask("/v1/machines/srv-1.example").status, 500);
}

TEST(GetAlert, LeadsToItsMachine) {
  FakeBackend backend = daemon_of_one_region();
  backend.results = {core::Answer(MachineAlert{"da63_1", kMachine, "srv-1.example"})};
  const auto response = backend.ask("/v1/alerts/da63_1");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(std::get<core::MachineOfAlert>(backend.questions.at(0).second).alert, "da63_1");
  EXPECT_EQ(parsed(response), (json::object{{"alert", "da63_1"},
                                            {"region", "eu"},
                                            {"machine_id", kMachine},
                                            {"computer", "srv-1.example"}}));
}

TEST(GetAlert, SaysWhatIsMissing) {
  FakeBackend backend = daemon_of_one_region();
  EXPECT_EQ(backend.ask("/v1/alerts/da63%2F1").status, 400);
  backend.results = {core::Answer(MachineAlert{"da63_1", "", ""})};
  EXPECT_EQ(backend.ask("/v1/alerts/da63_1").status, 404);
  FakeBackend several = daemon_of_regions();
  EXPECT_EQ(several.ask("/v1/alerts/da63_1").status, 400);
}

/// What each kind of problem looks like: RFC 9457 with a title that belongs to its status.
TEST(Problems, HaveTheTitleOfTheirStatus) {
  const std::pair<int, const char*> rows[] = {
      {400, "Bad Request"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {409, "Conflict"},
      {413, "Content Too Large"},
      {415, "Unsupported Media Type"},
      {421, "Misdirected Request"},
      {422, "Unprocessable Content"},
      {429, "Too Many Requests"},
      {500, "Internal Server Error"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
  };
  for (const auto& [status, title] : rows) {
    const auto response = problem(status, "what to do", JsonMembers().add("more", "x"));
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(header(response, "Content-Type"), "application/problem+json");
    EXPECT_EQ(parsed(response), (json::object{{"type", "about:blank"},
                                              {"title", title},
                                              {"status", status},
                                              {"detail", "what to do"},
                                              {"more", "x"}}));
  }
}

}  // namespace
}  // namespace mactiond::admin

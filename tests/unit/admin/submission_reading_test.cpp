#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <variant>

#include "base/iso_time.hpp"
#include "unit/admin/submissions.hpp"

namespace mactiond::admin {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using core::SubmissionState;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kPath = "/v1/submissions/" + kSubmission;

TEST(GetSubmission, ShowsAllThatIsKnown) {
  FakeBackend backend = daemon_of_one_region();
  core::Submission one = submission(kSubmission, SubmissionState::Refused);
  one.order.by.note = "playbook 7";
  one.posted.emplace().wall = one.asked.wall + 2s;
  one.posts = 1;
  one.blocked_by.value = "a1";
  one.reason = "blocked";
  one.answer = "already in progress";
  one.ended = one.asked.wall + 3s;
  backend.submissions = {one};
  backend.machines_by_region["eu"] = {{kMachine, "srv-1.example", {}}};
  const auto body = backend.json(kPath);
  const json::object wanted = {{"id", kSubmission},
                               {"state", "refused"},
                               {"region", "eu"},
                               {"machine", kMachine},
                               {"computer", "srv-1.example"},
                               {"type", "RunAntiVirusScan"},
                               {"comment", "after the incident"},
                               {"requested_by", "alice (uid 1000)"},
                               {"requested_by_note", "playbook 7"},
                               {"asked", format_iso_time(one.asked.wall)},
                               {"blocked_by", "a1"},
                               {"reason", "blocked"},
                               {"answer", "already in progress"},
                               {"posted", format_iso_time(one.posted->wall)},
                               {"ended", format_iso_time(*one.ended)},
                               {"posts", 1}};
  EXPECT_EQ(body, wanted);
}

TEST(GetSubmission, LeavesOutWhatIsNotKnown) {
  FakeBackend backend = daemon_of_one_region();
  backend.submissions = {submission()};
  const auto body = backend.json(kPath);
  for (const char* key : {"computer", "requested_by_note", "action_id", "blocked_by", "reason",
                          "answer", "posted", "submitted", "ended", "position"}) {
    EXPECT_FALSE(body.contains(key)) << key;
  }
}

TEST(GetSubmission, NamesTheActionThatItBecame) {
  FakeBackend backend = daemon_of_one_region();
  core::Submission one = submission(kSubmission, SubmissionState::Submitted);
  one.action.value = "a2";
  one.submitted = one.asked.wall + 1s;
  backend.submissions = {one};
  const auto body = backend.json(kPath);
  EXPECT_EQ(body.at("action_id"), "a2");
  EXPECT_EQ(body.at("submitted"), json::value(format_iso_time(*one.submitted)));
}

TEST(GetSubmission, AnUnknownIdIsNotFound) {
  FakeBackend backend = daemon_of_one_region();
  const auto response = backend.ask("/v1/submissions/sub_1?wait=30s");
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(detail(response), HasSubstr("\"sub_1\""));
}

TEST(GetSubmission, WaitsUntilTheStateChanges) {
  FakeBackend backend = daemon_of_one_region();
  backend.submissions = {submission()};
  auto answer = backend.answer(kPath + "?wait=30s");
  const auto& poll = std::get<http::Poll>(answer);
  EXPECT_EQ(poll.patience, 30s);
  EXPECT_FALSE(poll.look(false));
  backend.submissions[0].posts = 1;
  EXPECT_FALSE(poll.look(false)) << "the state is the same";
  backend.submissions[0].state = SubmissionState::Sent;
  const auto response = poll.look(false);
  ASSERT_TRUE(response);
  EXPECT_EQ(json::parse(response->body).as_object().at("state"), "sent");
}

TEST(GetSubmission, AnswersWhenTheTimeIsUp) {
  FakeBackend backend = daemon_of_one_region();
  backend.submissions = {submission()};
  auto answer = backend.answer(kPath + "?wait=1m");
  const auto response = std::get<http::Poll>(answer).look(true);
  ASSERT_TRUE(response);
  EXPECT_EQ(json::parse(response->body).as_object().at("state"), "queued");
}

TEST(GetSubmission, AnswersAtOnceWhatHasEnded) {
  FakeBackend backend = daemon_of_one_region();
  backend.submissions = {submission(kSubmission, SubmissionState::Lost)};
  EXPECT_EQ(backend.json(kPath + "?wait=30s").at("state"), "lost");
}

TEST(GetSubmission, AnswersAtOnceWithoutAWait) {
  FakeBackend backend = daemon_of_one_region();
  backend.submissions = {submission()};
  EXPECT_EQ(backend.ask(kPath).status, 200);
  EXPECT_EQ(backend.ask(kPath + "?wait=0s").status, 200);
}

TEST(GetSubmission, ARowThatGoesWhileItIsAwaitedIsNotFound) {
  FakeBackend backend = daemon_of_one_region();
  backend.submissions = {submission()};
  auto answer = backend.answer(kPath + "?wait=30s");
  backend.submissions.clear();
  EXPECT_EQ(std::get<http::Poll>(answer).look(false)->status, 404);
}

TEST(GetSubmission, RefusesAWaitThatIsNone) {
  FakeBackend backend = daemon_of_one_region();
  backend.submissions = {submission()};
  for (const char* wait : {"", "30", "61s", "-1s", "x"}) {
    const auto response = backend.ask(kPath + "?wait=" + wait);
    EXPECT_EQ(response.status, 400) << wait;
    EXPECT_THAT(detail(response), HasSubstr("like 30s, at most 1m"));
  }
}

TEST(GetSubmissions, ListsThemWithTheirPlaces) {
  FakeBackend backend = daemon_of_one_region();
  backend.submissions = {submission("sub_2"), submission("sub_1", SubmissionState::Lost)};
  backend.ahead["sub_2"] = 0;
  const auto body = backend.json("/v1/submissions");
  const auto& list = body.at("submissions").as_array();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].as_object().at("id"), "sub_2");
  EXPECT_EQ(list[0].as_object().at("position"), 1);
  EXPECT_EQ(list[1].as_object().at("state"), "lost");
  EXPECT_TRUE(body.at("next").is_null());
}

TEST(GetSubmissions, AsksForWhatTheQuerySays) {
  FakeBackend backend = daemon_of_regions();
  backend.next_submission = 7;
  const auto body = backend.json(
      "/v1/submissions?open=true&state=queued,waiting&state=sent&region=eu&limit=5&before=9");
  EXPECT_EQ(body.at("next"), "7");
  const auto& filter = backend.submission_filter;
  EXPECT_TRUE(filter.open_only);
  EXPECT_THAT(filter.states, ElementsAre(SubmissionState::Queued, SubmissionState::Waiting,
                                         SubmissionState::Sent));
  EXPECT_THAT(filter.regions, ElementsAre("eu"));
  EXPECT_EQ(filter.limit, 5);
  EXPECT_EQ(filter.before, 9);
}

TEST(GetSubmissions, AsksForAllByDefault) {
  FakeBackend backend = daemon_of_one_region();
  EXPECT_EQ(backend.ask("/v1/submissions").status, 200);
  const auto& filter = backend.submission_filter;
  EXPECT_FALSE(filter.open_only);
  EXPECT_TRUE(filter.states.empty());
  EXPECT_TRUE(filter.regions.empty());
  EXPECT_EQ(filter.limit, 100);
  EXPECT_FALSE(filter.before);
}

TEST(GetSubmissions, RefusesWhatItDoesNotKnow) {
  const std::pair<const char*, const char*> rows[] = {
      {"state=queud", "did you mean queued?"},
      {"state=", "state is empty"},
      {"region=ue", "did you mean eu?"},
      {"open=yes", "open is true or false"},
      {"limit=0", "limit is a whole number"},
      {"before=x", "before is not one of ours"},
      {"before=9223372036854775808", "before is not one of ours"},
      {"cursor=1", "unknown parameter \"cursor\""},
  };
  for (const auto& [query, words] : rows) {
    FakeBackend backend = daemon_of_one_region();
    const auto response = backend.ask(std::string("/v1/submissions?") + query);
    EXPECT_EQ(response.status, 400) << query;
    EXPECT_THAT(detail(response), HasSubstr(words));
  }
}

TEST(GetSubmissions, SaysThatTheStoreCannotBeRead) {
  FakeBackend backend = daemon_of_one_region();
  backend.fails = true;
  EXPECT_EQ(backend.ask("/v1/submissions").status, 500);
  EXPECT_EQ(backend.ask(kPath).status, 500);
}

}  // namespace
}  // namespace mactiond::admin

// Ids, names and words as people type them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/admin/fake_backend.hpp"

namespace mactiond::admin {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(ActionsEndpoint, TakesNoMoreWordsThanItCanLookForAtOnce) {
  FakeBackend backend = daemon_of_regions();
  std::string words = "Isolate";
  for (int i = 1; i < 32; ++i) words += ",Isolate";
  EXPECT_EQ(backend.ask("/v1/actions?type=" + words).status, 200);
  EXPECT_EQ(backend.ask("/v1/actions?type=" + words + ",Isolate").status, 400);
}

TEST(ActionsEndpoint, TakesListsRepeatedOrBetweenCommas) {
  FakeBackend backend = daemon_of_regions();
  EXPECT_EQ(backend
                .ask("/v1/actions?region=eu,us&type=isolate&type=Offboard,%20scan&status="
                     "failed,timeout,VANISHED")
                .status,
            400);
  EXPECT_EQ(backend
                .ask("/v1/actions?region=eu,us&type=isolate&type=Offboard,%20Unisolate&status="
                     "failed,timeout,VANISHED")
                .status,
            200);
  EXPECT_THAT(backend.action_filter.regions, ElementsAre("eu", "us"));
  EXPECT_THAT(backend.action_filter.types, ElementsAre("Isolate", "Offboard", "Unisolate"));
  EXPECT_THAT(backend.action_filter.statuses, ElementsAre("Failed", "TimeOut", "vanished"));
}

TEST(ActionsEndpoint, TakesAWordThatTheApiIsNotKnownToUseIfItOccurs) {
  FakeBackend backend = daemon_of_regions();
  backend.stored_words = {"Paused", "ResetBios", "removed-region"};
  EXPECT_EQ(backend.ask("/v1/actions?status=Paused&type=ResetBios&region=removed-region").status,
            200);
  EXPECT_THAT(backend.action_filter.statuses, ElementsAre("Paused"));
  EXPECT_EQ(backend.ask("/v1/actions?status=Pausd").status, 400);
}

constexpr const char* kId = "c7042fcd-de8c-7780-2820-022e2ca67d6b";

TEST(ActionEndpoint, TakesAnIdAsPeopleTypeIt) {
  FakeBackend backend = daemon_of_regions();
  backend.found = {action_view(kId), action_view("c7042fce-de8c-7780-2820-022e2ca67d6b"),
                   action_view("ffff")};
  for (const char* written :
       {kId, "C7042FCD-DE8C-7780-2820-022E2CA67D6B", "%7Bc7042fcd-de8c-7780-2820-022e2ca67d6b%7D",
        "c7042fcd", "C7042fcD-", "%7BC7042FCD%7D", "%20c7042fcd%20"}) {
    const auto response = backend.ask(std::string("/v1/actions/") + written);
    EXPECT_EQ(response.status, 200) << written;
    EXPECT_THAT(response.body, HasSubstr(kId)) << written;
  }
  const auto ambiguous = backend.ask("/v1/actions/c704");
  EXPECT_EQ(ambiguous.status, 400);
  EXPECT_THAT(ambiguous.body, AllOf(HasSubstr(std::string(kId) + " (eu), c7042fce-"),
                                    HasSubstr("several actions")));
  EXPECT_THAT(backend.ask("/v1/actions/c70").body, HasSubstr("at least 4 characters"));
  EXPECT_EQ(backend.ask("/v1/actions/FFFF").status, 200);
  EXPECT_EQ(backend.ask("/v1/actions/fff").status, 400);
  EXPECT_EQ(backend.ask("/v1/actions/%7B%7D").status, 400);
  EXPECT_EQ(backend.ask("/v1/actions/0000").status, 404);
}

TEST(ActionEndpoint, TakesAWholeIdBeforeOneThatOnlyBeginsWithIt) {
  FakeBackend backend = daemon_of_regions();
  backend.found = {action_view("abcdef"), action_view("ABCD"), action_view("ab")};
  EXPECT_EQ(backend.json("/v1/actions/abcd").at("action").at("id"), "ABCD");
  EXPECT_EQ(backend.json("/v1/actions/AB").at("action").at("id"), "ab");
}

TEST(WebhookNames, ThatAreUnknownAreRefusedWithTheNearest) {
  FakeBackend backend = daemon_of_regions();
  backend.engine.webhooks.emplace_back();
  backend.engine.webhooks.back().name = "soc";
  const std::vector<http::Header> json = {{"Content-Type", "application/json"}};
  const std::string body = R"({"webhook":"sco"})";
  for (const auto& response :
       {backend.ask("/v1/dead-letters?webhook=sco"), backend.ask("/v1/dead-letters/sco/7"),
        backend.ask("/v1/dead-letters/replay", "POST", json, body),
        backend.ask("/v1/dead-letters/purge", "POST", json, body)}) {
    EXPECT_EQ(response.status, 404);
    EXPECT_THAT(response.body, HasSubstr("did you mean soc? configured: soc"));
  }
  EXPECT_EQ(backend.ask("/v1/dead-letters?webhook=").status, 404);
  EXPECT_EQ(backend.ask("/v1/dead-letters?webhook=soc").status, 200);
  // One that is no longer configured, but has left letters.
  core::DeadLetterView letter;
  letter.webhook = "gone";
  letter.event = event_record(7);
  backend.letters.letters = {letter};
  EXPECT_EQ(backend.ask("/v1/dead-letters?webhook=gone").status, 200);
}

}  // namespace
}  // namespace mactiond::admin

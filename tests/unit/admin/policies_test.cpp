#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "unit/admin/fake_backend.hpp"

namespace mactiond::admin {
namespace {

using testing::HasSubstr;

TEST(CancelEndpoint, AsksTheEngineWithCommentAndOperator) {
  FakeBackend backend;
  backend.found = {action_view("a/b")};
  backend.reply = core::Done{"d1", {}};
  const auto response =
      backend.post("/v1/actions/a%2Fb/cancel", R"({"comment":"why","operator":"ann"})");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr(R"("decision_id":"d1")"));
  const auto& ask = std::get<core::AskCancel>(backend.operated.value());
  EXPECT_EQ(ask.action.value, "a/b");
  EXPECT_EQ(ask.comment, "why");
  EXPECT_EQ(ask.by, (core::Operator{"alice (uid 1000)", "ann"}));
}

TEST(CancelEndpoint, TheOperatorIsTheSocketsPeer) {
  EXPECT_EQ(http::peer_text(http::Peer{1000, "alice"}), "alice (uid 1000)");
  EXPECT_EQ(http::peer_text(http::Peer{1000, ""}), "uid 1000");
  EXPECT_EQ(http::peer_text(std::nullopt), "unknown");
}

TEST(CancelEndpoint, RefusesAnOperatorNoteThatIsNone) {
  FakeBackend backend;
  for (const std::string& note : {std::string("7"), '"' + std::string(201, 'x') + '"'}) {
    const auto response =
        backend.post("/v1/actions/a/cancel", R"({"comment":"why","operator":)" + note + '}');
    EXPECT_EQ(response.status, 400) << response.body;
    EXPECT_FALSE(backend.operated);
  }
}

TEST(CancelEndpoint, TakesABeginningOfAnIdThatIsLongEnoughAndUniqueAndNamesTheWhole) {
  FakeBackend backend;
  backend.found = {action_view("c7042fcd-de8c"), action_view("c7042fcd-0000"),
                   action_view("12345678-aaaa")};
  const std::string why = R"({"comment":"why"})";
  const auto response = backend.post("/v1/actions/12345678/cancel", why);
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr(R"("action_id":"12345678-aaaa")"));
  EXPECT_EQ(std::get<core::AskCancel>(backend.operated.value()).action.value, "12345678-aaaa");
  for (const char* id : {"%7B12345678", "12345678-AAAA%7D", "%7B12345678-aaaa%7D"}) {
    backend.operated.reset();
    EXPECT_EQ(backend.post(std::string("/v1/actions/") + id + "/cancel", why).status, 200) << id;
  }
  backend.operated.reset();
  const auto refuses = [&](const std::string& id, int status, const std::string& words) {
    const auto refused = backend.post("/v1/actions/" + id + "/cancel", why);
    EXPECT_EQ(refused.status, status) << id;
    EXPECT_THAT(refused.body, HasSubstr(words)) << id;
  };
  refuses("1234567", 400, "at least 8 characters");
  refuses("C7042FCD", 400, "c7042fcd-de8c (eu), c7042fcd-0000 (eu)");
  refuses("c7042fcd-1", 404, "no action");
  EXPECT_FALSE(backend.operated);
}

TEST(CancelEndpoint, NeedsTheRegionWhereSeveralKnowTheAction) {
  FakeBackend backend;
  for (const char* name : {"eu", "us"}) backend.engine.regions.emplace_back().name = name;
  backend.found = {action_view("a", "eu"), action_view("a", "us")};
  auto response = backend.post("/v1/actions/a/cancel", R"({"comment":"why"})");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("several regions (eu, us): name one as region"));
  response = backend.post("/v1/actions/a/cancel", R"({"comment":"why","region":1})");
  EXPECT_EQ(response.status, 400);
  response = backend.post("/v1/actions/a/cancel", R"({"comment":"why","region":"uk"})");
  EXPECT_EQ(response.status, 404);
  EXPECT_FALSE(backend.operated);
  response = backend.post("/v1/actions/a/cancel", R"({"comment":"why","region":"us"})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(std::get<core::AskCancel>(backend.operated.value()).region, "us");
  backend.found = {action_view("a", "eu")};
  response = backend.post("/v1/actions/a/cancel", R"({"comment":"why"})");
  EXPECT_EQ(std::get<core::AskCancel>(backend.operated.value()).region, "eu");
}

TEST(CancelEndpoint, ARegionThatWasRemovedDoesNotMakeAnActionAmbiguous) {
  FakeBackend backend;
  backend.engine.regions.emplace_back().name = "us";
  backend.found = {action_view("a", "eu"), action_view("a", "us")};
  EXPECT_EQ(backend.post("/v1/actions/a/cancel", R"({"comment":"why"})").status, 200);
  EXPECT_EQ(std::get<core::AskCancel>(backend.operated.value()).region, "us");
}

TEST(CancelEndpoint, NeedsAComment) {
  FakeBackend backend;
  const std::string long_one(1025, 'x');
  for (const std::string& body :
       {std::string(), std::string("{}"), std::string(R"({"comment":""})"),
        std::string(R"({"comment":" \t\n"})"), std::string(R"({"comment":1})"),
        R"({"comment":")" + long_one + "\"}"}) {
    EXPECT_EQ(backend.post("/v1/actions/a/cancel", body).status, 400) << body;
  }
  EXPECT_FALSE(backend.operated);
}

TEST(CancelEndpoint, DistinguishesARefusalFromAnUnknownAction) {
  FakeBackend backend;
  backend.found = {action_view("a")};
  backend.reply = core::Refused{core::CancelRefused{core::CancelGuard::NotOpen, {}, {}}};
  auto response = backend.post("/v1/actions/a/cancel", R"({"comment":"x"})");
  EXPECT_EQ(response.status, 409);
  EXPECT_THAT(response.body, HasSubstr("the action is not open"));
  backend.reply = core::NotFound{};
  EXPECT_EQ(backend.post("/v1/actions/a/cancel", R"({"comment":"x"})").status, 404);
}

TEST(PoliciesEndpoint, SuspendsAndResumes) {
  FakeBackend backend;
  EXPECT_EQ(backend.post("/v1/policies/suspend").status, 200);
  EXPECT_TRUE(std::get<core::SuspendCancelling>(backend.operated.value()).suspended);
  EXPECT_EQ(backend.post("/v1/policies/resume").status, 200);
  EXPECT_FALSE(std::get<core::SuspendCancelling>(backend.operated.value()).suspended);
}

TEST(PoliciesEndpoint, ExplainsATextOrReportsItsErrors) {
  FakeBackend backend;
  EXPECT_EQ(backend.post("/v1/policies/explain").status, 400);
  auto response = backend.post("/v1/policies/explain", R"({"config":"a","name":"f.toml"})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(backend.explained, "f.toml=a");
  EXPECT_THAT(response.body, HasSubstr(R"({"name":"eu","actions":[],"more":3})"));
  backend.config_errors = {"f.toml:1:1: no", "f.toml:2:1: \"neither\""};
  response = backend.post("/v1/policies/explain", R"({"config":"a"})");
  EXPECT_EQ(response.status, 422);
  const auto body = boost::json::parse(response.body).as_object();
  EXPECT_EQ(body.at("errors").as_array().at(1), "f.toml:2:1: \"neither\"");
  backend.reply = core::Refused{core::ExplainInProgress{}};
  EXPECT_EQ(backend.post("/v1/policies/explain", R"({"config":"a"})").status, 409);
}

TEST(PoliciesEndpoint, SaysWhatHoldsACancelBackAndWhatToDoAboutIt) {
  FakeBackend backend;
  core::Explanation held;
  held.verdict = core::PolicyVerdict::Hold;
  held.type = ActionType::Known::Isolate;
  held.guard = core::CancelGuard::Permission;
  held.reason = "7h since its creation, the limit is 6h";
  backend.plans = {{"eu", {{held}, 0}}};
  const auto response = backend.post("/v1/policies/explain", R"({"config":"a"})");
  EXPECT_THAT(response.body, HasSubstr(R"("guard":"permission","reason":"7h since its creation, )"
                                       "the limit is 6h; held back: the app registration lacks the "
                                       "permission Machine.Isolate; grant it"));
}

TEST(PoliciesEndpoint, ExplainsAFileAsLargeAsOneMayBe) {
  FakeBackend backend;
  const std::string file(1024 * 1024, '#');
  EXPECT_EQ(backend.post("/v1/policies/explain", R"({"config":")" + file + "\"}").status, 200);
  EXPECT_EQ(backend.explained, "config=" + file);
  const std::string huge = R"({"config":")" + file + file + file + "\"}";
  EXPECT_EQ(backend.post("/v1/policies/explain", huge).status, 413);
  EXPECT_EQ(backend.post("/v1/reload", R"({"config":")" + file + "\"}").status, 413);
}

TEST(ReloadEndpoint, ReportsEveryError) {
  FakeBackend backend;
  EXPECT_EQ(backend.post("/v1/reload").status, 200);
  backend.config_errors = {"one", "two"};
  const auto response = backend.post("/v1/reload");
  EXPECT_EQ(response.status, 422);
  EXPECT_THAT(response.body, HasSubstr(R"("errors":["one","two"])"));
  backend.config_errors = std::vector<std::string>(250, "one");
  EXPECT_THAT(backend.post("/v1/reload").body, HasSubstr("and 150 more"));
}

}  // namespace
}  // namespace mactiond::admin

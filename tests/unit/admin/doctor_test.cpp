#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "unit/admin/fake_backend.hpp"

namespace mactiond::admin {
namespace {

using testing::HasSubstr;

FakeBackend backend_with_checks() {
  FakeBackend backend = daemon_of_regions();
  backend.engine.webhooks.emplace_back();
  backend.engine.webhooks.back().name = "soc";
  backend.found_by_doctor = {doctor::Target{"region", "eu"}.bad("token", "wrong", "copy Value")};
  return backend;
}

TEST(PostDoctor, ReportsWhatWasFound) {
  FakeBackend backend = backend_with_checks();
  const auto response = backend.post("/v1/doctor");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, doctor::to_json(backend.found_by_doctor) + '\n');
  ASSERT_TRUE(backend.examined);
  EXPECT_TRUE(backend.examined->everything());
  EXPECT_FALSE(backend.examined->send);
}

TEST(PostDoctor, LooksAtWhatIsNamed) {
  FakeBackend backend = backend_with_checks();
  EXPECT_EQ(backend.post("/v1/doctor", R"({"region":"eu","webhook":"soc","send":true})").status,
            200);
  EXPECT_EQ(backend.examined->region, "eu");
  EXPECT_EQ(backend.examined->webhook, "soc");
  EXPECT_TRUE(backend.examined->send);
  EXPECT_FALSE(backend.examined->has_region("us"));
}

TEST(PostDoctor, RefusesNamesThatAreNotConfigured) {
  FakeBackend backend = backend_with_checks();
  const auto region = backend.post("/v1/doctor", R"({"region":"eus"})");
  EXPECT_EQ(region.status, 404);
  EXPECT_THAT(region.body, HasSubstr("did you mean eu?"));
  const auto webhook = backend.post("/v1/doctor", R"({"webhook":"so"})");
  EXPECT_EQ(webhook.status, 404);
  EXPECT_THAT(webhook.body, HasSubstr("configured: soc"));
  EXPECT_FALSE(backend.examined);
}

TEST(PostDoctor, RefusesABodyOfAnotherForm) {
  FakeBackend backend = backend_with_checks();
  for (const char* body : {R"({"region":""})", R"({"region":3})", R"({"webhook":null})",
                           R"({"send":"yes"})", R"({"regions":"eu"})"}) {
    EXPECT_EQ(backend.post("/v1/doctor", body).status, 400) << body;
  }
  EXPECT_FALSE(backend.examined);
}

TEST(PostDoctor, SaysWhyItCannotLookNow) {
  FakeBackend backend = backend_with_checks();
  backend.not_examined = "another examination is in progress";
  const auto response = backend.post("/v1/doctor");
  EXPECT_EQ(response.status, 409);
  EXPECT_THAT(response.body, HasSubstr("in progress"));
}

}  // namespace
}  // namespace mactiond::admin

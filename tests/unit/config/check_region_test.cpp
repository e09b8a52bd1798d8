#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "unit/config/config_text.hpp"

namespace mactiond::config {
namespace {

using testing::HasSubstr;

std::string region_with(const std::string& lines) {
  return "[[region]]\n" + lines +
         "\nname='eu'\ntenant_id='t'\nclient_id='c'\n"
         "auth.client_secret='env:MACTIOND_TEST_SECRET'\n";
}

TEST(Region, AnApiAddressWithAPathIsNamedWithTheRemedy) {
  for (const char* path : {"/api", "/api/", "//api", "/api//", "/API", "/api/machineactions"}) {
    const auto at_microsoft =
        load(region_with(std::string("api='https://api.security.microsoft.com") + path + "'"));
    EXPECT_FALSE(at_microsoft.ok()) << path;
    EXPECT_THAT(all_problems(at_microsoft), HasSubstr("test.toml:2:5: region.api: "));
    EXPECT_THAT(all_problems(at_microsoft), HasSubstr("write https://api.security.microsoft.com"));
    const auto elsewhere =
        load(region_with(std::string("api='https://gateway.example/mde") + path + "'"));
    EXPECT_TRUE(elsewhere.ok()) << path;
    EXPECT_THAT(all_problems(elsewhere), HasSubstr("warning: region.api: ends in")) << path;
  }
  for (const char* right : {"https://api.security.microsoft.com/", "https://gateway.example/mde",
                            "https://gateway.example/apis", "https://api.example"}) {
    EXPECT_EQ(all_problems(load(region_with(std::string("api='") + right + "'"))), "") << right;
  }
}

TEST(Region, AnAuthorityWithTheTenantInItIsNamedWithTheRemedy) {
  const auto refused = load(region_with("authority='https://login.microsoftonline.com/common'"));
  EXPECT_FALSE(refused.ok());
  EXPECT_THAT(all_problems(refused), HasSubstr("write https://login.microsoftonline.com"));
  for (const char* path : {"/T", "/t/oauth2/v2.0/token", "/x/oauth2/"}) {
    const auto warned =
        load(region_with(std::string("authority='https://login.example") + path + "'"));
    EXPECT_TRUE(warned.ok());
    EXPECT_THAT(all_problems(warned), HasSubstr("warning: region.authority")) << path;
  }
}

TEST(Region, AnAudienceThatEndsInDefaultIsRefusedWithTheRemedy) {
  for (const char* end : {"/.default", "/.default/", "//.default", "/.DEFAULT"}) {
    const auto result = load(
        region_with(std::string("audience='https://api.securitycenter.microsoft.com") + end + "'"));
    EXPECT_FALSE(result.ok()) << end;
    EXPECT_THAT(all_problems(result),
                HasSubstr("write \"https://api.securitycenter.microsoft.com\""))
        << end;
  }
  EXPECT_EQ(all_problems(load(region_with("audience='https://x.example/default'"))), "");
}

TEST(Region, TheIdsOfTheExampleAreAWarning) {
  const auto result = load(
      "[[region]]\nname='eu'\ntenant_id='00000000-0000-0000-0000-000000000000'\n"
      "client_id='00000000-0000-0000-0000-000000000000'\n"
      "auth.client_secret='env:MACTIOND_TEST_SECRET'\n");
  EXPECT_TRUE(result.ok());
  ASSERT_EQ(result.problems.size(), 2U) << all_problems(result);
  EXPECT_THAT(result.problems[0].text(), HasSubstr("3:11: warning: region.tenant_id: is still"));
  EXPECT_THAT(result.problems[1].text(), HasSubstr("4:11: warning: region.client_id: is still"));
}

TEST(Region, TheIdOfASecretInsteadOfItsValueIsAWarning) {
  const TempDirectory directory;
  const std::string file = directory.write("s", "1f2504e0-4f89-41d3-9a0c-0305e82c3301\n");
  const auto result = load(
      "[[region]]\nname='eu'\ntenant_id='t'\nclient_id='c'\n"
      "auth.client_secret='file:" +
      file + "'\n");
  EXPECT_TRUE(result.ok());
  EXPECT_THAT(all_problems(result), HasSubstr("its value"));
  EXPECT_EQ(all_problems(result).find("1f2504e0"), std::string::npos);
}

}  // namespace
}  // namespace mactiond::config

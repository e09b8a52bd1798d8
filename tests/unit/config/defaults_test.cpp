#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "unit/config/config_text.hpp"

namespace mactiond::config {
namespace {

using testing::HasSubstr;

const std::string kSecret = "auth.client_secret='env:MACTIOND_TEST_SECRET'\n";

TEST(Defaults, FillWhatARegionDoesNotSet) {
  const auto result =
      load("[defaults.region]\nclient_id='c'\ncloud='gcc'\nquota={per_minute=7,per_hour=70}\n" +
           kSecret +
           "[[region]]\nname='a'\ntenant_id='t1'\nquota.per_minute=9\n"
           "[[region]]\nname='b'\ntenant_id='t2'\nclient_id='own'\ncloud='commercial'\n");
  EXPECT_EQ(all_problems(result), "");
  const Region& a = result.config.regions.at(0);
  const Region& b = result.config.regions.at(1);
  EXPECT_EQ(a.client_id, "c");
  EXPECT_EQ(a.api.host, "api-gcc.securitycenter.microsoft.us");
  EXPECT_EQ(a.core.quota.per_minute, 9);
  EXPECT_EQ(a.core.quota.per_hour, 70);
  EXPECT_EQ(a.auth.client_secret.value.reveal(), kClientSecret);
  EXPECT_EQ(b.client_id, "own");
  EXPECT_EQ(b.api.host, "api.security.microsoft.com");
  EXPECT_EQ(b.core.quota.per_minute, 7);
}

TEST(Defaults, FillWhatAWebhookDoesNotSet) {
  const auto result =
      load("[defaults.webhook]\ntimeout='7s'\nfilter.to=['Failed']\nheaders={X-A='1'}\n" +
           region_text() +
           "[[webhook]]\nname='a'\nurl='https://a.example/'\nheaders={X-B='2'}\n"
           "[[webhook]]\nname='b'\nurl='https://b.example/'\nfilter.type=['Isolate']\n");
  EXPECT_EQ(all_problems(result), "");
  const Webhook& a = result.config.webhooks.at(0);
  const Webhook& b = result.config.webhooks.at(1);
  EXPECT_EQ(a.core.timeout, std::chrono::seconds(7));
  ASSERT_EQ(a.headers.size(), 1U);
  EXPECT_EQ(a.headers[0].name, "X-B");
  EXPECT_EQ(b.headers.at(0).name, "X-A");
  EXPECT_EQ(b.core.filter.to, std::vector<std::string>{"Failed"});
  EXPECT_EQ(b.core.filter.type, std::vector<std::string>{"Isolate"});
}

TEST(Defaults, AMistakeInThemIsReportedOnceAndThere) {
  const std::string two = "[[region]]\nname='a'\ntenant_id='t1'\nclient_id='c1'\n" + kSecret +
                          "[[region]]\nname='b'\ntenant_id='t2'\nclient_id='c2'\n" + kSecret;
  EXPECT_EQ(all_problems(load("[defaults.region]\nquota.per_minute=0\n" + two)),
            "test.toml:2:18: defaults.region.quota.per_minute: must be 1 to 100000, not 0\n");
  EXPECT_THAT(all_problems(load("[defaults.region]\ntennant_id='t'\n" + two)),
              HasSubstr("2:1: defaults.region.tennant_id: unknown key; did you mean tenant_id?"));
  EXPECT_THAT(all_problems(load("[defaults.region]\nname='x'\n" + two)),
              HasSubstr("2:1: defaults.region: a name belongs to one region"));
  EXPECT_THAT(all_problems(load("[defaults.webhoook]\n" + two)),
              HasSubstr("1:11: defaults.webhoook: unknown key; did you mean defaults.webhook?"));
  EXPECT_THAT(all_problems(load("defaults=1\n" + two)),
              HasSubstr("1:10: defaults: must be a table"));
  EXPECT_THAT(all_problems(load("[[defaults.region]]\n" + two)),
              HasSubstr("defaults.region: must be a table: write [defaults.region]"));
}

TEST(Defaults, AMistakeThatEveryRegionOverridesIsReportedToo) {
  EXPECT_THAT(all_problems(load(
                  "[defaults.region]\ncloud='gc'\n" + region_text() +
                  "[[region]]\nname='x'\ncloud='gcc'\ntenant_id='t'\nclient_id='c'\n" + kSecret)),
              HasSubstr("2:7: defaults.region.cloud: must be one of"));
}

TEST(Defaults, ALoginOfAnotherKindReplacesThatOfTheDefaults) {
  const auto result = load(
      "[defaults.region]\nclient_id='c'\n[defaults.region.auth]\n"
      "client_secret='env:MACTIOND_TEST_SECRET'\nexpires='2031-01-31'\n"
      "[[region]]\nname='a'\ntenant_id='t1'\nauth.kind='managed_identity'\n"
      "[[region]]\nname='b'\ntenant_id='t2'\nclient_id='d'\n");
  EXPECT_EQ(all_problems(result), "");
  EXPECT_TRUE(result.config.regions.at(0).auth.client_secret.source.empty());
  EXPECT_FALSE(result.config.regions.at(0).auth.expires);
  EXPECT_FALSE(result.config.regions.at(1).auth.client_secret.source.empty());
  EXPECT_TRUE(result.config.regions.at(1).auth.expires);
}

TEST(Defaults, AnotherFileOfTheCertificateReplacesThatOfTheDefaults) {
  const TempDirectory directory;
  const std::string file = "='file:" + directory.write("f", "x") + "'\n";
  const std::string region = "[[region]]\nname='a'\ntenant_id='t'\n";
  const std::string pair = "auth.certificate" + file + "auth.key" + file;
  const std::string defaults = "[defaults.region]\nclient_id='c'\nauth.kind='certificate'\n";
  const auto one = load(defaults + pair + region + "auth.pkcs12" + file);
  EXPECT_THAT(all_problems(one), testing::Not(HasSubstr("holds certificate and key")));
  EXPECT_TRUE(one.config.regions.at(0).auth.key.source.empty());
  const auto other = load(defaults + "auth.pkcs12" + file + region + pair);
  EXPECT_TRUE(other.config.regions.at(0).auth.pkcs12.source.empty());
}

TEST(Defaults, AMistakeThatTheDaemonFindsInThemIsReportedOnce) {
  auto result = load("[defaults.region]\ncloud='gcc'\n[[region]]\n[[region]]\n");
  result.problems.clear();
  result.fail("region", 0, "cloud", "wrong");
  result.fail("region", 1, "cloud", "wrong");
  EXPECT_EQ(all_problems(result), "test.toml:2:7: region.cloud: wrong\n");
}

TEST(Defaults, AKeyBehindATableOfThemIsNamedWithItsPlace) {
  EXPECT_THAT(all_problems(load("[defaults.region.auth]\nclient_id='c'\n" + region_text())),
              HasSubstr("2:1: defaults.region.auth.client_id: belongs to defaults.region: put it "
                        "above [defaults.region.auth]"));
}

}  // namespace
}  // namespace mactiond::config

#include "config/loader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "unit/config/config_text.hpp"

namespace mactiond::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Loader, FillsInEveryDefault) {
  const auto result = load(region_text());
  ASSERT_EQ(all_problems(result), "");
  const Config& config = result.config;
  EXPECT_EQ(config.daemon.instance, "host1.example");
  EXPECT_EQ(config.daemon.state_dir, "/var/lib/mactiond");
  EXPECT_EQ(config.transition_log.sync, core::LogSync::Batch);
  EXPECT_EQ(config.admin.listen, "127.0.0.1:9464");
  EXPECT_EQ(config.closed_actions, 24h * 30);
  ASSERT_EQ(config.regions.size(), 1U);
  const Region& region = config.regions[0];
  EXPECT_EQ(region.api.host, "api.security.microsoft.com");
  EXPECT_EQ(region.audience, "https://api.securitycenter.microsoft.com");
  EXPECT_EQ(region.authority.host, "login.microsoftonline.com");
  EXPECT_EQ(region.core.quota.per_hour, 1500);
  EXPECT_EQ(region.core.poll.lookback, 24h * 4);
  EXPECT_EQ(region.auth.client_secret.value.reveal(), kClientSecret);
  EXPECT_TRUE(config.webhooks.empty());
}

TEST(Loader, ReadsEveryOptionOfARegion) {
  const auto result = load(
      "[[region]]\n"
      "name='us'\ncloud='gcc-high'\napi='https://api.test:8443/base'\naudience='api://mde'\n"
      "tenant_id='contoso.example'\nclient_id='c'\nproxy='http://proxy.test:3128'\n"
      "auth.kind='client_secret'\nauth.client_secret='env:MACTIOND_TEST_SECRET'\n"
      "quota={per_minute=10, per_hour=20, share=0.5}\n"
      "[region.poll]\n"
      "min_interval='500ms'\nidle_interval='1m'\noverlap='0s'\nlookback='2h'\npage_size=7\n"
      "filters='documented'\n");
  ASSERT_EQ(all_problems(result), "");
  const Region& region = result.config.regions.at(0);
  EXPECT_EQ(region.api.port, "8443");
  EXPECT_EQ(region.api.target, "/base");
  EXPECT_EQ(region.audience, "api://mde");
  EXPECT_EQ(region.authority.host, "login.microsoftonline.us");
  EXPECT_EQ(region.tenant_id, "contoso.example");
  EXPECT_EQ(region.proxy, (http::Url{"http", "proxy.test", "3128", "/"}));
  EXPECT_EQ(region.core.quota.per_minute, 10);
  EXPECT_EQ(region.core.quota.per_hour, 20);
  EXPECT_EQ(region.core.quota.share, 0.5);
  EXPECT_EQ(region.core.poll.min_interval, 500ms);
  EXPECT_EQ(region.core.poll.idle_interval, 1min);
  EXPECT_EQ(region.core.poll.overlap, 0s);
  EXPECT_EQ(region.core.poll.lookback, 2h);
  EXPECT_EQ(region.core.poll.page_size, 7);
  EXPECT_EQ(region.core.poll.filters, core::Filters::Documented);
}

TEST(Loader, ReadsEveryOptionOfAWebhook) {
  const auto result = load(region_text() +
                           "[[webhook]]\n"
                           "name='soc'\nurl='http://127.0.0.1:8080/x?y=1'\nallow_http=true\n"
                           "format='standard'\ntimeout='3s'\nmax_in_flight=2\n"
                           "secret=['env:MACTIOND_TEST_HOOK', 'env:MACTIOND_TEST_HOOK']\n"
                           "bearer='env:MACTIOND_TEST_SECRET'\n"
                           "[webhook.filter]\n"
                           "event=['action.*', 'region.degraded']\nregion=['e?']\n"
                           "type=['isolate']\nto=['Failed']\n");
  ASSERT_EQ(all_problems(result), "");
  const Webhook& webhook = result.config.webhooks.at(0);
  EXPECT_EQ(webhook.core.name, "soc");
  EXPECT_EQ(webhook.url.target, "/x?y=1");
  EXPECT_EQ(webhook.format, webhook::Format::Standard);
  EXPECT_EQ(webhook.core.timeout, 3s);
  EXPECT_EQ(webhook.core.max_in_flight, 2);
  ASSERT_EQ(webhook.keys.size(), 2U);
  EXPECT_EQ(webhook.keys[0].bytes.reveal(), "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(webhook.bearer.value.reveal(), kClientSecret);
  EXPECT_THAT(webhook.core.filter.event, ElementsAre("action.*", "region.degraded"));
  EXPECT_THAT(webhook.core.filter.region, ElementsAre("e?"));
}

TEST(Loader, TakesAWebhookUrlFromASecret) {
  const auto result =
      load(region_text() + "[[webhook]]\nname='soc'\nurl='env:MACTIOND_TEST_URL'\n");
  ASSERT_EQ(all_problems(result), "");
  EXPECT_EQ(result.config.webhooks.at(0).url.target, "/T0/secret-path");
  EXPECT_EQ(result.config.webhooks.at(0).url_source, "env:MACTIOND_TEST_URL");
}

TEST(Loader, TakesOneSigningSecretWithoutAList) {
  const auto result = load(region_text() +
                           "[[webhook]]\nname='soc'\nurl='https://hooks.example/'\n"
                           "secret='env:MACTIOND_TEST_HOOK'\n");
  ASSERT_EQ(all_problems(result), "");
  EXPECT_EQ(result.config.webhooks.at(0).keys.size(), 1U);
}

TEST(Loader, SetsTheAddressesOfEachCloud) {
  const auto cloud = [](const std::string& name) {
    return load("[[region]]\ncloud='" + name + "'\n" + region_text().substr(11))
        .config.regions.at(0);
  };
  EXPECT_EQ(cloud("gcc").api.host, "api-gcc.securitycenter.microsoft.us");
  EXPECT_EQ(cloud("gcc").authority.host, "login.microsoftonline.com");
  EXPECT_EQ(cloud("dod").api.host, "api-gov.securitycenter.microsoft.us");
  EXPECT_EQ(cloud("dod").audience, "https://api-gov.securitycenter.microsoft.us");
  EXPECT_EQ(cloud("dod").authority.host, "login.microsoftonline.us");
}

TEST(Loader, ReportsAllProblemsInTheOrderOfTheFile) {
  const auto result = load(
      "[daemon]\nlog_level = \"loud\"\nstate_dir = 5\n"
      "[[region]]\nquota.per_hour = 0\n[admn]\n");
  EXPECT_FALSE(result.ok());
  std::vector<std::string> places;
  for (const Problem& problem : result.problems) {
    places.push_back(std::to_string(problem.place.line) + ':' +
                     std::to_string(problem.place.column));
  }
  EXPECT_THAT(places, ElementsAre("2:13", "3:13", "4:1", "4:1", "4:1", "4:1", "5:18", "6:2"));
}

TEST(Loader, WarnsWithoutFailing) {
  const auto result = load(region_text() +
                           "[[webhook]]\nname='soc'\nurl='https://hooks.example/'\n"
                           "[webhook.filter]\nregion=['us']\ntype=['Isolat']\nto=['Succeded']\n");
  EXPECT_TRUE(result.ok());
  ASSERT_EQ(result.problems.size(), 3U);
  EXPECT_EQ(result.problems[0].text(),
            "test.toml:12:9: warning: webhook.filter.region: \"us\" fits no region");
  EXPECT_THAT(result.problems[1].text(), HasSubstr("did you mean Isolate?"));
  EXPECT_THAT(result.problems[2].text(), HasSubstr("did you mean Succeeded?"));
}

TEST(Loader, SaysHowMuchIsConfigured) {
  EXPECT_EQ(load(region_text()).summary(), "1 region, 0 policies, 0 webhooks, 0 warnings");
  const std::string policy = "action='notify'\nstale_after='6h'\n";
  const auto result = load_two("contoso.example", "c");
  EXPECT_EQ(result.summary(), "2 regions, 0 policies, 0 webhooks, 0 warnings");
  EXPECT_EQ(load(region_text() +
                 "[[policy]]\nname='a'\naction='cancel'\ndry_run=true\nstale_after='6h'\n"
                 "match.type=['RunAntiVirusScan']\n[[policy]]\nname='b'\n" +
                 policy +
                 "match.region=['none']\n"
                 "[[webhook]]\nname='soc'\nurl='https://hooks.example/'\n")
                .summary(),
            "1 region, 2 policies (1 dry run), 1 webhook, 1 warning");
}

TEST(Loader, ReadsAProxysCredentialsAndPrintsNoneOfThem) {
  const auto result = load(region_text() +
                           "[[webhook]]\nname='a'\nurl='https://hooks.example'\n"
                           "proxy='http://proxy.test:3128'\n"
                           "proxy_auth='env:MACTIOND_TEST_PAIR'\n");
  ASSERT_TRUE(result.ok()) << all_problems(result);
  EXPECT_EQ(result.config.webhooks.at(0).proxy_auth.value.reveal(),
            std::string("user:") + kClientSecret);
  EXPECT_EQ(print(result, Printed::All).find(kClientSecret), std::string::npos);
}

TEST(Loader, NeverRepeatsWhatMayBeASecret) {
  const auto result = load(
      "[[region]]\nname='eu'\ntenant_id='t'\nclient_id='c'\n"
      "auth.client_secret='Pa55word'\nauthority='https://user:Pa55word@login.example'\n"
      "proxy='http://user:Pa55word@proxy.example:1'\n"
      "[[webhook]]\nname='a'\nurl='hooks.example/Pa55word'\nsecret='whsec_Pa55word'\n"
      "bearer='Pa55word'\n"
      "[[webhook]]\nname='b'\nurl='env:MACTIOND_TEST_BAD_URL'\n"
      "secret='env:MACTIOND_TEST_SECRET'\n");
  EXPECT_EQ(result.problems.size(), 8U);
  const std::string problems = all_problems(result);
  EXPECT_EQ(problems.find("Pa55word"), std::string::npos) << problems;
  EXPECT_EQ(problems.find("secret-path"), std::string::npos) << problems;
  EXPECT_EQ(problems.find(kClientSecret), std::string::npos) << problems;
}

TEST(Loader, KeepsAProblemOnOneLine) {
  const auto result = load(region_text() + "[daemon]\nlog_level = \"a\\nb\"\n\"x\\ny\" = 1\n");
  ASSERT_EQ(result.problems.size(), 2U);
  for (const Problem& problem : result.problems) {
    EXPECT_EQ(problem.text().find('\n'), std::string::npos);
  }
}

TEST(Loader, KeepsASyntaxErrorOnOneLine) {
  const auto result = load("[daemon]\ninstance = i\nstate_dir = '/x'\n");
  ASSERT_EQ(result.problems.size(), 1U);
  EXPECT_THAT(result.problems[0].message, HasSubstr("expected 'inf'"));
  EXPECT_EQ(result.problems[0].message.find('\n'), std::string::npos);
}

TEST(Loader, SurvivesDeeplyNestedText) {
  std::string dots = "a";
  for (int i = 0; i < 400'000; ++i) dots += ".a";
  EXPECT_THAT(all_problems(load(dots + " = 1\n")), HasSubstr("test.toml:1:1: too many dots"));
  const std::string brackets(500'000, '[');
  EXPECT_FALSE(load("a = " + brackets).ok());
  std::string nested = "x = ";
  for (int i = 0; i < 100; ++i) nested += "[{a.b.c.d.e.f.g.h.i.j =\n";
  EXPECT_FALSE(load(nested).ok());
  EXPECT_THAT(all_problems(load(region_text() + "[daemon.a.b.c.d.e.f.g.h.i.j]\nk = 1\n")),
              HasSubstr("daemon.a: unknown key"));
}

TEST(Loader, RefusesTextThatIsNotUtf8) {
  EXPECT_FALSE(load(std::string("[daemon]\ninstance = \"\xff\xfe\"\n")).ok());
  EXPECT_FALSE(load(std::string("a\0b", 3)).ok());
}

TEST(Loader, SaysWhyAFileCannotBeRead) {
  const TempDirectory directory;
  const auto environment = surroundings();
  const auto problem = [&](const std::string& path) {
    return all_problems(load_file(path, environment));
  };
  const std::string missing = directory.path() + "/missing.toml";
  EXPECT_EQ(problem(missing), missing + ":1:1: cannot be read: No such file or directory\n");
  EXPECT_EQ(problem(directory.path()), directory.path() + ":1:1: is a directory, not a file\n");
  EXPECT_THAT(problem("/dev/zero"), HasSubstr("not a regular file"));
  EXPECT_THAT(problem(directory.write("huge", std::string((1U << 20U) + 1, '#'))),
              HasSubstr("larger than 1 MiB"));
  EXPECT_THAT(problem(directory.write("empty", "")),
              HasSubstr(":1:1: region: at least one [[region]] is needed"));
}

TEST(Loader, LoadsAFile) {
  const TempDirectory directory;
  const auto result = load_file(directory.write("m.toml", region_text()), surroundings());
  EXPECT_EQ(all_problems(result), "");
  EXPECT_EQ(result.config.regions.size(), 1U);
}

TEST(Loader, FindsACertificateWhereverItBegins) {
  const TempDirectory directory;
  for (const std::size_t before : {0U, 16'370U, 16'384U, 40'000U}) {
    const std::string path =
        directory.write("ca.pem", std::string(before, '#') + "-----BEGIN CERTIFICATE-----\n");
    std::string text = region_text();
    text.replace(text.find("name"), 0, "ca_file = '" + path + "'\n");
    EXPECT_EQ(all_problems(load_text(text, "test.toml", surroundings())), "") << before;
  }
}

TEST(Loader, SaysNothingOfFilesThatItIsNotToOpen) {
  const TempDirectory directory;
  const std::string there = directory.write("there.pem", "no certificate", 0644);
  Environment environment = surroundings();
  environment.opens_files = false;
  for (const std::string& path : {there, std::string("/no/such/file"), std::string("/")}) {
    std::string text = region_text();
    text.replace(text.find("name"), 0, "ca_file = '" + path + "'\n");
    text += "[[webhook]]\nname='a'\nurl='file:" + path + "'\nsecret='file:" + path +
            "'\nbearer='env:MACTIOND_TEST_UNSET'\n";
    EXPECT_EQ(all_problems(load_text(text, "test.toml", environment)), "") << path;
    EXPECT_FALSE(load_text(text, "test.toml", surroundings()).ok());
  }
}

TEST(Loader, AsksForAnInstanceWhereTheHostNameIsNone) {
  Environment environment = surroundings();
  environment.host_name = "no good";
  const auto result = load_text("[daemon]\n" + region_text(), "test.toml", environment);
  EXPECT_THAT(all_problems(result), HasSubstr("test.toml:1:1: daemon.instance: missing"));
}

}  // namespace
}  // namespace mactiond::config

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>
#include <string>

#include "unit/config/config_text.hpp"

namespace mactiond::config {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string full_text() {
  return "[daemon]\ninstance='soc1'\n[transition_log]\npath='/tmp/a \"b\"'\n" + region_text() +
         "[region.quota]\nshare=0.25\n[region.poll]\nmin_interval='1500ms'\n"
         "[cancel]\nmax_per_hour=0\n"
         "[[policy]]\nname='leave'\naction='ignore'\nmatch.comment=['*\"keep\"*']\n"
         "[[policy]]\nname='scans'\naction='cancel'\ndry_run=true\nstale_after='90m'\n"
         "stale_since='updated'\nmax_per_hour=0\ncomment='{age} \\ old'\n"
         "[policy.match]\ntype=['RunAntiVirusScan']\nstatus=['Pending']\n"
         "[[webhook]]\nname='one'\nurl='https://hooks.example:8443/x?y=1'\n"
         "secret=['env:MACTIOND_TEST_HOOK','env:MACTIOND_TEST_HOOK']\n"
         "bearer='env:MACTIOND_TEST_SECRET'\n"
         "headers={X-Team='soc "
         "\"one\"',X-Api-Key='env:MACTIOND_TEST_HOOK'}\nfilter.event=['action.*']\n"
         "[[webhook]]\nname='two'\nurl='env:MACTIOND_TEST_URL'\n"
         "secret='env:MACTIOND_TEST_HOOK'\n";
}

std::string printed(const LoadResult& loaded) { return print(loaded, Printed::All); }

// All lines without their comments.
std::string values_of(const std::string& text) {
  std::stringstream lines(text);
  std::string values;
  for (std::string line; std::getline(lines, line);) {
    values += line.substr(0, line.find("  # ")) + '\n';
  }
  return values;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
}

TEST(Print, LoadsAgainOnceTheSecretUrlIsBack) {
  const auto first = load(full_text());
  ASSERT_EQ(all_problems(first), "");
  std::string text = printed(first);
  replace_all(text, "url = \"***\"", "url = \"https://hooks.example:8443/x?y=1\"");
  const auto second = load(text);
  EXPECT_EQ(all_problems(second), "");
  EXPECT_EQ(values_of(printed(second)), values_of(printed(first)));
}

TEST(Print, ShowsReferencesAndNoSecret) {
  const std::string text = printed(load(full_text()));
  EXPECT_THAT(text, Not(HasSubstr(kClientSecret)));
  EXPECT_THAT(text, Not(HasSubstr("whsec_M")));
  EXPECT_THAT(text, Not(HasSubstr("secret-path")));
  EXPECT_THAT(text, Not(HasSubstr("hooks.example")));
  EXPECT_THAT(text, Not(HasSubstr("soc \\\"one")));
  EXPECT_THAT(text, HasSubstr("client_secret = \"env:MACTIOND_TEST_SECRET\""));
  EXPECT_THAT(text, HasSubstr("url = \"***\""));
  EXPECT_THAT(text, HasSubstr("url = \"env:MACTIOND_TEST_URL\""));
  EXPECT_THAT(text, HasSubstr("\"X-Api-Key\" = \"env:MACTIOND_TEST_HOOK\", \"X-Team\" = \"***\""));
  EXPECT_THAT(text, HasSubstr("secret = [\"env:MACTIOND_TEST_HOOK\", \"env:MACTIOND_TEST_HOOK\"]"));
}

TEST(Print, LeavesOutWhatIsNotSet) {
  std::string text = printed(load(full_text()));
  text = text.substr(text.find("name = \"leave\""));
  text = text.substr(0, text.find("[[policy]]"));
  EXPECT_THAT(text, HasSubstr("action = \"ignore\""));
  EXPECT_THAT(text, HasSubstr("comment = [\"*\\\"keep\\\"*\"]"));
  EXPECT_THAT(text, Not(HasSubstr("stale_after")));
  EXPECT_THAT(text, Not(HasSubstr("max_per_hour")));
}

TEST(Print, ShowsWhereEachValueComesFrom) {
  const std::string text =
      printed(load_sources({{"a.toml", "[defaults.region]\ncloud='gcc'\nquota.per_minute=50\n"},
                            {"b.toml", "\n" + region_text()}},
                           surroundings()));
  EXPECT_THAT(text, HasSubstr("per_hour = 1500  # built-in; calls"));
  EXPECT_THAT(text, HasSubstr("per_minute = 50  # defaults, a.toml:3; calls"));
  EXPECT_THAT(text, HasSubstr("name = \"eu\"  # b.toml:3; names"));
  EXPECT_THAT(text, HasSubstr("instance = \"host1.example\"  # host name; "));
  EXPECT_THAT(text, HasSubstr("authority = \"https://login.microsoftonline.com\"  # cloud gcc; "));
  EXPECT_THAT(text, HasSubstr("[region.poll]\nmin_interval = \"1s\"  # built-in; "));
}

TEST(Print, NamesTheVariableThatAValueComesFrom) {
  const TempDirectory directory;
  setenv("AZURE_CLIENT_ID", "c-of-pod", 1);
  const auto result = load(
      "[[region]]\nname='eu'\ntenant_id='t'\n[region.auth]\n"
      "kind='workload_identity'\ntoken_file='" +
      directory.write("t", "x") + "'\n");
  unsetenv("AZURE_CLIENT_ID");
  ASSERT_EQ(all_problems(result), "");
  const std::string line = "client_id = \"c-of-pod\"  # $AZURE_CLIENT_ID; ";
  EXPECT_THAT(printed(result), HasSubstr(line));
  EXPECT_THAT(print(result, Printed::Changed), HasSubstr(line));
  EXPECT_THAT(printed(result), HasSubstr("tenant_id = \"t\"  # test.toml:3; "));
}

TEST(Print, LeavesDefaultsOutWhereOnlyTheChangedIsAskedFor) {
  const std::string text = print(load("[defaults.region]\ncloud='gcc'\nquota.per_hour=1500\n"
                                      "[cancel]\nmax_per_hour=60\n" +
                                      region_text()),
                                 Printed::Changed);
  EXPECT_EQ(values_of(text),
            "[[region]]\nname = \"eu\"\ncloud = \"gcc\"\n"
            "tenant_id = \"11111111-2222-3333-4444-555555555555\"\n"
            "client_id = \"66666666-7777-8888-9999-000000000000\"\n"
            "[region.auth]\nclient_secret = \"env:MACTIOND_TEST_SECRET\"\n");
}

}  // namespace
}  // namespace mactiond::config

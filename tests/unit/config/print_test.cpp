#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
}

TEST(Print, LoadsAgainOnceTheSecretsAreBack) {
  const auto first = load(full_text());
  ASSERT_EQ(all_problems(first), "");
  const std::string printed = print(first.config);
  std::string text = printed;
  replace_all(text, "url = \"***\"", "url = \"env:MACTIOND_TEST_URL\"");
  replace_all(text, "client_secret = \"***\"", "client_secret = \"env:MACTIOND_TEST_SECRET\"");
  replace_all(text, "bearer = \"***\"", "bearer = \"env:MACTIOND_TEST_SECRET\"");
  replace_all(text, "\"***\"", "\"env:MACTIOND_TEST_HOOK\"");
  const auto second = load(text);
  EXPECT_EQ(all_problems(second), "");
  EXPECT_EQ(print(second.config), printed);
}

TEST(Print, HidesEverySecret) {
  const std::string printed = print(load(full_text()).config);
  EXPECT_THAT(printed, Not(HasSubstr(kClientSecret)));
  EXPECT_THAT(printed, Not(HasSubstr("whsec_M")));
  EXPECT_THAT(printed, Not(HasSubstr("secret-path")));
  EXPECT_THAT(printed, HasSubstr("client_secret = \"***\""));
  EXPECT_THAT(printed, HasSubstr("url = \"***\""));
  EXPECT_THAT(printed, HasSubstr("\"X-Api-Key\" = \"***\""));
  EXPECT_THAT(printed, HasSubstr("secret = [\"***\", \"***\"]"));
}

TEST(Print, LeavesOutWhatIsNotSet) {
  const auto result = load(full_text());
  std::string printed = print(result.config);
  printed = printed.substr(printed.find("name = \"leave\""));
  printed = printed.substr(0, printed.find("[[policy]]"));
  EXPECT_THAT(printed, HasSubstr("action = \"ignore\""));
  EXPECT_THAT(printed, HasSubstr("comment = [\"*\\\"keep\\\"*\"]"));
  EXPECT_THAT(printed, Not(HasSubstr("stale_after")));
  EXPECT_THAT(printed, Not(HasSubstr("max_per_hour")));
}

TEST(Print, ShowsDefaultsToo) {
  const std::string printed = print(load(region_text()).config);
  EXPECT_THAT(printed, HasSubstr("per_hour = 1500  #"));
  EXPECT_THAT(printed, HasSubstr("instance = \"host1.example\"  #"));
  EXPECT_THAT(printed, HasSubstr("api = \"https://api.security.microsoft.com\"  #"));
  EXPECT_THAT(printed, HasSubstr("[region.poll]\nmin_interval = \"1s\"  #"));
}

}  // namespace
}  // namespace mactiond::config

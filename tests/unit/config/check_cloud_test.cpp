#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "unit/config/config_text.hpp"

namespace mactiond::config {
namespace {

using testing::HasSubstr;

std::string problems_of(const std::string& cloud, const std::string& key, const std::string& host) {
  return all_problems(load("[[region]]\nname='eu'\ntenant_id='t'\nclient_id='c'\ncloud='" + cloud +
                           "'\n" + key + "='https://" + host +
                           "'\nauth.client_secret='env:MACTIOND_TEST_SECRET'\n"));
}

struct Row {
  const char* key;
  const char* host;
  const char* clouds;  ///< where it belongs
};

TEST(CloudOfAddress, IsComparedWithTheCloudOfTheRegion) {
  for (const Row& row :
       {Row{"api", "api.security.microsoft.com", "commercial"},
        Row{"api", "aea.api.security.microsoft.com", "commercial"},
        Row{"api", "API-EU.securitycenter.microsoft.com", "commercial"},
        Row{"api", "api-us.securitycenter.windows.com", "commercial"},
        Row{"api", "api-gcc.securitycenter.microsoft.us", "gcc"},
        Row{"api", "api-gov.securitycenter.microsoft.us", "gcc-high dod"},
        Row{"api", "api-gov.security.microsoft.us", ""},
        Row{"api", "gateway.example", "commercial gcc gcc-high dod"},
        Row{"authority", "login.microsoftonline.com", "commercial gcc"},
        Row{"authority", "login.microsoftonline.us", "gcc-high dod"},
        Row{"authority", "login.partner.microsoftonline.cn", ""},
        Row{"audience", "api.securitycenter.microsoft.com", "commercial gcc"},
        Row{"audience", "api-gcc.securitycenter.microsoft.us", "gcc"},
        Row{"audience", "securitycenter.onmicrosoft.us/windowsatpservice", "gcc-high dod"}}) {
    for (const std::string cloud : {"commercial", "gcc", "gcc-high", "dod"}) {
      SCOPED_TRACE(cloud + ' ' + row.host);
      const std::string problems = problems_of(cloud, row.key, row.host);
      const std::string clouds = ' ' + std::string(row.clouds) + ' ';
      if (clouds.find(' ' + cloud + ' ') != std::string::npos) {
        EXPECT_EQ(problems, "");
      } else {
        EXPECT_THAT(problems, HasSubstr(": warning: region." + std::string(row.key)));
      }
    }
  }
}

TEST(CloudOfAddress, IsNamedWithTheCloudToSet) {
  EXPECT_EQ(problems_of("commercial", "api", "api-gov.securitycenter.microsoft.us"),
            "test.toml:6:5: warning: region.api: belongs to cloud = \"gcc-high\", and cloud is "
            "\"commercial\": set cloud, or correct api\n");
}

}  // namespace
}  // namespace mactiond::config

#include "config/link_hosts.hpp"

#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "config/peer_types.hpp"

namespace mactiond::config {
namespace {

bool follows(const std::string& cloud, const std::string& link,
             const std::vector<std::string>& named = {}) {
  Region region;
  Cloud::apply(cloud, region);
  const auto checked = http::check_link(Secret(link), link_hosts(region, named));
  return std::holds_alternative<http::Url>(checked);
}

TEST(LinkHosts, AreTheServiceAndItsStorageByTheCloud) {
  const std::string package = "https://userrequests-us.securitycenter.windows.com:443/a.zip?token=";
  const std::string storage = "https://x.blob.core.windows.net/results/1?sig=";
  const std::string government = "https://x.blob.core.usgovcloudapi.net/results/1?sig=";
  const std::string us = "https://userrequests.securitycenter.microsoft.us/a.zip?token=";
  struct Row {
    std::string cloud;
    std::vector<std::string> followed;
    std::vector<std::string> refused;
  };
  const std::vector<Row> rows = {
      {"commercial",
       {package, storage, "https://x.securitycenter.microsoft.com/a",
        "https://eu.api.security.microsoft.com/a"},
       {government, us, "https://x.core.windows.net/a", "https://x.windows.net/a"}},
      {"gcc", {us, government, storage}, {package}},
      {"gcc-high", {us, government}, {package, storage}},
      {"dod", {us, government}, {package, storage}},
  };
  for (const Row& row : rows) {
    for (const auto& link : row.followed) EXPECT_TRUE(follows(row.cloud, link)) << link;
    for (const auto& link : row.refused) EXPECT_FALSE(follows(row.cloud, link)) << link;
  }
}

TEST(LinkHosts, HaveTheServerOfTheApi) {
  Region region;
  region.api = {"https", "127.0.0.1", "8443", "/"};
  const Secret link("https://127.0.0.1:8443/a");
  EXPECT_EQ(http::check_link(link, link_hosts(region, {})).index(), 0U);
  EXPECT_EQ(http::check_link(link, link_hosts(region, {"files.example"})).index(), 1U);
}

TEST(LinkHosts, AreThoseThatAreNamedAlone) {
  EXPECT_TRUE(follows("commercial", "https://files.example/a", {"files.example"}));
  EXPECT_FALSE(follows("commercial", "https://x.blob.core.windows.net/a", {"files.example"}));
  EXPECT_FALSE(follows("commercial", "https://api.security.microsoft.com/a", {"files.example"}));
}

}  // namespace
}  // namespace mactiond::config

#include <gtest/gtest.h>

#include <string>

#include "defender/link_requests.hpp"
#include "defender/machine_requests.hpp"

namespace mactiond::defender {
namespace {

const Secret kToken("tok");

http::Url api() { return *http::parse_url("https://api.example"); }

std::string search_for(MachineQuery::Kind kind, const std::string& name) {
  return machines_request(api(), MachineQuery{kind, name}, kToken).url.target;
}

TEST(LinkRequests, NameTheActionAndTheCommand) {
  const http::Request package = package_link_request(api(), ActionId{"a-1"}, kToken);
  EXPECT_EQ(package.method, "GET");
  EXPECT_EQ(package.url.target, "/api/machineactions/a-1/getPackageUri");
  EXPECT_EQ(package.authorization.reveal(), "Bearer tok");
  EXPECT_EQ(result_link_request(api(), ActionId{"a-1"}, 12, kToken).url.target,
            "/api/machineactions/a-1/GetLiveResponseResultDownloadLink(index=12)");
  EXPECT_EQ(package_link_request(api(), ActionId{"a/b?c"}, kToken).url.target,
            "/api/machineactions/a%2Fb%3Fc/getPackageUri");
}

TEST(MachineRequests, NameTheMachine) {
  const std::string id(40, 'a');
  const http::Request request = machine_request(api(), id, kToken);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url.target, "/api/machines/" + id);
  EXPECT_EQ(request.authorization.reveal(), "Bearer tok");
}

TEST(MachineRequests, SearchByAWholeName) {
  EXPECT_EQ(search_for(MachineQuery::Kind::Name, "pc-1.contoso.com"),
            "/api/machines?$filter=computerDnsName%20eq%20'pc-1.contoso.com'&$top=100");
}

TEST(MachineRequests, SearchByAFirstLabel) {
  EXPECT_EQ(search_for(MachineQuery::Kind::FirstLabel, "pc-1"),
            "/api/machines?$filter=startswith(computerDnsName,'pc-1.')&$top=100");
}

TEST(MachineRequests, CannotBeBrokenOutOfByAName) {
  EXPECT_EQ(search_for(MachineQuery::Kind::Name, "x' or '1' eq '1&$top=1#"),
            "/api/machines?$filter=computerDnsName%20eq%20'x''%20or%20''1''%20eq%20''1%26%24top"
            "%3D1%23'&$top=100");
}

TEST(MachineRequests, NameTheAlert) {
  EXPECT_EQ(alert_request(api(), "da637472900382838869_-1364969609", kToken).url.target,
            "/api/alerts/da637472900382838869_-1364969609");
  EXPECT_EQ(alert_machine_request(api(), "da1_2", kToken).url.target, "/api/alerts/da1_2/machine");
  EXPECT_EQ(alert_request(api(), "a/../b", kToken).url.target, "/api/alerts/a%2F..%2Fb");
}

}  // namespace
}  // namespace mactiond::defender

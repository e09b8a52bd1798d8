#include "defender/managed_identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

namespace mactiond::defender {
namespace {

using testing::HasSubstr;

const IdentityAsk kAsk{"https://api.securitycenter.microsoft.com", ""};
const IdentityAsk kOfUser{"https://api.securitycenter.microsoft.com", "11111111-2222"};

IdentityPlace place_of(const IdentityChoice& choice) {
  const auto* place = std::get_if<IdentityPlace>(&choice);
  EXPECT_NE(place, nullptr) << std::get<std::string>(choice);
  return place == nullptr ? IdentityPlace() : *place;
}

std::string refusal_of(const IdentityChoice& choice) {
  const auto* why = std::get_if<std::string>(&choice);
  return why == nullptr ? "a place" : *why;
}

IdentityVariables app_service() {
  IdentityVariables variables;
  variables.identity_endpoint = "http://localhost:42356/msi/token";
  variables.identity_header = Secret("the-header");
  return variables;
}

IdentityVariables arc() {
  IdentityVariables variables;
  variables.identity_endpoint = "http://localhost:40342/metadata/identity/oauth2/token";
  variables.imds_endpoint = "http://localhost:40342";
  return variables;
}

TEST(ChooseIdentity, AutoTakesTheFirstServiceThatTheVariablesName) {
  EXPECT_EQ(place_of(choose_identity({}, kAsk, {})).service, IdentityService::Vm);
  EXPECT_EQ(place_of(choose_identity({}, kAsk, arc())).service, IdentityService::Arc);
  EXPECT_EQ(place_of(choose_identity({}, kAsk, app_service())).service,
            IdentityService::AppService);
  IdentityVariables all = app_service();
  all.imds_endpoint = "http://localhost:40342";
  all.has_arc_agent = true;
  all.msi_endpoint = "http://localhost:1/";
  all.has_msi_secret = true;
  EXPECT_EQ(place_of(choose_identity({}, kAsk, all)).service, IdentityService::AppService);
  IdentityVariables agent;
  agent.has_arc_agent = true;
  const IdentityPlace place = place_of(choose_identity({}, kAsk, agent));
  EXPECT_EQ(place.service, IdentityService::Arc);
  EXPECT_EQ(place.url.authority(), "127.0.0.1:40342");
}

TEST(ChooseIdentity, AutoNamesAPlatformThatIsNotSupported) {
  IdentityVariables fabric = app_service();
  fabric.server_thumbprint = "ab";
  EXPECT_THAT(refusal_of(choose_identity({}, kAsk, fabric)), HasSubstr("Service Fabric"));
  IdentityVariables other;
  other.msi_endpoint = "http://localhost:1/";
  EXPECT_THAT(refusal_of(choose_identity({}, kAsk, other)), HasSubstr("Cloud Shell"));
  other.has_msi_secret = true;
  EXPECT_THAT(refusal_of(choose_identity({}, kAsk, other)), HasSubstr("Machine Learning"));
  EXPECT_EQ(place_of(choose_identity(IdentityService::Vm, kAsk, other)).service,
            IdentityService::Vm);
}

TEST(ChooseIdentity, AnExplicitServiceIsTakenWhateverTheVariablesName) {
  EXPECT_EQ(place_of(choose_identity(IdentityService::Vm, kAsk, app_service())).url.authority(),
            "169.254.169.254");
  EXPECT_EQ(place_of(choose_identity(IdentityService::Arc, kAsk, {})).url.authority(),
            "127.0.0.1:40342");
  EXPECT_THAT(refusal_of(choose_identity(IdentityService::AppService, kAsk, {})),
              HasSubstr("$IDENTITY_HEADER"));
}

TEST(ChooseIdentity, ArcHasNoIdentityOfAUser) {
  EXPECT_THAT(refusal_of(choose_identity(IdentityService::Arc, kOfUser, {})),
              HasSubstr("remove `identity`"));
}

TEST(ChooseIdentity, AnAddressInTheNetworkIsRefused) {
  for (const char* url : {"http://identity.example/", "http://10.0.0.1/", "https://[2001:db8::1]/",
                          "http://168.63.129.16/"}) {
    IdentityVariables variables = app_service();
    variables.identity_endpoint = variables.pod_authority_host = url;
    variables.imds_endpoint = "x";
    for (const auto service :
         {IdentityService::Vm, IdentityService::AppService, IdentityService::Arc}) {
      EXPECT_THAT(refusal_of(choose_identity(service, kAsk, variables)),
                  HasSubstr("must be a loopback or link-local address"))
          << url;
    }
  }
  IdentityVariables variables;
  variables.pod_authority_host = "169.254.169.254";
  EXPECT_EQ(refusal_of(choose_identity({}, kAsk, variables)),
            "$AZURE_POD_IDENTITY_AUTHORITY_HOST is not a usable URL");
}

TEST(IdentityRequest, OfAVirtualMachine) {
  const http::Request request = identity_request(place_of(choose_identity({}, kAsk, {})), kAsk);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url.scheme, "http");
  EXPECT_EQ(request.url.authority(), "169.254.169.254");
  EXPECT_EQ(request.url.target,
            "/metadata/identity/oauth2/token?api-version=2018-02-01"
            "&resource=https%3A%2F%2Fapi.securitycenter.microsoft.com");
  EXPECT_EQ(http::find_header(request.headers, "Metadata"), "true");
  EXPECT_TRUE(request.authorization.empty());
}

TEST(IdentityRequest, OfAUserAssignedIdentity) {
  IdentityVariables variables;
  variables.pod_authority_host = "http://127.0.0.1:2579/";
  const http::Request request =
      identity_request(place_of(choose_identity({}, kOfUser, variables)), kOfUser);
  EXPECT_EQ(request.url.authority(), "127.0.0.1:2579");
  EXPECT_THAT(request.url.target, testing::StartsWith("/metadata/identity/oauth2/token?"));
  EXPECT_THAT(request.url.target, testing::EndsWith("&client_id=11111111-2222"));
}

TEST(IdentityRequest, OfAnApp) {
  const http::Request request =
      identity_request(place_of(choose_identity({}, kAsk, app_service())), kAsk);
  EXPECT_EQ(request.url.target,
            "/msi/token?api-version=2019-08-01"
            "&resource=https%3A%2F%2Fapi.securitycenter.microsoft.com");
  EXPECT_EQ(http::find_header(request.headers, "X-IDENTITY-HEADER"), "the-header");
  EXPECT_FALSE(http::find_header(request.headers, "Metadata"));
}

TEST(IdentityRequest, OfArcFirstWithoutAndThenWithTheKey) {
  const IdentityPlace place = place_of(choose_identity({}, kAsk, arc()));
  const http::Request first = identity_request(place, kAsk);
  EXPECT_THAT(first.url.target, HasSubstr("?api-version=2020-06-01&"));
  EXPECT_EQ(http::find_header(first.headers, "Metadata"), "true");
  EXPECT_TRUE(first.authorization.empty());
  const http::Request second = arc_request(place, kAsk, Secret("a key=="));
  EXPECT_EQ(second.url, first.url);
  EXPECT_EQ(second.headers, first.headers);
  EXPECT_EQ(second.authorization.reveal(), "Basic a key==");
}

TEST(IdentityRequest, AnEndpointKeepsItsOwnQuery) {
  IdentityVariables variables = app_service();
  variables.identity_endpoint = "http://localhost:42356/msi/token?slot=1";
  const http::Request request =
      identity_request(place_of(choose_identity({}, kAsk, variables)), kAsk);
  EXPECT_THAT(request.url.target, testing::StartsWith("/msi/token?slot=1&api-version="));
}

}  // namespace
}  // namespace mactiond::defender

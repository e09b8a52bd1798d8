#include "defender/managed_identity.hpp"

#include <utility>

#include "base/text.hpp"
#include "http/local_host.hpp"

namespace mactiond::defender {
namespace {

constexpr std::string_view kVmHost = "http://169.254.169.254";
constexpr std::string_view kTokenPath = "/metadata/identity/oauth2/token";
constexpr std::string_view kArcEndpoint = "http://127.0.0.1:40342/metadata/identity/oauth2/token";

IdentityChoice place_at(IdentityService service, std::string_view url, std::string_view variable) {
  auto parsed = http::parse_url(url);
  const std::string name(variable);
  if (!parsed) return name + " is not a usable URL";
  if (!http::is_local_host(parsed->host)) {
    return name +
           " must be a loopback or link-local address (or localhost); tokens are not fetched over "
           "the network in plain text";
  }
  return IdentityPlace{service, std::move(*parsed), {}};
}

IdentityChoice vm_place(const IdentityVariables& variables) {
  const std::string& host = variables.pod_authority_host;
  IdentityChoice choice = place_at(IdentityService::Vm, host.empty() ? kVmHost : host,
                                   "$AZURE_POD_IDENTITY_AUTHORITY_HOST");
  if (auto* place = std::get_if<IdentityPlace>(&choice)) {
    place->url = http::resolve(place->url, kTokenPath);
  }
  return choice;
}

IdentityChoice app_service_place(const IdentityVariables& variables) {
  if (variables.identity_endpoint.empty() || variables.identity_header.empty()) {
    return "$IDENTITY_ENDPOINT and $IDENTITY_HEADER are not both set; the platform sets them where "
           "a managed identity is assigned to the app";
  }
  IdentityChoice choice =
      place_at(IdentityService::AppService, variables.identity_endpoint, "$IDENTITY_ENDPOINT");
  if (auto* place = std::get_if<IdentityPlace>(&choice)) place->header = variables.identity_header;
  return choice;
}

IdentityChoice arc_place(const IdentityAsk& ask, const IdentityVariables& variables) {
  if (!ask.client_id.empty()) {
    return "a server with Azure Arc has only the identity of its own; remove `identity`";
  }
  // Services often run without the variables that the agent's installer sets for shells.
  const bool named = !variables.identity_endpoint.empty() && !variables.imds_endpoint.empty();
  return place_at(IdentityService::Arc, named ? variables.identity_endpoint : kArcEndpoint,
                  "$IDENTITY_ENDPOINT");
}

IdentityChoice unsupported(std::string_view platform) {
  return "the environment is that of " + std::string(platform) +
         ", whose identities are not supported; set `source` if another service is meant";
}

IdentityChoice choose_by_variables(const IdentityAsk& ask, const IdentityVariables& variables) {
  const bool has_endpoint = !variables.identity_endpoint.empty();
  if (has_endpoint && !variables.identity_header.empty()) {
    if (!variables.server_thumbprint.empty()) return unsupported("Service Fabric");
    return app_service_place(variables);
  }
  const bool has_msi = !variables.msi_endpoint.empty();
  if (has_msi && variables.has_msi_secret) return unsupported("Machine Learning");
  if ((has_endpoint && !variables.imds_endpoint.empty()) || variables.has_arc_agent) {
    return arc_place(ask, variables);
  }
  if (has_msi) return unsupported("Cloud Shell");
  return vm_place(variables);
}

// An endpoint that a variable names may have a query of its own.
http::Url with_query(const http::Url& base, const std::string& query) {
  http::Url url = base;
  url.target += (url.target.find('?') == std::string::npos ? '?' : '&') + query;
  return url;
}

std::string_view api_version(IdentityService service) {
  switch (service) {
    case IdentityService::Vm:
      return "2018-02-01";
    case IdentityService::AppService:
      return "2019-08-01";
    case IdentityService::Arc:
      return "2020-06-01";
  }
  return "";
}

}  // namespace

IdentityChoice choose_identity(std::optional<IdentityService> wanted, const IdentityAsk& ask,
                               const IdentityVariables& variables) {
  if (!wanted) return choose_by_variables(ask, variables);
  switch (*wanted) {
    case IdentityService::Vm:
      return vm_place(variables);
    case IdentityService::AppService:
      return app_service_place(variables);
    case IdentityService::Arc:
      return arc_place(ask, variables);
  }
  return "";
}

http::Request identity_request(const IdentityPlace& place, const IdentityAsk& ask) {
  std::string query = "api-version=" + std::string(api_version(place.service));
  query += "&resource=" + percent_encode(ask.audience);
  if (!ask.client_id.empty()) query += "&client_id=" + percent_encode(ask.client_id);
  http::Request request;
  request.url = with_query(place.url, query);
  request.headers = {{"Accept", "application/json"}, {"User-Agent", "mactiond/" MACTIOND_VERSION}};
  if (place.service == IdentityService::AppService) {
    request.headers.push_back({"X-IDENTITY-HEADER", place.header.reveal()});
  } else {
    request.headers.push_back({"Metadata", "true"});
  }
  return request;
}

http::Request arc_request(const IdentityPlace& place, const IdentityAsk& ask, const Secret& key) {
  http::Request request = identity_request(place, ask);
  request.authorization = Secret("Basic " + key.reveal());
  return request;
}

}  // namespace mactiond::defender

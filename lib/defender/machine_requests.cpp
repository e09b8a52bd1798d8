#include "defender/machine_requests.hpp"

#include <string>

#include "base/text.hpp"
#include "defender/api_request.hpp"
#include "defender/odata.hpp"

namespace mactiond::defender {
namespace {

std::string filter_of(const MachineQuery& query) {
  if (query.kind == MachineQuery::Kind::Name) {
    return "computerDnsName eq " + odata_text(query.name);
  }
  return "startswith(computerDnsName," + odata_text(query.name + '.') + ')';
}

std::string alert_target(std::string_view alert) { return "/api/alerts/" + percent_encode(alert); }

}  // namespace

http::Request machine_request(const http::Url& api, std::string_view machine, const Secret& token) {
  return api_get(api, "/api/machines/" + percent_encode(machine), token);
}

http::Request machines_request(const http::Url& api, const MachineQuery& query,
                               const Secret& token) {
  const std::string target = "/api/machines?$filter=" + encode_expression(filter_of(query)) +
                             "&$top=" + std::to_string(kMachinesMax);
  return api_get(api, target, token);
}

http::Request alert_request(const http::Url& api, std::string_view alert, const Secret& token) {
  return api_get(api, alert_target(alert), token);
}

http::Request alert_machine_request(const http::Url& api, std::string_view alert,
                                    const Secret& token) {
  return api_get(api, alert_target(alert) + "/machine", token);
}

}  // namespace mactiond::defender

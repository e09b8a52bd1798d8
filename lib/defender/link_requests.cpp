#include "defender/link_requests.hpp"

#include <string>

#include "defender/api.hpp"
#include "defender/api_request.hpp"

namespace mactiond::defender {

http::Request package_link_request(const http::Url& api, const ActionId& action,
                                   const Secret& token) {
  return api_get(api, get_target(action) + "/getPackageUri", token);
}

http::Request result_link_request(const http::Url& api, const ActionId& action, unsigned command,
                                  const Secret& token) {
  const std::string index = std::to_string(command);
  return api_get(
      api, get_target(action) + "/GetLiveResponseResultDownloadLink(index=" + index + ')', token);
}

}  // namespace mactiond::defender

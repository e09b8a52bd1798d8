#include "defender/api_request.hpp"

#include <utility>

namespace mactiond::defender {

http::Request api_get(const http::Url& api, std::string_view target, const Secret& token) {
  http::Request request;
  request.url = http::resolve(api, target);
  request.headers = {{"Accept", "application/json"}, {"User-Agent", "mactiond/" MACTIOND_VERSION}};
  request.authorization = Secret("Bearer " + token.reveal());
  return request;
}

http::Request api_post(const http::Url& api, std::string_view target, std::string body,
                       const Secret& token) {
  http::Request request = api_get(api, target, token);
  request.method = "POST";
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = std::move(body);
  return request;
}

}  // namespace mactiond::defender

#include "admin/api.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "admin/readiness.hpp"
#include "base/json_text.hpp"

namespace mactiond::admin {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kPrometheus = "text/plain; version=0.0.4; charset=utf-8";

std::string_view path_of(const http::Request& request) {
  const std::string_view target = request.url.target;
  return target.substr(0, target.find('?'));
}

// Whether the query has the parameter, with or without a value.
bool asks_for(const http::Request& request, std::string_view name) {
  std::string_view query = request.url.target;
  query.remove_prefix(std::min(path_of(request).size() + 1, query.size()));
  while (!query.empty()) {
    const std::string_view parameter = query.substr(0, query.find('&'));
    if (parameter.substr(0, parameter.find('=')) == name) return true;
    query.remove_prefix(std::min(parameter.size() + 1, query.size()));
  }
  return false;
}

http::Response answer(int status, std::string_view content_type, std::string body) {
  http::Response response;
  response.status = status;
  response.headers = {{"Content-Type", std::string(content_type)}, {"Cache-Control", "no-store"}};
  response.body = std::move(body);
  return response;
}

bool is_read(const http::Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

http::Response not_found() { return problem(404, "Not Found", "there is nothing under this path"); }

http::Response only_reads() {
  http::Response response = problem(405, "Method Not Allowed", "this can only be read");
  response.headers.push_back({"Allow", "GET, HEAD"});
  return response;
}

http::Response answer_livez(const Views& views) {
  const bool live = views.live();
  return answer(live ? 200 : 503, kText, live ? "ok\n" : "not live\n");
}

http::Response answer_readyz(const http::Request& request, const Views& views) {
  const Readiness readiness = judge_readiness(views.live(), views.status());
  std::string body = asks_for(request, "verbose") ? readiness.report : "";
  body += readiness.ready ? "ok\n" : "not ready\n";
  return answer(readiness.ready ? 200 : 503, kText, std::move(body));
}

}  // namespace

http::Response problem(int status, const std::string& title, const std::string& detail) {
  JsonMembers members;
  members.add("type", "about:blank")
      .add("title", title)
      .add("status", std::int64_t{status})
      .add("detail", detail);
  return answer(status, "application/problem+json", '{' + members.text() + "}\n");
}

http::Response answer_operator(const http::Request& request, const Views& views) {
  if (path_of(request) != "/v1/status") return not_found();
  if (!is_read(request)) return only_reads();
  return answer(200, kJson, render_status(views.info(), views.status()));
}

http::Response answer_monitor(const http::Request& request, const Views& views) {
  const std::string_view path = path_of(request);
  const bool known = path == "/metrics" || path == "/livez" || path == "/readyz";
  if (!known) return not_found();
  if (!is_read(request)) return only_reads();
  if (path == "/livez") return answer_livez(views);
  if (path == "/readyz") return answer_readyz(request, views);
  return answer(200, kPrometheus, views.metrics());
}

}  // namespace mactiond::admin

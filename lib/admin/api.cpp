#include "admin/api.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "admin/answers.hpp"
#include "admin/body.hpp"
#include "admin/endpoints.hpp"
#include "admin/readiness.hpp"
#include "admin/target.hpp"
#include "http/host_check.hpp"

namespace mactiond::admin {
namespace {

namespace json = boost::json;

constexpr std::string_view kText = "text/plain; charset=utf-8";
constexpr std::string_view kPrometheus = "text/plain; version=0.0.4; charset=utf-8";
constexpr const char* kNothingHere = "there is nothing under this path";

struct Route {
  std::string_view method;
  std::string_view path;   ///< "*" stands for one segment
  std::string_view query;  ///< the parameters it takes
  http::Answer (*answer)(const Call&);
};

constexpr std::array kRoutes{
    Route{"GET", "v1/status", "", get_status},
    Route{"GET", "v1/actions", "state region* type* status* limit cursor", get_actions},
    Route{"GET", "v1/actions/*", "region", get_action},
    Route{"POST", "v1/actions/*/cancel", "", post_cancel},
    Route{"GET", "v1/actions/*/package", "region", get_package},
    Route{"GET", "v1/actions/*/result", "region index", get_result},
    Route{"GET", "v1/events", "after limit", get_events},
    Route{"GET", "v1/policies", "", get_policies},
    Route{"POST", "v1/policies/explain", "", post_explain},
    Route{"POST", "v1/policies/suspend", "", post_suspend},
    Route{"POST", "v1/policies/resume", "", post_resume},
    Route{"POST", "v1/regions/*/retry", "", post_retry},
    Route{"GET", "v1/webhooks", "", get_webhooks},
    Route{"POST", "v1/webhooks/*/test", "", post_test},
    Route{"POST", "v1/webhooks/*/pause", "", post_pause},
    Route{"POST", "v1/webhooks/*/resume", "", post_resume_webhook},
    Route{"GET", "v1/dead-letters", "webhook limit cursor", get_dead_letters},
    Route{"GET", "v1/dead-letters/*/*", "", get_dead_letter},
    Route{"POST", "v1/dead-letters/replay", "", post_replay},
    Route{"POST", "v1/dead-letters/purge", "", post_purge},
    Route{"GET", "v1/submissions", "state* region* open limit before", get_submissions},
    Route{"POST", "v1/submissions", "", post_submission},
    Route{"GET", "v1/submissions/*", "wait", get_submission},
    Route{"GET", "v1/machines/*", "region", get_machine},
    Route{"GET", "v1/alerts/*", "region", get_alert},
    Route{"POST", "v1/doctor", "", post_doctor},
    Route{"POST", "v1/reload", "", post_reload},
    Route{"POST", "v1/reopen", "", post_reopen},
};

bool fits(std::string_view pattern, const std::vector<std::string>& path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    const std::string_view segment = pattern.substr(0, pattern.find('/'));
    if (segment == "*" ? path[i].empty() : segment != path[i]) return false;
    const bool last = segment.size() == pattern.size();
    if (last) return i + 1 == path.size();
    pattern.remove_prefix(segment.size() + 1);
  }
  return false;
}

http::Response wrong_method(const std::string& allowed) {
  http::Response response = problem(405, "this path takes " + allowed + " only");
  response.headers.push_back({"Allow", allowed});
  return response;
}

http::Response answer_livez(Backend& backend) {
  const bool live = backend.live();
  return text_answer(live ? 200 : 503, kText, live ? "ok\n" : "not live\n");
}

http::Response answer_readyz(Backend& backend) {
  const Readiness readiness = judge_readiness(backend.live(), backend.status());
  std::string body = readiness.report + (readiness.ready ? "ok\n" : "not ready\n");
  return text_answer(readiness.ready ? 200 : 503, kText, std::move(body));
}

}  // namespace

http::Answer get_status(const Call& call) {
  return text_answer(200, "application/json",
                     render_status(call.backend.info(), call.backend.status()));
}

http::Answer post_reopen(const Call& call) {
  const auto body = parse_body(call.request, "operator");
  if (const auto* refusal = std::get_if<http::Response>(&body)) return *refusal;
  const auto reopened =
      call.backend.reopen(operator_of(call.request, std::get<json::object>(body)));
  if (!reopened) {
    return problem(
        500, reopened.error().message() + "; events wait in the store and the daemon tries again");
  }
  return json_answer(JsonMembers().add("reopened", true));
}

http::Answer answer_operator(const http::Request& request, Backend& backend) {
  const auto target = parse_target(request.url.target);
  if (!target) return bad_request("the target has a broken percent escape");
  const std::string_view method =
      http::only_reads(request) ? "GET" : std::string_view(request.method);
  std::string allowed;
  for (const Route& route : kRoutes) {
    if (!fits(route.path, target->path)) continue;
    if (route.method != method) {
      if (!allowed.empty()) allowed += ", ";
      allowed += route.method == "GET" ? "GET, HEAD" : route.method;
      continue;
    }
    if (auto refusal = check_query(*target, route.query)) return *std::move(refusal);
    return route.answer({request, *target, backend});
  }
  if (!allowed.empty()) return wrong_method(allowed);
  return not_found(kNothingHere);
}

http::Response answer_monitor(const http::Request& request, Backend& backend,
                              const MonitorHosts& hosts) {
  // Only HTTP/1.0 comes without one, and no browser speaks it.
  const auto host = http::find_header(request.headers, "Host");
  if (hosts.checked && host && !http::is_our_host(*host, hosts.names)) {
    return problem(421,
                   "this host name is not ours: use an IP address, or name it in [admin] hosts");
  }
  const auto target = parse_target(request.url.target);
  if (!target || target->path.size() != 1) return not_found(kNothingHere);
  const std::string& page = target->path[0];
  const bool known = page == "metrics" || page == "livez" || page == "readyz";
  if (!known) return not_found(kNothingHere);
  if (!http::only_reads(request)) return wrong_method("GET, HEAD");
  if (page == "livez") return answer_livez(backend);
  if (page == "readyz") return answer_readyz(backend);
  return text_answer(200, kPrometheus, backend.metrics());
}

}  // namespace mactiond::admin

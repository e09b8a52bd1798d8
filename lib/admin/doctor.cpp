#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "admin/answers.hpp"
#include "admin/body.hpp"
#include "admin/endpoints.hpp"
#include "admin/names.hpp"
#include "doctor/check.hpp"
#include "json/object.hpp"

namespace mactiond::admin {
namespace {

namespace json = boost::json;

std::optional<http::Response> refuse_unless_configured(const char* what, const std::string& name,
                                                       const std::vector<std::string>& known) {
  if (name.empty() || std::find(known.begin(), known.end(), name) != known.end()) {
    return std::nullopt;
  }
  return not_found(no_such(what, name, "configured", known));
}

std::optional<http::Response> refuse_names(const Call& call, const doctor::Wanted& wanted) {
  const core::EngineStatus status = call.backend.status();
  std::vector<std::string> webhooks;
  for (const auto& webhook : status.webhooks) webhooks.push_back(webhook.name);
  auto refusal = refuse_unless_configured("region", wanted.region, region_names(status));
  return refusal ? refusal : refuse_unless_configured("webhook", wanted.webhook, webhooks);
}

}  // namespace

http::Answer post_doctor(const Call& call) {
  const auto body = parse_body(call.request, "region webhook send operator");
  if (const auto* refusal = std::get_if<http::Response>(&body)) return *refusal;
  const auto& object = std::get<json::object>(body);
  doctor::Wanted wanted;
  for (const auto& [key, name] :
       {std::pair{"region", &wanted.region}, std::pair{"webhook", &wanted.webhook}}) {
    if (!object.contains(key)) continue;
    *name = find_text(object, key).value_or("");
    if (name->empty()) return bad_request(std::string(key) + " is a name, or is left out");
  }
  const json::value* send = object.if_contains("send");
  if (send != nullptr && !send->is_bool()) return bad_request("send is true or false");
  wanted.send = is_true(object, "send");
  if (auto refusal = refuse_names(call, wanted)) return *std::move(refusal);
  return http::Later{[&backend = call.backend, wanted](auto done) {
    const auto end = [done](const doctor::Checks& checks) {
      done(text_answer(200, "application/json", doctor::to_json(checks) + '\n'));
    };
    if (const auto refused = backend.examine(wanted, end)) done(problem(409, *refused));
  }};
}

}  // namespace mactiond::admin

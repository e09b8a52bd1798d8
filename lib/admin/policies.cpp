#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "admin/answers.hpp"
#include "admin/api.hpp"
#include "admin/body.hpp"
#include "admin/endpoints.hpp"
#include "admin/find_action.hpp"
#include "admin/refusals.hpp"
#include "base/iso_time.hpp"
#include "base/text.hpp"
#include "json/object.hpp"

namespace mactiond::admin {
namespace {

namespace json = boost::json;

constexpr std::size_t kCommentMax = 1024;

std::string plan_json(const core::Explanation& plan) {
  JsonMembers members;
  members.add("action_id", plan.action.value);
  add_or_null(members, "policy", plan.policy.value_or(std::string()));
  members.add("verdict", to_string(plan.verdict));
  add_or_null(members, "stale_at", plan.stale_at ? format_iso_time(*plan.stale_at) : "");
  add_or_null(members, "guard", plan.guard ? std::string(to_string(*plan.guard)) : "");
  const std::string held = plan.guard ? "; held back: " + sentence(*plan.guard, plan.type) : "";
  members.add("reason", plan.reason + held);
  return braced(members);
}

std::string region_json(const core::Engine::RegionPlans& plans) {
  JsonMembers members;
  members.add("name", plans.region)
      .add_raw("actions", json_list(plans.plans.actions, plan_json))
      .add("more", static_cast<std::int64_t>(plans.plans.more));
  return braced(members);
}

http::Response answer_plans(const Plans& regions, const std::string& cancelling) {
  JsonMembers members;
  members.add("cancelling", cancelling).add_raw("regions", json_list(regions, region_json));
  return json_answer(members);
}

// All errors of a configuration, in a member of their own: a caller shows them line by line.
/// More than these help nobody, and an answer of megabytes would hold the loop.
constexpr std::size_t kErrorsMax = 100;

http::Response refused_config(std::vector<std::string> errors) {
  if (errors.size() > kErrorsMax) {
    const std::size_t more = errors.size() - kErrorsMax;
    errors.resize(kErrorsMax);
    errors.push_back("and " + std::to_string(more) + " more");
  }
  std::string list = json_list(errors, [](const std::string& error) {
    std::string text;
    append_json_string(text, error);
    return text;
  });
  return problem(422, "the configuration was refused; the one in force stays",
                 JsonMembers().add_raw("errors", list));
}

http::Answer set_suspended(const Call& call, bool suspended) {
  const auto body = parse_body(call.request, "operator");
  if (const auto* refusal = std::get_if<http::Response>(&body)) return *refusal;
  const core::Operator by = operator_of(call.request, std::get<json::object>(body));
  const auto reply = call.backend.operate(core::SuspendCancelling{suspended, by});
  return answer_reply(reply, JsonMembers().add("cancelling", call.backend.status().cancelling));
}

}  // namespace

http::Answer post_cancel(const Call& call) {
  const auto body = parse_body(call.request, "comment region operator");
  if (const auto* refusal = std::get_if<http::Response>(&body)) return *refusal;
  const auto& object = std::get<json::object>(body);
  const auto comment = find_text(object, "comment");
  if (!comment || trim(*comment).empty() || comment->size() > kCommentMax) {
    return bad_request("send {\"comment\": \"why\"}, 1 to " + std::to_string(kCommentMax) +
                       " bytes: the API asks for a reason");
  }
  const auto region = find_text(object, "region");
  if (object.contains("region") && !region) return bad_request("region is the name of a region");
  const auto found = find_action_of(call, call.target.path[2], kChangingMin, region);
  if (const auto* refusal = std::get_if<http::Response>(&found)) return *refusal;
  const auto& action = std::get<core::ActionView>(found);
  const core::Operator by = operator_of(call.request, object);
  const auto reply = call.backend.operate(core::AskCancel{action.region, action.id, *comment, by});
  JsonMembers done;
  const auto* made = reply ? std::get_if<core::Done>(&*reply) : nullptr;
  if (made != nullptr) done.add("decision_id", made->decision.value_or(""));
  return answer_reply(reply, done.add("action_id", action.id.value), [&action] {
    return "region \"" + action.region + "\" does not follow this action";
  });
}

http::Answer get_policies(const Call& call) {
  return answer_plans(call.backend.explain(), call.backend.status().cancelling);
}

http::Answer post_explain(const Call& call) {
  const auto body = parse_body(call.request, "config name operator", kLargestBody);
  if (const auto* refusal = std::get_if<http::Response>(&body)) return *refusal;
  const auto& object = std::get<json::object>(body);
  const auto config = find_text(object, "config");
  if (!config) return bad_request("send {\"config\": \"text of a configuration file\"}");
  const std::string name = find_text(object, "name").value_or("config");
  return http::Later{[config = *config, name, &backend = call.backend](auto done) {
    const auto end = [done, &backend](const Explained& result) {
      const auto* errors = std::get_if<std::vector<std::string>>(&result);
      done(errors != nullptr ? refused_config(*errors)
                             : answer_plans(std::get<Plans>(result), backend.status().cancelling));
    };
    const auto refused = backend.explain_text(config, name, end);
    if (refused) done(answer_reply(*refused, {}));
  }};
}

http::Answer post_suspend(const Call& call) { return set_suspended(call, true); }
http::Answer post_resume(const Call& call) { return set_suspended(call, false); }

http::Answer post_reload(const Call& call) {
  const auto body = parse_body(call.request, "operator");
  if (const auto* refusal = std::get_if<http::Response>(&body)) return *refusal;
  const auto errors = call.backend.reload(operator_of(call.request, std::get<json::object>(body)));
  if (!errors.empty()) return refused_config(errors);
  return json_answer(JsonMembers().add("reloaded", true));
}

}  // namespace mactiond::admin

#include <string>
#include <utility>
#include <variant>

#include "admin/answers.hpp"
#include "admin/body.hpp"
#include "admin/endpoints.hpp"
#include "admin/names.hpp"

namespace mactiond::admin {

namespace json = boost::json;

http::Answer post_retry(const Call& call) {
  const auto body = parse_body(call.request, "operator");
  if (const auto* refusal = std::get_if<http::Response>(&body)) return *refusal;
  const std::string& name = call.target.path[2];
  const core::Operator by = operator_of(call.request, std::get<json::object>(body));
  const auto reply = call.backend.operate(core::RetryRegion{name, by});
  JsonMembers done;
  done.add("region", name);
  const auto* retried = reply ? std::get_if<core::Done>(&*reply) : nullptr;
  if (retried != nullptr) done.add("next_try_s", retried->next_try_s.value_or(0));
  return answer_reply(reply, done, [&] { return no_such_region(call, name); });
}

}  // namespace mactiond::admin

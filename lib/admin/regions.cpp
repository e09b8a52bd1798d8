#include <string>
#include <utility>
#include <variant>

#include "admin/answers.hpp"
#include "admin/body.hpp"
#include "admin/endpoints.hpp"

namespace mactiond::admin {

http::Answer post_retry(const Call& call) {
  const auto body = parse_body(call.request, "");
  if (const auto* refusal = std::get_if<http::Response>(&body)) return *refusal;
  const std::string& name = call.target.path[2];
  const auto reply = call.operations.operate(core::RetryRegion{name});
  JsonMembers done;
  done.add("region", name);
  if (reply) done.add_raw("next_try_s", reply->text);
  return answer_reply(reply, done);
}

}  // namespace mactiond::admin

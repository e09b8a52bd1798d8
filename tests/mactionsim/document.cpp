#include "mactionsim/document.hpp"

#include <utility>

namespace mactiond::sim {

Reply document_reply(int status, std::string body) {
  Reply reply;
  reply.status = status;
  reply.headers.push_back(
      {"Content-Type",
       "application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8"});
  reply.headers.push_back({"OData-Version", "4.0"});
  reply.headers.push_back({"mise-correlation-id", "c0ffee00-5b1e-4d0a-9a52-6d1b7a2f9c33"});
  reply.body = std::move(body);
  return reply;
}

Reply refusal_reply(const Refusal& refusal) {
  Reply reply;
  reply.status = refusal.status;
  reply.body = error_body(refusal);
  reply.headers.push_back(
      {"Content-Type", refusal.raw_body ? refusal.raw_type : "application/json; charset=utf-8"});
  if (refusal.retry_after) reply.headers.push_back({"Retry-After", *refusal.retry_after});
  if (refusal.status == 401) reply.headers.push_back({"WWW-Authenticate", "Bearer"});
  return reply;
}

Reply no_such_method() { return refusal_reply({404, "NotFound", "No such method", {}, {}}); }

}  // namespace mactiond::sim

#include "mactionsim/spoil.hpp"

#include "mactionsim/document.hpp"

namespace mactiond::sim {

Reply spoil(Reply reply, Fault fault, const Call& call, WallTime now) {
  if (const auto whole = whole_answer(fault, now)) {
    Reply other = refusal_reply(*whole);
    if (fault == Fault::Redirect) {
      other.headers.push_back({"Location", "https://collector.example.net/api/machineactions"});
    } else if (fault == Fault::RedirectHttp) {
      other.headers.push_back({"Location", "http://" + host_of(call) + call.target});
    }
    return other;
  }
  if (fault == Fault::CutJson) {
    reply.body.resize(reply.body.size() / 2);
  } else {
    reply.fault = fault;
  }
  return reply;
}

std::string host_of(const Call& call) {
  return std::string(http::find_header(call.headers, "Host").value_or("localhost"));
}

}  // namespace mactiond::sim

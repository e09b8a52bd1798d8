#include "sim/start_call.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "base/http_date.hpp"
#include "base/text.hpp"
#include "defender/action_requests.hpp"
#include "defender/start_answer.hpp"
#include "http/send_error.hpp"
#include "mactionsim/api.hpp"
#include "mactionsim/post_body.hpp"

namespace mactiond::sim {
namespace {

const char* const kHost = "https://api.security.microsoft.com";

/// How the call ends for the client.
Errc end_of(Fault fault) {
  switch (fault) {
    case Fault::SlowDrip:
    case Fault::Stall:
    case Fault::Endless:
    case Fault::NoAnswer:
      return Errc::DeadlineExceeded;
    default:
      return Errc::ConnectionLost;
  }
}

}  // namespace

Call start_call(const core::StartAction& command) {
  return to_call(defender::start_request(*http::parse_url(kHost), command.machine, command.request,
                                         command.comment, command.token));
}

Answer<Spec> read_start(const Call& call) {
  const auto segments = api_segments(call.target);
  if (call.method != "POST" || !segments || segments->size() != 3) {
    return not_found("The path " + call.target);
  }
  const Verb* verb = find_verb(segments->at(2));
  if (verb == nullptr) return not_found("The path " + call.target);
  auto spec = read_post(call, *verb);
  if (!spec) return spec;
  spec->machine_id = to_lower(segments->at(1));
  spec->requestor = "mactiond";
  return spec;
}

StartAnswer read_reply(const Reply& reply, WallTime now) {
  if (reply.fault)
    return defender::start_answer(http::SendError(Error(end_of(*reply.fault), kHost)));
  http::Response response;
  response.status = reply.status;
  response.headers = reply.headers;
  response.headers.push_back(
      {"Date", format_http_date(std::chrono::floor<std::chrono::seconds>(now))});
  response.body = reply.body;
  return defender::start_answer(response, now);
}

StartAnswer not_connected() {
  return defender::start_answer(http::SendError(Error(Errc::ConnectionFailed, kHost), false));
}

}  // namespace mactiond::sim
